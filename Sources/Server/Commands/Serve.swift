import ArgumentParser
import Billing
import Crypto
import Foundation
import Hummingbird
import Kernel
import Logging
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

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535.") }
    guard TimeZone(identifier: zone) != nil else { throw ValidationError("There is no time zone \(zone).") }
  }

  /// The console shows people and their money and has no sign-in yet: it is for this machine alone.
  var showsConsole: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
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
    let router = router(token: token)
    let (host, path, hasDoor, onRunning) = (listening.host, database.path, listening.showsConsole, onRunning)
    let app = Application(
      router: router, server: .http1(configuration: .init(idleTimeout: .seconds(60))),
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

  func router(token: String) -> Router<BasicRequestContext> {
    let router = Router()
    let (service, zone) = (listening.service, TimeZone(identifier: listening.zone) ?? .gmt)
    let console: @Sendable (JournalState?) -> Console = { [now = runtime.kernel.world.now] journal in
      Console(service: service, zone: zone, now: now(), journal: journal, version: Amends.version)
    }
    router.add(middleware: RefusalMiddleware { console(nil) })
    router.get("health") { _, _ in "ok\n" }
    NotificationRoutes(outbox: runtime.engine.outbox, logger: runtime.logger).add(to: router)
    guard listening.showsConsole else { return router }
    Assets.addRoutes(to: router)
    BillingRoutes(store: runtime.store, console: console).add(to: router)
    ControlDoor(url: "", token: token).addRoutes(to: router, runtime)
    return router
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
    let worker = Worker(steps: runtime.engine.steps(), world: runtime.kernel.world, logger: runtime.logger)
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
