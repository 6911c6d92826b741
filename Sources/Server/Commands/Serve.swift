import Accounts
import ArgumentParser
import Billing
import Crypto
import Foundation
import Hummingbird
import Kernel
import Logging
import Mail
import ServiceLifecycle
import Store
import Web

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the console and take notifications; renew what is due beside it.")

  @OptionGroup var database: DatabaseOptions
  @OptionGroup var listening: ListenOptions
  @Flag(help: "Serve only; `amends work` does the work (PostgreSQL).") var withoutWorker = false

  func run() async throws {
    try await Runtime.with(database) { runtime in
      try await Service(runtime: runtime, database: database, listening: listening, works: !withoutWorker).run()
    }
  }
}

struct ListenOptions: ParsableArguments {
  @Option(help: "The address to listen on.") var host = "127.0.0.1"
  @Option(help: "The port; 0 takes any that is free.") var port = 8080
  @Option(help: "The name that the console shows.") var service = "Amends"
  @Option(help: "The console's time zone.") var zone = "UTC"
  @Option(
    help:
      "How browsers reach the console: https://billing.example.org. Without it there is one on this machine alone. [$AMENDS_ADDRESS]"
  )
  var address: String?
  @Option(help: "The address of a proxy whose X-Forwarded-For is believed; more than once for several.")
  var proxy: [String] = []
  @OptionGroup var organisation: OrganisationOptions
  @Option(help: "How many requests a minute the API answers for one token, in this process.") var apiRate = 600

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

  private var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

  /// What people enter there must not travel in the clear: either it does not leave this machine, or it comes over TLS, which a
  /// proxy ends.
  var showsConsole: Bool { isLoopback || origin != nil }

  var calendarZone: TimeZone { TimeZone(identifier: zone) ?? .gmt }

  var site: Site { Site(origin: origin, proxies: Set(proxy)) }

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
    ProcessInfo.processInfo.environment["AMENDS_ADDRESS"].flatMap { $0.isEmpty ? nil : $0 }
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
  var onRunning: @Sendable (Int) async -> Void = { _ in }

  func run() async throws {
    let token = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
    let responder = try doors(token: token).responder()
    let (host, path, hasDoor, onRunning) = (listening.host, database.path, listening.showsConsole, onRunning)
    let app = Application(
      responder: responder, server: .http1(configuration: .init(idleTimeout: .seconds(60))),
      configuration: .init(address: .hostname(host, port: listening.port), serverName: nil),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        if let path, hasDoor { try? Self.openDoor(host, port, token, beside: path) }
        print("Amends listens on http://\(host):\(port)/")
        fflush(nil)
        await onRunning(port)
      }, logger: runtime.logger)
    var services: [any ServiceLifecycle.Service] = [app]
    if works { services.append(WorkerService(runtime: runtime)) }
    defer { if let path { try? FileManager.default.removeItem(atPath: ControlDoor.file(beside: path)) } }
    try await ServiceGroup(
      configuration: .init(
        services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
        logger: runtime.logger)
    ).run()
  }

  /// Every door of the server, each with its right.
  /// - Parameter cost: of one guess at a password.
  func doors(token: String, cost: PasswordCost = .standard) throws -> Doors {
    let site = listening.site
    let frame = Frame(
      service: listening.service, zone: listening.calendarZone, version: Amends.version, site: site,
      now: runtime.kernel.world.now, journal: { [store = runtime.store] in try await JournalState.read(store) })
    let desk = listening.showsConsole ? try desk(cost: cost) : nil
    let limits = RateLimits(perMinute: listening.apiRate, now: runtime.kernel.world.now)
    let doors = Doors(DoorKeeper(site: site) { try await desk?.identify($0) }, frame: frame, limits: limits)
    doors.get("health", needs: .anybody) { _, _ in "ok\n" }
    NotificationRoutes(outbox: runtime.engine.outbox, logger: runtime.logger).add(to: doors)
    guard let desk else { return doors }
    Assets.addRoutes(to: doors)
    frame.addRoutes(to: doors)
    AccountRoutes(
      desk: desk, site: site, provider: try listening.organisation.provider(runtime.logger), frame: frame
    ).add(to: doors)
    BillingRoutes(kernel: runtime.kernel, frame: frame).add(to: doors)
    MailRoutes(store: runtime.store, isKeptHere: runtime.keepsMails, frame: frame).add(to: doors)
    ControlDoor(url: "", token: token).addRoutes(to: doors, runtime)
    _ = try api(on: doors)
    return doors
  }

  /// What programs may ask for, and the document about it.
  func api(on doors: Doors) throws -> API {
    let api = API(doors, kernel: runtime.kernel, version: Amends.version)
    BillingAPI().add(to: api)
    OperationAPI(journal: runtime.engine.journal).add(to: api)
    try api.close()
    return api
  }

  func desk(cost: PasswordCost = .standard) throws -> AccountDesk {
    let key = try AccessKeyFile.load(database.accessKeyFile, makes: !database.isPostgres)
    return AccountDesk(
      kernel: runtime.kernel, key: key, hasher: PasswordHasher(cost: cost), origin: listening.linkOrigin,
      service: "Amends, \(listening.service)",
      letters: AccountLetters.sender(runtime.mailer, zone: listening.calendarZone, origin: listening.linkOrigin),
      mailsLeave: !runtime.keepsMails)
  }

  private static func openDoor(_ host: String, _ port: Int, _ token: String, beside path: String) throws {
    let door = ControlDoor(url: "http://\(host):\(port)", token: token)
    let text = String(decoding: try JSONEncoder().encode(door), as: UTF8.self)
    try Files.writePrivate(text, to: ControlDoor.file(beside: path))
  }
}

/// The worker's steps until the program is asked to stop; a step under way is finished first.
struct WorkerService: ServiceLifecycle.Service {
  let runtime: Runtime

  func run() async throws {
    let worker = Worker(steps: runtime.steps(), world: runtime.kernel.world, logger: runtime.logger)
    await cancelWhenGracefulShutdown { await worker.run() }
  }
}

struct Work: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Do the work without serving: any number of these beside `amends serve`, on PostgreSQL.")

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    try await Runtime.with(database) { runtime in
      print("Amends works.")
      fflush(nil)
      try await ServiceGroup(
        configuration: .init(
          services: [.init(service: WorkerService(runtime: runtime))], gracefulShutdownSignals: [.sigterm, .sigint],
          logger: runtime.logger)
      ).run()
    }
  }
}
