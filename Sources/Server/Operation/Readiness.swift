import Foundation
import Kernel
import Store
import Synchronization

/// Whether this process can do its work now: asked by load balancers and by whoever watches, never more than once a second.
actor Readiness {
  struct Check: Codable, Sendable, Equatable {
    var name: String
    var ok: Bool
    /// A fixed sentence, with figures at most: everybody may read it.
    var detail: String
  }

  struct Report: Codable, Sendable, Equatable {
    var ready: Bool
    var checks: [Check]
  }

  private let store: Store
  private let world: World
  private let migrations: [Migration]
  /// nil: this process does no work.
  private let pulse: WorkerPulse?
  private let isStopping = Mutex(false)
  private var kept: (at: ContinuousClock.Instant, report: Report)?
  private var running: Task<Report, Never>?

  /// The database has to answer in that time.
  static let patience = Span.seconds(2)
  /// Facts are sealed every second; one that waits longer is held up.
  static let sealedWithin = Span.minutes(5)

  init(store: Store, world: World, migrations: [Migration], pulse: WorkerPulse?) {
    self.store = store
    self.world = world
    self.migrations = migrations
    self.pulse = pulse
  }

  /// From now on it is not ready, whatever else holds: it is being stopped.
  nonisolated func stop() { isStopping.withLock { $0 = true } }

  func report() async -> Report {
    if isStopping.withLock({ $0 }) {
      return Report(ready: false, checks: [Check(name: "running", ok: false, detail: "It is being stopped.")])
    }
    if let kept, ContinuousClock.now - kept.at < .seconds(1) { return kept.report }
    if let running { return await running.value }
    let task = Task { await self.look() }
    running = task
    let report = await task.value
    running = nil
    kept = (.now, report)
    return report
  }

  private func look() async -> Report {
    var checks: [Check] = []
    let start = ContinuousClock.now
    let oldest: Instant?
    do {
      oldest = try await world.within(Self.patience) { [store] in
        try await store.read { tx in try Standing.oldestUnsealed(in: tx) }
      }
      let took = Int((ContinuousClock.now - start) / .milliseconds(1))
      checks.append(Check(name: "database", ok: true, detail: "It answered within \(took) ms."))
    } catch {
      checks.append(Check(name: "database", ok: false, detail: "It gave no answer within \(Self.patience.seconds) s."))
      return Report(ready: false, checks: checks)
    }
    checks.append(await schema())
    if let pulse {
      let stalled = pulse.stalled()
      let detail =
        switch stalled {
        case nil: "It has not begun."
        case .some(let steps) where steps.isEmpty: "Every step has run."
        case .some(let steps): "These steps do not come to an end: \(steps.joined(separator: ", "))."
        }
      checks.append(Check(name: "worker", ok: stalled?.isEmpty ?? false, detail: detail))
      // Another process's work is its own business: without a worker here, notifications are still to be taken.
      let age = oldest.map { world.now() - $0 } ?? .seconds(0)
      checks.append(
        Check(
          name: "journal", ok: age <= Self.sealedWithin,
          detail: "The oldest fact that is not sealed has waited \(Int(max(0, age.seconds))) s."))
    }
    return Report(ready: checks.allSatisfy(\.ok), checks: checks)
  }

  private func schema() async -> Check {
    do {
      try await world.within(Self.patience) { [store, migrations] in try await store.check(migrations) }
      return Check(name: "schema", ok: true, detail: "It is this program's.")
    } catch {
      return Check(
        name: "schema", ok: false, detail: "It is not this program's: run `amends migrate`, or use its program.")
    }
  }
}

extension World {
  struct TookTooLong: Error {}

  /// What comes first: the answer, or the end of the time. What comes late is dropped.
  func within<T: Sendable>(_ span: Span, _ body: @escaping @Sendable () async throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let waiting = Mutex<CheckedContinuation<T, any Error>?>(continuation)
      let first = First(waiting)
      Task {
        do { first.end(.success(try await body())) } catch { first.end(.failure(error)) }
      }
      Task {
        try? await pause(span)
        first.end(.failure(TookTooLong()))
      }
    }
  }

  private final class First<T: Sendable>: Sendable {
    private let waiting: Mutex<CheckedContinuation<T, any Error>?>

    init(_ waiting: consuming sending Mutex<CheckedContinuation<T, any Error>?>) { self.waiting = waiting }

    func end(_ result: Result<T, any Error>) {
      waiting.withLock { $0.take() }?.resume(with: result)
    }
  }
}
