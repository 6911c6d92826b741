import ArgumentParser
import Billing
import Crypto
import Foundation
import Kernel
import Logging
import Partners
import Store

/// The parts put together: one database, the partners, the engine.
struct Runtime {
  let store: Store
  let kernel: Kernel
  let engine: RenewalEngine
  let http: PartnerHTTP
  let logger: Logger

  static let migrations = KernelSchema.migrations + BillingModule.migrations

  /// - Parameter migrates: bring the schema up to date first. A SQLite file belongs to this process alone, so that is safe;
  ///   on PostgreSQL `amends migrate` is a step of its own.
  static func open(_ options: DatabaseOptions, migrates: Bool? = nil) async throws -> Runtime {
    let logger = options.logger
    let partners =
      try options.partnersFile.map { try PartnerConfiguration.read(try Files.read($0, limit: 1 << 20)) } ?? []
    let store = try await Store.open(options.address, logger: logger)
    do {
      if migrates ?? !options.isPostgres {
        _ = try await store.migrate(migrations)
      } else {
        try await store.check(migrations)
      }
      let kernel = Kernel(store: store, world: .real)
      let http = PartnerHTTP()
      let counterparts = try partners.map { try makeCounterpart($0, http: http) }
      // On PostgreSQL several programs share one journal, and so one key: only `amends migrate` makes it.
      let key = try JournalKey.load(options.keyFile, makes: !options.isPostgres)
      let journal = Journal(kernel: kernel, key: key, origin: "amends")
      let engine = RenewalEngine(kernel: kernel, counterparts: counterparts, journal: journal)
      try await engine.outbox.prepareLanes()
      return Runtime(store: store, kernel: kernel, engine: engine, http: http, logger: logger)
    } catch {
      await store.close()
      throw error
    }
  }

  func close() async {
    try? await http.shutdown()
    await store.close()
  }

  /// Opens, runs, closes, and turns what went wrong into a sentence and an exit code.
  static func with(
    _ options: DatabaseOptions, migrates: Bool? = nil, _ body: (Runtime) async throws -> Void
  ) async throws {
    try await reporting {
      let runtime = try await open(options, migrates: migrates)
      do { try await body(runtime) } catch {
        await runtime.close()
        throw error
      }
      await runtime.close()
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

enum Files {
  static func read(_ path: String, limit: Int) throws -> [UInt8] {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw Problem(.file, "\(path) cannot be read.") }
    defer { try? handle.close() }
    let data = try handle.read(upToCount: limit + 1) ?? Data()
    guard data.count <= limit else { throw Problem(.file, "\(path) is larger than \(limit) bytes.") }
    return Array(data)
  }

  /// Writes a file that nobody else may read, whole or not at all.
  static func writePrivate(_ text: String, to path: String) throws {
    let temporary = path + ".new"
    try? FileManager.default.removeItem(atPath: temporary)
    guard
      FileManager.default.createFile(
        atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
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

/// Runs a command's body. Whatever it throws is told on standard error in one line, and ends with the code for it.
func reporting(_ body: () async throws -> Void) async throws {
  // Whatever this program writes is about people and their money: for its own user alone.
  umask(0o077)
  do { try await body() } catch {
    let problem: Problem
    switch error {
    case let exit as ExitCode: throw exit
    case let known as Problem: problem = known
    case let refusal as Refusal: problem = Problem(.refused, refusal.message)
    case let store as StoreError:
      switch store {
      case .unavailable, .busy, .inUse, .full, .readOnly, .contended, .commitUnknown, .limit:
        problem = Problem(.unavailable, "\(store)")
      case .newer, .older: problem = Problem(.unavailable, "\(store)")
      case .damaged, .statement, .constraint: problem = Problem(.fault, "\(store)")
      }
    case let configuration as ConfigurationError: problem = Problem(.usage, "\(configuration)")
    default: problem = Problem(.fault, "\(error)")
    }
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
  private let what: String
  private let isShown = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now

  init(_ what: String) { self.what = what }

  func show(_ done: Int64, of total: Int64?) {
    guard isShown, ContinuousClock.now - start > .seconds(1) else { return }
    let share = total.map { $0 > 0 ? " of \($0) (\(done * 100 / $0) %)" : "" } ?? ""
    FileHandle.standardError.write(Data("\r\u{1B}[K\(what): \(done)\(share)".utf8))
  }

  func end() {
    guard isShown else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
