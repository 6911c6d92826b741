import Accounts
import ArgumentParser
import Billing
import Crypto
import Desk
import Foundation
import Hummingbird
import Incidents
import Kernel
import Logging
import Mail
import ServiceLifecycle
import Store
import Web
import Webhooks

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the console and take notifications; renew what is due beside it.")

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var listening: ListenOptions
  @OptionGroup(title: "Operation") var operation: OperationOptions
  @Flag(help: "Serve only; `amends work` does the work (PostgreSQL). [$AMENDS_WITHOUT_WORKER]")
  var withoutWorker = false

  func run() async throws {
    let works = !withoutWorker && !Settings.flag("without-worker")
    Traces.begin(to: operation.settings.traces)
    try await Runtime.with(database, console: listening.console) { runtime in
      try await runtime.noteRelease()
      try await Service(
        runtime: runtime, database: database, listening: listening, works: works, operation: operation.settings
      ).run()
    }
  }
}

struct ListenOptions: ParsableArguments {
  @Option(help: "The address to listen on. [$AMENDS_HOST]") var host = Settings.value("host") ?? "127.0.0.1"
  @Option(help: "The port; 0 takes any that is free. [$AMENDS_PORT]") var port = Settings.number("port") ?? 8080
  @Option(help: "The name that the console shows. [$AMENDS_SERVICE]")
  var service = Settings.value("service") ?? "Amends"
  @Option(
    help:
      "A line of the service's address, as receipts show it; more than once for several. [$AMENDS_SERVICE_ADDRESS, lines apart by ;]"
  )
  var serviceAddress: [String] = []
  @Option(help: "The console's time zone. [$AMENDS_ZONE]") var zone = Settings.value("zone") ?? "UTC"
  @Option(
    help:
      "How browsers reach the console: https://billing.example.org. Without it there is one on this machine alone. [$AMENDS_ADDRESS]"
  )
  var address: String?
  @Option(
    help:
      "The address of a proxy whose X-Forwarded-For is believed; more than once for several. [$AMENDS_PROXY, with commas]"
  )
  var proxy: [String] = Settings.list("proxy")
  @OptionGroup var organisation: OrganisationOptions
  @Option(help: "How many requests a minute the API answers for one token, in this process. [$AMENDS_API_RATE]")
  var apiRate = Settings.number("api-rate") ?? 600

  func validate() throws {
    guard (1...1_000_000).contains(apiRate) else { throw ValidationError("--api-rate is 1 to 1,000,000.") }
    guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535.") }
    guard TimeZone(identifier: zone) != nil else { throw ValidationError("There is no time zone \(zone).") }
    guard let origin else { return }
    guard ServiceAddress.isOne(origin) else { throw ValidationError(ServiceAddress.advice) }
    // Whoever guesses is slowed down by where they come from; without this everybody would come from the proxy.
    guard !proxy.isEmpty else { throw ValidationError(ServiceAddress.proxyAdvice) }
  }

  /// `nil`: plain HTTP on this machine.
  var origin: String? { address ?? ServiceAddress.environment }

  /// The service's name and address, as receipts show them.
  var sender: [String] {
    let lines = serviceAddress.isEmpty ? Settings.list("service-address") : serviceAddress
    return [service] + lines.filter { !$0.isEmpty }
  }

  private var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

  /// What people enter there must not travel in the clear: either it does not leave this machine, or it comes over TLS, which a
  /// proxy ends.
  var showsConsole: Bool { isLoopback || origin != nil }

  var calendarZone: TimeZone { TimeZone(identifier: zone) ?? .gmt }

  var site: Site { Site(origin: origin, proxies: Set(proxy)) }

  var console: ConsoleAddress { ConsoleAddress(origin: linkOrigin, zone: calendarZone) }

  /// Where links lead.
  var linkOrigin: String { origin ?? "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

/// The address under which browsers know the console.
enum ServiceAddress {
  static let advice = "An address is https://HOST or https://HOST:PORT, without a path."
  static let proxyAdvice =
    "With --address a proxy ends TLS: name the address that it connects from with --proxy, such as --proxy 127.0.0.1."
  static let standard = "http://127.0.0.1:8080"

  static var environment: String? {
    Settings.value("address")
  }

  static func isOne(_ text: String) -> Bool {
    text.wholeMatch(of: #/https:\/\/[a-z0-9.\-]+(:[0-9]{1,5})?/#) != nil
  }
}

/// The server: HTTP, and a worker in the same process.
struct Service {
  let runtime: Runtime
  let database: DatabaseOptions
  let listening: ListenOptions
  let works: Bool
  var operation = OperationSettings()
  var onRunning: @Sendable (Int) async -> Void = { _ in }

  func run() async throws {
    runtime.origin.text = listening.linkOrigin
    let token = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
    let watch = Watch(runtime, operation, works: works)
    let verifier = JournalVerifier(runtime.engine.journal)
    let responder = try doors(token: token, watch: watch, verifier: verifier).responder()
    let (host, path, hasDoor, onRunning) = (listening.host, database.path, listening.showsConsole, onRunning)
    let app = Application(
      responder: responder, server: .http1(configuration: .init(idleTimeout: .seconds(60))),
      configuration: .init(address: .hostname(host, port: listening.port), serverName: nil),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        if let path, hasDoor { try? Self.openDoor(host, port, token, beside: path) }
        print("Amends listens on http://\(host):\(port)/")
        fflush(nil)
        SystemdNotice.send("READY=1")
        await onRunning(port)
      }, logger: runtime.logger)
    defer { if let path { try? FileManager.default.removeItem(atPath: ControlDoor.file(beside: path)) } }
    try await watch.run([app, VerifierService(verifier: verifier)])
  }

  /// Every door of the server, each with its right.
  /// - Parameter cost: of one guess at a password.
  func doors(
    token: String, cost: PasswordCost = .standard, watch: Watch? = nil, verifier: JournalVerifier? = nil
  ) throws -> Doors {
    let site = listening.site
    let frame = Frame(
      service: listening.service, zone: listening.calendarZone, version: Amends.version, site: site,
      now: runtime.kernel.world.now, journal: { [store = runtime.store] in try await JournalState.read(store) })
    let desk = listening.showsConsole ? try desk(cost: cost) : nil
    let limits = RateLimits(perMinute: listening.apiRate, now: runtime.kernel.world.now)
    let subscribers = listening.showsConsole ? try subscriberDesk() : nil
    let keeper = DoorKeeper(site: site) { credential in
      if case .own(let text) = credential { return try await subscribers?.identify(Secret(text)) }
      return try await desk?.identify(credential)
    }
    let doors = Doors(keeper, frame: frame, limits: limits)
    (watch ?? Watch(runtime, operation, works: works)).doors.add(to: doors)
    NotificationRoutes(outbox: runtime.engine.outbox, logger: runtime.logger).add(to: doors)
    guard let desk, let subscribers else { return doors }
    Assets.addRoutes(to: doors)
    frame.addRoutes(to: doors) { language, identity in
      try await desk.choose(language, for: identity.account, by: identity.actor)
    }
    AccountRoutes(
      desk: desk, site: site, provider: try listening.organisation.provider(runtime.logger), frame: frame
    ).add(to: doors)
    let incidents = IncidentDesk(kernel: runtime.kernel, parts: runtime.harm)
    let harms = IncidentWiring.harms(incidents)
    BillingRoutes(kernel: runtime.kernel, frame: frame, harms: harms).add(to: doors)
    SubscriberRoutes(desk: subscribers, accounts: desk, site: site, frame: frame).add(to: doors)
    OwnRoutes(
      kernel: runtime.kernel,
      changes: MethodChange(kernel: runtime.kernel, outbox: runtime.engine.outbox, origin: listening.linkOrigin),
      site: site, frame: frame, sender: listening.sender, sendsMail: !runtime.keepsMails, harms: harms
    ).add(to: doors)
    DeskRoutes(
      kernel: runtime.kernel, outbox: runtime.engine.outbox, journal: runtime.engine.journal,
      verifier: verifier ?? JournalVerifier(runtime.engine.journal), neighbours: DeskWiring.neighbours(), frame: frame
    ).add(to: doors)
    MailRoutes(store: runtime.store, isKeptHere: runtime.keepsMails, frame: frame).add(to: doors)
    WebhookRoutes(kernel: runtime.kernel, frame: frame).add(to: doors)
    IncidentRoutes(
      desk: incidents, frame: frame, journal: runtime.engine.journal, neighbours: IncidentWiring.neighbours,
      sender: listening.sender
    ).add(to: doors)
    ControlDoor(url: "", token: token).addRoutes(to: doors, runtime, path: database.path)
    _ = try api(on: doors)
    return doors
  }

  /// What programs may ask for, and the document about it.
  func api(on doors: Doors) throws -> API {
    let api = API(doors, kernel: runtime.kernel, version: Amends.version)
    BillingAPI().add(to: api)
    OperationAPI(journal: runtime.engine.journal).add(to: api)
    TestClocksAPI(journal: runtime.engine.journal).add(to: api)
    if let keys = runtime.webhookKeys { WebhooksAPI(keys: keys, announcers: Runtime.announcers).add(to: api) }
    try api.close()
    return api
  }

  func desk(cost: PasswordCost = .standard) throws -> AccountDesk {
    let key = try AccessKeyFile.load(database.accessKeyFile, makes: !database.isPostgres)
    return AccountDesk(
      kernel: runtime.kernel, key: key, hasher: PasswordHasher(cost: cost), origin: listening.linkOrigin,
      service: "Amends, \(listening.service)",
      letters: AccountLetters.sender(runtime.mailer, zone: listening.calendarZone, origin: listening.linkOrigin),
      mailsLeave: !runtime.keepsMails, directory: SubscriberLetters.directory)
  }

  func subscriberDesk() throws -> SubscriberDesk {
    SubscriberDesk(
      kernel: runtime.kernel, key: try AccessKeyFile.load(database.accessKeyFile, makes: !database.isPostgres),
      origin: listening.linkOrigin, directory: SubscriberLetters.directory, mailsLeave: !runtime.keepsMails,
      letters: SubscriberLetters.sender(runtime.mailer))
  }

  private static func openDoor(_ host: String, _ port: Int, _ token: String, beside path: String) throws {
    let door = ControlDoor(url: "http://\(host):\(port)", token: token)
    let text = String(decoding: try JSONEncoder().encode(door), as: UTF8.self)
    try Files.writePrivate(text, to: ControlDoor.file(beside: path))
  }
}

struct Work: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Do the work without serving: any number of these beside `amends serve`, on PostgreSQL.")

  @OptionGroup var database: DatabaseOptions
  @OptionGroup(title: "Operation") var operation: OperationOptions

  func run() async throws {
    Traces.begin(to: operation.settings.traces)
    try await Runtime.with(database) { runtime in
      try await runtime.noteRelease()
      print("Amends works.")
      fflush(nil)
      SystemdNotice.send("READY=1")
      try await Watch(runtime, operation.settings, works: true).run([])
    }
  }
}
