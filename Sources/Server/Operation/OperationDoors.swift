import Foundation
import Hummingbird
import Kernel
import NIOCore
import Operation
import Store
import Web

/// What those ask who watch the service: `/health`, `/ready`, `/metrics`. Nothing behind these doors names a person.
struct OperationDoors: Sendable {
  let readiness: Readiness
  let figures: Figures

  /// On the server's own listener: for load balancers, which ask where the traffic goes.
  func add(to doors: Doors) {
    doors.get("health", needs: .anybody) { _, _ in "ok\n" }
    doors.get("ready", needs: .anybody) { [readiness] _, _ -> Response in
      let report = await readiness.report()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return Response(
        status: report.ready ? .ok : .serviceUnavailable,
        headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(report) + [UInt8(ascii: "\n")])))
    }
  }

  /// On the listener for operation alone: how much business is done is nobody's business outside.
  func addFigures(to doors: Doors) {
    doors.get("metrics", needs: .anybody) { [figures] _, _ -> Response in
      let text = Exposition.text(await figures.read())
      return Response(
        status: .ok, headers: [.contentType: Exposition.type, .cacheControl: "no-store"],
        body: .init(byteBuffer: ByteBuffer(string: text)))
    }
  }
}

/// Everything that is counted, gathered when it is asked for. The database is asked at most every five seconds.
actor Figures {
  private let store: Store
  private let world: World
  private let registry: Registry
  private let readiness: Readiness
  private let version: String
  private var kept: (at: ContinuousClock.Instant, standing: Standing?)?
  private var running: Task<Standing?, Never>?

  init(store: Store, world: World, registry: Registry, readiness: Readiness, version: String) {
    self.store = store
    self.world = world
    self.registry = registry
    self.readiness = readiness
    self.version = version
  }

  func read() async -> [Family] {
    let standing = await self.standing()
    let report = await readiness.report()
    var families = registry.read() + ProcessFigures.read()
    families.append(Family("amends_build_info", .gauge, [.init(1, ["version": version])]))
    families.append(
      Family("amends_ready", .gauge, report.checks.map { .init($0.ok ? 1 : 0, ["check": $0.name]) }))
    families.append(Family("amends_standing_read", .gauge, [.init(standing == nil ? 0 : 1)]))
    if let standing { families += standing.families(world.now()) }
    return families
  }

  private func standing() async -> Standing? {
    if let kept, ContinuousClock.now - kept.at < .seconds(5) { return kept.standing }
    if let running { return await running.value }
    let task = Task { [store, world] in
      try? await world.within(.seconds(5)) {
        try await store.read { tx in try Standing.read(in: tx, now: world.now()) }
      }
    }
    running = task
    let standing = await task.value
    running = nil
    kept = (.now, standing)
    return standing
  }
}

extension Standing {
  func families(_ now: Instant) -> [Family] {
    let states = ["closed", "halfOpen", "open", "stopped"]
    return [
      Family(
        "amends_lane_state", .gauge,
        lanes.flatMap { lane -> [Family.Sample] in
          let current = lane.isStopped ? "stopped" : lane.breaker
          return states.map { .init($0 == current ? 1 : 0, ["lane": lane.name, "state": $0]) }
        }),
      Family("amends_outbox_due", .gauge, lanes.map { .init(Double($0.due), ["lane": $0.name]) }),
      Family(
        "amends_outbox_open", .gauge,
        lanes.flatMap { lane in
          ["sent", "unknown", "pending"].map {
            .init(Double(lane.open[$0] ?? 0), ["lane": lane.name, "state": $0])
          }
        }),
      Family(
        "amends_unknown_open", .gauge,
        lanes.flatMap { lane in
          Age.allCases.map { .init(Double(lane.unknown[$0] ?? 0), ["lane": lane.name, "age": $0.rawValue]) }
        }),
      Family(
        "amends_waiting_for_person", .gauge,
        [.init(Double(parked), ["which": "all"]), .init(Double(overdue), ["which": "overdue"])]),
      Family(
        "amends_alerts_open", .gauge,
        alerts.sorted { $0.key < $1.key }.map { .init(Double($0.value), ["name": $0.key]) }),
      Family(
        "amends_inbox", .gauge,
        inbox.sorted { $0.key < $1.key }.map { .init(Double($0.value), ["state": $0.key]) }),
      Family("amends_journal_unsealed", .gauge, [.init(Double(unsealed))]),
      Family(
        "amends_journal_unsealed_age_seconds", .gauge,
        [.init(oldestUnsealed.map { max(0, (now - $0).seconds) } ?? 0)]),
    ]
  }
}
