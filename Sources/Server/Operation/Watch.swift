import Foundation
import Hummingbird
import Kernel
import NIOCore
import Operation
import ServiceLifecycle
import Web

/// A process while it runs: what is seen of it from outside, and how it ends.
///
/// On SIGTERM or SIGINT, in this order: `/ready` says 503; after `--drain` the worker begins nothing more and finishes what it
/// holds; then no connection is accepted and the open ones are answered; last the listener for operation goes. What is not
/// over after `--stop-within` seconds is given up: calls under way are recorded as unknown, and found out after the next start.
struct Watch: Sendable {
  let doors: OperationDoors
  private let runtime: Runtime
  private let settings: OperationSettings
  private let pulse: WorkerPulse?
  private var readiness: Readiness { doors.readiness }

  init(_ runtime: Runtime, _ settings: OperationSettings, works: Bool) {
    self.runtime = runtime
    self.settings = settings
    pulse = works ? WorkerPulse() : nil
    let world = runtime.kernel.world
    let readiness = Readiness(
      store: runtime.store, world: world, migrations: Runtime.migrations, pulse: pulse)
    doors = OperationDoors(
      readiness: readiness,
      figures: Figures(
        store: runtime.store, world: world, registry: Program.registry, readiness: readiness,
        version: Amends.version))
  }

  /// - Parameter services: what the process is there for, beside the worker.
  func run(_ services: [any ServiceLifecycle.Service]) async throws {
    // They end in the reverse order.
    var all: [any ServiceLifecycle.Service] = []
    if let port = settings.port { all.append(listener(port)) }
    if let spans = Traces.exporter { all.append(SpanService(exporter: spans)) }
    all += services
    if let pulse {
      all.append(
        WorkerService(runtime: runtime, pulse: pulse, patience: .seconds(Int64(settings.stopWithin - settings.drain))))
    }
    all.append(Announcement(readiness: readiness, world: runtime.kernel.world, drain: .seconds(Int64(settings.drain))))
    var configuration = ServiceGroupConfiguration(
      services: all.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: runtime.logger)
    configuration.maximumGracefulShutdownDuration = .seconds(settings.stopWithin)
    try await ServiceGroup(configuration: configuration).run()
  }

  private func listener(_ port: Int) -> some ServiceLifecycle.Service {
    let frame = Frame(
      service: "Amends", zone: .gmt, version: Amends.version, site: Site(), now: runtime.kernel.world.now)
    let all = Doors(DoorKeeper(site: Site()) { _ in nil }, frame: frame)
    doors.add(to: all)
    doors.addFigures(to: all)
    let host = settings.host
    return Application(
      responder: all.responder(), server: .http1(configuration: .init(idleTimeout: .seconds(60))),
      configuration: .init(address: .hostname(host, port: port), serverName: nil),
      onServerRunning: { channel in
        print("Figures are on http://\(host):\(channel.localAddress?.port ?? 0)/metrics")
        fflush(nil)
      }, logger: runtime.logger)
  }
}

/// The first to hear that the process is to end: says so to those who send it work, and gives them time.
private struct Announcement: ServiceLifecycle.Service {
  let readiness: Readiness
  let world: World
  let drain: Span

  func run() async throws {
    try? await gracefulShutdown()
    readiness.stop()
    SystemdNotice.send("STOPPING=1")
    if drain > .seconds(0) { try? await world.pause(drain) }
  }
}

/// The worker's steps until the program is asked to stop. A batch under way is finished and recorded; only what takes longer than
/// there is time for is cut short, a moment before the rest of the process is.
struct WorkerService: ServiceLifecycle.Service {
  let runtime: Runtime
  let pulse: WorkerPulse
  let patience: Span

  /// So long may it take to record what was cut short, and to answer the last requests.
  private static let rest = Span.seconds(5)

  func run() async throws {
    let world = runtime.kernel.world
    let worker = Worker(steps: runtime.steps(), world: world, logger: runtime.logger, pulse: pulse)
    let work = Task { await worker.run() }
    let span = max(.milliseconds(500), patience - Self.rest)
    await withTaskCancellationHandler {
      await withGracefulShutdownHandler {
        await work.value
      } onGracefulShutdown: {
        pulse.stop()
        Task {
          try? await world.pause(span)
          work.cancel()
        }
      }
    } onCancel: {
      work.cancel()
    }
  }
}
