import Accounts
import ArgumentParser
import Billing
import Crypto
import Foundation
import Incidents
import Kernel
import Logging
import Mail
import Partners
import Store
import Webhooks

/// The parts put together: one database, the partners, the engine.
struct Runtime {
  let store: Store
  let kernel: Kernel
  let engine: RenewalEngine
  let http: PartnerHTTP
  let logger: Logger
  let mailer: Mailer
  let origin: LinkOrigin
  let alertLetters: AlertLetters
  /// No mail server is configured: mails are kept, and seen in the console.
  let keepsMails: Bool
  /// From which the secrets of webhooks follow; `nil`: this program was not given the key, and delivers none.
  let webhookKeys: WebhookKeys?
  let webhookRules: NetworkRules
  /// What the parts offer when a mistake reached people.
  let harm: HarmParts

  static let migrations =
    KernelSchema.migrations + BillingModule.migrations + AccountsModule.migrations + MailModule.migrations
    + WebhooksModule.migrations + IncidentsModule.migrations + ReleaseSchema.migrations

  /// Everything that may be told to programs outside.
  static let announcers = [BillingModule.announcer, KernelAnnouncements.announcer]

  /// All that a worker does.
  func steps() -> [Step] {
    let forget = ForgetAnswers(kernel: kernel)
    return engine.steps() + MailModule.steps(kernel) + [alertLetters.step(kernel)]
      + IncidentsModule.steps(kernel, harm) + webhookSteps()
      + [Step("forget answers", idle: .hours(1)) { try await forget.run() }]
  }

  private func webhookSteps() -> [Step] {
    guard let webhookKeys else {
      logger.error("this program delivers no webhooks: it has no key of sign-in (--access-key)")
      return []
    }
    let wire = HTTPWire(rules: webhookRules, agent: "Amends/\(Amends.version)").wire
    return WebhooksModule.steps(
      Courier(kernel: kernel, keys: webhookKeys, wire: wire), announcers: Self.announcers)
  }

  /// - Parameters:
  ///   - migrates: bring the schema up to date first. A SQLite file belongs to this process alone, so that is safe; on
  ///     PostgreSQL `amends migrate` is a step of its own.
  ///   - adopts: a restored database is about to be taken over (`AdoptRestored`).
  ///   - console: where letters say that the console is.
  static func open(
    _ options: DatabaseOptions, migrates: Bool? = nil, adopts: Bool = false,
    console: ConsoleAddress = ConsoleAddress()
  ) async throws -> Runtime {
    let store = try await Store.open(options.address, logger: options.logger)
    do {
      if migrates ?? !options.isPostgres {
        _ = try await store.migrate(migrations)
      } else {
        try await store.check(migrations)
      }
      if !adopts, try await store.read({ tx in try Journal.isLeftBehind(in: tx) }) {
        throw Problem(
          .refused,
          "This database was copied from another PostgreSQL cluster: take it over with `amends restore --adopt --to ADDRESS`."
        )
      }
      let runtime = try await make(store, options, makesKey: !options.isPostgres, console)
      do { try await runtime.engine.outbox.prepareLanes() } catch {
        try? await runtime.http.shutdown()
        throw error
      }
      return runtime
    } catch {
      await store.close()
      throw error
    }
  }

  /// To look and change nothing; beside a server that has the SQLite file too.
  private static func openToRead(_ options: DatabaseOptions) async throws -> Runtime {
    do { return try await open(options) } catch StoreError.inUse {
      let store = try await Store.openToRead(options.address, logger: options.logger)
      do {
        try await store.check(migrations)
        return try await make(store, options, makesKey: false, ConsoleAddress())
      } catch {
        await store.close()
        throw error
      }
    }
  }

  private static func make(
    _ store: Store, _ options: DatabaseOptions, makesKey: Bool, _ console: ConsoleAddress
  ) async throws -> Runtime {
    let logger = options.logger
    let partners =
      try options.partnersFile.map { file in
        try naming(file) { try PartnerConfiguration.read(try Files.read(file, limit: 1 << 20)) }
      } ?? []
    let mailServer = try options.mail.server()
    let from = try mailServer?.from ?? options.mail.from ?? MailAddress("amends@localhost")
    let (mailer, origin) = (Mailer(service: options.mail.name, from: from), LinkOrigin())
    let kernel = Kernel(
      store: store, world: .real(telling: { tell($0, logger) }), teller: SubscriberLetters.teller(mailer, origin))
    let http = PartnerHTTP(
      connections: partners.compactMap { $0.capabilities?.concurrency }.reduce(64, max), logger: logger)
    do {
      var counterparts = try naming(options.partnersFile ?? "") {
        guard !partners.contains(where: { $0.lane == MailModule.lane }) else {
          throw ConfigurationError("no payment partner may be called \(MailModule.lane): mails leave on that lane")
        }
        guard !partners.contains(where: { $0.lane == GoBack.lane }) else {
          throw ConfigurationError(
            "no payment partner may be called \(GoBack.lane): releases are exchanged on that lane")
        }
        return try partners.map { try makeCounterpart($0, http: http) }
      }
      if let mailServer { counterparts.append(SMTPRelay(mailServer, store: store, now: kernel.world.now)) }
      let release = options.releases.command
      if let release { counterparts.append(release) }
      // On PostgreSQL several programs share one journal, and so one key: only `amends migrate` makes it.
      let key = try JournalKey.load(options.keyFile, makes: makesKey)
      let journal = Journal(kernel: kernel, key: key, origin: "amends")
      let alertLetters = try AlertLetters(
        mailer, owners: try options.mail.owners, zone: console.zone, origin: console.origin)
      let engine = RenewalEngine(
        kernel: kernel, counterparts: counterparts, journal: journal,
        handlers: MailModule.handlers + [ReleaseHandler()],
        checks: MailModule.checks + WebhooksModule.checks + IncidentsModule.checks,
        tell: { try alertLetters.tell($0, $1) })
      let apology = Apology(mailer: mailer, origin: origin)
      return Runtime(
        store: store, kernel: kernel, engine: engine, http: http, logger: logger, mailer: mailer, origin: origin,
        alertLetters: alertLetters, keepsMails: mailServer == nil,
        webhookKeys: try webhookKeys(options, makes: makesKey),
        webhookRules: try options.webhooks.rules(),
        harm: BillingModule.harm
          + HarmParts(containments: [GoBack(isConfigured: release != nil)], remedies: [apology]))
    } catch {
      // A client that is let go without being closed ends a debug build, and nobody reads what was wrong.
      try? await http.shutdown()
      throw error
    }
  }

  private static func webhookKeys(_ options: DatabaseOptions, makes: Bool) throws -> WebhookKeys? {
    let file = options.accessKeyFile
    guard makes || FileManager.default.fileExists(atPath: file) else { return nil }
    return WebhookKeys(try AccessKeyFile.load(file, makes: makes).webhooks)
  }

  /// Whoever has several files of partners must know which one is meant.
  private static func naming<T>(_ file: String, _ body: () throws -> T) throws -> T {
    do { return try body() } catch let error as ConfigurationError {
      throw ConfigurationError("\(file): \(error.description)")
    }
  }

  private static func tell(_ event: SteadyClock.Event, _ logger: Logger) {
    switch event {
    case .jumped(let span):
      logger.error(
        "the system's clock jumped; it is not followed for a while",
        metadata: [
          "clock.jump.seconds": "\(span.seconds)", "clock.patience.seconds": "\(SteadyClock.patience.seconds)",
        ])
    case .isBack: logger.notice("the system's clock is back where it was")
    case .followed(let span):
      logger.error(
        "the system's clock stayed away; it is followed from now on",
        metadata: ["clock.jump.seconds": "\(span.seconds)"])
    }
  }

  /// Says that this program runs on this database: so the next one knows which was before it.
  func noteRelease() async throws {
    try await kernel.change(by: .system("server"), canRepeat: true) { change in try Release.note(in: change) }
  }

  func close() async {
    try? await http.shutdown()
    await store.close()
  }

  /// Opens, runs, closes, and turns what went wrong into a sentence and an exit code.
  static func with(
    _ options: DatabaseOptions, migrates: Bool? = nil, console: ConsoleAddress = ConsoleAddress(),
    _ body: (Runtime) async throws -> Void
  ) async throws {
    try await reporting { try await use(try await open(options, migrates: migrates, console: console), body) }
  }

  /// As above, for commands that only look.
  static func reading(_ options: DatabaseOptions, _ body: (Runtime) async throws -> Void) async throws {
    try await reporting { try await use(try await openToRead(options), body) }
  }

  /// Looks something up before it acts.
  static func forReading<T>(_ options: DatabaseOptions, _ body: (Runtime) async throws -> T) async throws -> T {
    try await use(try await openToRead(options), body)
  }

  static func use<T>(_ runtime: Runtime, _ body: (Runtime) async throws -> T) async throws -> T {
    do {
      let result = try await body(runtime)
      await runtime.close()
      return result
    } catch {
      await runtime.close()
      throw error
    }
  }
}

/// The Ed25519 key of the journal's checkpoints: 32 bytes in base64, readable by its owner alone.
enum JournalKey {
  static func load(_ path: String, makes: Bool) throws -> Curve25519.Signing.PrivateKey {
    if let text = try? String(contentsOfFile: path, encoding: .utf8) {
      guard let raw = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
        let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: raw)
      else { throw Problem(.file, "\(path) holds no journal key (base64 of 32 bytes).") }
      return key
    }
    guard makes else {
      throw Problem(
        .file, "There is no journal key at \(path). `amends migrate` makes it once; give every program the same file.")
    }
    let key = Curve25519.Signing.PrivateKey()
    try Files.writePrivate(key.rawRepresentation.base64EncodedString() + "\n", to: path)
    return key
  }
}

/// The key of sign-in: 32 bytes in base64, readable by its owner alone. Without it second factors cannot be checked, and whoever
/// is signed in must enter forms anew.
enum AccessKeyFile {
  static func load(_ path: String, makes: Bool) throws -> AccessKey {
    if let text = try? String(contentsOfFile: path, encoding: .utf8) {
      guard let raw = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)),
        let key = AccessKey(raw)
      else { throw Problem(.file, "\(path) holds no key of sign-in (base64 of 32 bytes).") }
      return key
    }
    guard makes else {
      throw Problem(
        .file, "There is no key of sign-in at \(path). `amends migrate` makes it once; give every server the same file."
      )
    }
    let key = AccessKey()
    try Files.writePrivate(key.bytes.base64EncodedString() + "\n", to: path)
    return key
  }
}

enum Files {
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw Problem(.file, "\(path) cannot be read.") }
    defer { try? handle.close() }
    let data = try handle.read(upToCount: limit + 1) ?? Data()
    guard data.count <= limit else { throw Problem(.file, "\(path) is larger than \(limit) bytes.") }
    return Array(data)
  }

  /// Writes a file that nobody else may read, whole or not at all.
  static func writePrivate(_ text: String, to path: String) throws { try writePrivate(Data(text.utf8), to: path) }

  static func writePrivate(_ data: Data, to path: String) throws {
    let temporary = path + ".new"
    try? FileManager.default.removeItem(atPath: temporary)
    guard
      FileManager.default.createFile(
        atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600])
    else { throw Problem(.file, "\(path) cannot be written.") }
    guard rename(temporary, path) == 0 else { throw Problem(.file, "\(path) cannot be written.") }
  }
}

/// Something for the person at the terminal: a sentence and an exit code.
struct Problem: Error, CustomStringConvertible {
  enum Code: Int32 {
    case no = 1
    case usage = 64
    case file = 66
    case unavailable = 69
    case fault = 70
    case refused = 77
  }

  let code: Code
  let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

extension Problem {
  init(telling error: any Error) {
    switch error {
    case let known as Problem: self = known
    case let refusal as Refusal: self.init(.refused, refusal.message)
    case let store as StoreError:
      switch store {
      case .damaged, .statement, .constraint: self.init(.fault, "\(store)")
      default: self.init(.unavailable, "\(store)")
      }
    case let configuration as ConfigurationError: self.init(.usage, "\(configuration)")
    case let mail as MailSettingsError: self.init(.usage, "\(mail)")
    default: self.init(.fault, "\(error)")
    }
  }
}

/// Runs a command's body. Whatever it throws is told on standard error in one line, and ends with the code for it.
func reporting(_ body: () async throws -> Void) async throws {
  // Whatever this program writes is about people and their money: for its own user alone.
  umask(0o077)
  do { try await body() } catch {
    if let exit = error as? ExitCode { throw exit }
    let problem = Problem(telling: error)
    FileHandle.standardError.write(Data("amends: \(problem.description)\n".utf8))
    throw ExitCode(problem.code.rawValue)
  }
}

/// Prints a value as one line of JSON, keys in order.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

/// A line on standard error that says how far a long job is; nothing where nobody looks.
final class ProgressLine: Sendable {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now

  func show(_ what: String, _ done: Int64, of total: Int64?) {
    guard isShown, ContinuousClock.now - start > .seconds(1) else { return }
    let share = total.map { $0 > 0 ? " of \($0) (\(done * 100 / $0) %)" : "" } ?? ""
    FileHandle.standardError.write(Data("\r\u{1B}[K\(what): \(done)\(share)".utf8))
  }

  func end() {
    guard isShown else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
