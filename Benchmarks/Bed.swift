import Accounts
import Billing
import Crypto
import Foundation
import Kernel
import Logging
import Store
import TestSupport

/// An engine put together on a database.
struct Bed: Sendable {
  static let migrations = KernelSchema.migrations + BillingModule.migrations + AccountsModule.migrations
  static let quiet = TestSupport.quiet
  /// The same in every process of a run.
  static let key = [UInt8](repeating: 7, count: 32)

  let store: Store
  let engine: RenewalEngine
  let world: World

  init(
    _ store: Store, _ counterparts: [any Counterpart], batch: Int = 1_000, world: World = .real
  ) async throws {
    self.store = store
    self.world = world
    let kernel = Kernel(store: store, world: world)
    engine = RenewalEngine(
      kernel: kernel, counterparts: counterparts,
      journal: Journal(
        kernel: kernel, key: try Curve25519.Signing.PrivateKey(rawRepresentation: Self.key), origin: "bench"),
      batch: batch)
    try await engine.outbox.prepareLanes()
  }

  /// Opens, runs, closes.
  static func on<T>(
    _ address: String, _ counterparts: [any Counterpart], batch: Int = 1_000, world: World = .real,
    _ body: (Bed) async throws -> T
  ) async throws -> T {
    let store = try await Store.open(address, logger: quiet)
    do {
      let value = try await body(Bed(store, counterparts, batch: batch, world: world))
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }

  /// A clock that runs on from `start`, whatever the time is.
  static func world(from start: Instant) -> World {
    let begin = ContinuousClock.now
    var world = World.real
    world.now = { start + Span(microseconds: Int64((ContinuousClock.now - begin).inSeconds * 1_000_000)) }
    return world
  }
}

/// Lets a worker's own steps run, and says how far they came.
extension Bed {
  struct Run: Sendable {
    var done: Int
    var seconds: Double
    /// What was done by the end of each second, from the start.
    var course: [Int] = []

    var rate: Double { seconds > 0 ? Double(done) / seconds : 0 }
  }

  /// Charges that are settled: the counts that the engine commits with them. Counting rows would take longer the more
  /// there are, and be a part of what is measured.
  func settled(except lane: String = "") async throws -> Int {
    Int(
      try await store.read { tx in
        try tx.integer("SELECT CAST(COALESCE(sum(done), 0) AS BIGINT) FROM lane_window WHERE lane <> \(lane)")
      } ?? 0)
  }

  /// - Parameters:
  ///   - target: stop when so many more are settled, and what they left in the journal is sealed.
  ///   - limit: stop after this time, wherever it stands.
  ///   - other: a lane that is not counted.
  ///   - from: what was settled before it began; looked up if left out.
  func run(
    until target: Int = .max, within limit: Duration = .seconds(900), except other: String = "",
    counting from: Int? = nil
  ) async throws -> Run {
    let now = try await settled(except: other)
    let before = from ?? now
    let worker = Worker(steps: engine.steps(), world: world, logger: Self.quiet)
    let start = ContinuousClock.now
    let running = Task { await worker.run() }
    var run = Run(done: 0, seconds: 0)
    while run.done < target, ContinuousClock.now - start < limit {
      try await Task.sleep(for: .milliseconds(20))
      run.done = try await settled(except: other) - before
      run.seconds = (ContinuousClock.now - start).inSeconds
      while run.course.count < Int(run.seconds) { run.course.append(run.done) }
    }
    running.cancel()
    // What is under way is given up or finished: that is no part of the measurement, the sealing of what is settled is.
    await running.value
    if run.done >= target {
      let end = ContinuousClock.now
      while try await engine.journal.seal() > 0 {}
      run.seconds += (ContinuousClock.now - end).inSeconds
    }
    return run
  }
}
