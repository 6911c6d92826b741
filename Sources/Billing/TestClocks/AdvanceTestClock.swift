import Kernel
import Store
import Synchronization

/// Moves a test clock on and lives through everything that is due on the way, in order: periods begin, charges are sent, asked
/// about, tried again, given back. The same engine as a worker's, on the clock's own time and lane.
package struct AdvanceTestClock: Sendable {
  /// How far an advance may go.
  package static let farthest = Span.days(731)
  /// Moments at which something was due, in one advance.
  package static let mostMoments = 5_000
  /// Whoever asks over HTTP waits for the answer: after so long it stops where it is, and says so.
  package static let longest = Span.seconds(20)
  /// A process that died while it advanced holds the clock so long.
  static let lease = Span.seconds(60)

  let kernel: Kernel
  let journal: Journal

  package init(kernel: Kernel, journal: Journal) {
    self.kernel = kernel
    self.journal = journal
  }

  package struct Outcome: Sendable, Equatable {
    package var clock: TestClock
    /// Whether it got as far as was asked.
    package var isDone: Bool
  }

  /// - Parameter target: not before the clock's time; the same: what is due there, and nothing more.
  /// - Throws: `Refusal`, also while somebody else advances it.
  package func run(_ id: Int64, to target: Instant, by actor: Actor) async throws -> Outcome {
    let token = Int64(bitPattern: kernel.world.random() >> 1)
    let start = try await begin(id, target, token)
    let began = kernel.world.now()
    let time = Mutex(start)
    let world = kernel.world
    let twin = Kernel(
      store: kernel.store,
      world: World(now: { time.withLock { $0 } }, random: world.random, pause: world.pause), faults: kernel.faults,
      twin: kernel)
    let partner = TestPartner(kernel: twin, clock: id)
    let engine = RenewalEngine(kernel: twin, counterparts: [partner], journal: journal, clock: id)
    var cursors = RenewalEngine.Cursors()
    var reached = start
    var isDone = false
    for _ in 0..<Self.mostMoments {
      while try await partner.notify() > 0 {}
      try await engine.settle(&cursors, seals: false, checks: false)
      let next = try await nextMoment(id, after: reached)
      guard next <= target else {
        reached = target
        isDone = true
        break
      }
      guard kernel.world.now() - began < Self.longest else { break }
      reached = next
      time.withLock { [reached] in $0 = reached }
      try await save(id, reached, token, by: nil)
    }
    try await engine.outbox.forgetCounts()
    try await save(id, reached, token, by: actor)
    guard let clock = try await kernel.store.read({ tx in try TestClock.one(id, in: tx) }) else {
      throw Refusal.noClock
    }
    return Outcome(clock: clock, isDone: isDone)
  }

  /// Takes the clock, so that nobody else moves it meanwhile.
  /// - Returns: its time.
  private func begin(_ id: Int64, _ target: Instant, _ token: Int64) async throws -> Instant {
    try await kernel.change(by: .system("testClocks"), canRepeat: false) { change in
      guard let row = try change.tx.row("SELECT now, busy_until FROM test_clock WHERE id = \(id) \(.forUpdate)") else {
        throw Refusal.noClock
      }
      let now = try row.instant("now")
      if let busy = try row.instantOrNull("busy_until"), change.now < busy {
        throw Refusal.clockBusy
      }
      guard target >= now else {
        throw Refusal(.conflict, "clockNeverBack", "The test clock \(id) stands at \(now.iso8601) and never goes back.")
      }
      guard target - now <= Self.farthest else {
        throw Refusal(.invalid, "tooFar", "A test clock is advanced by two years at most; do it in several steps.")
      }
      try change.tx.execute(
        """
        UPDATE test_clock SET target = \(target), busy = \(token), busy_until = \(change.now + Self.lease) WHERE id = \(id)
        """)
      return now
    }
  }

  /// Writes down how far it got.
  /// - Parameter actor: at the end, whoever asked; the clock is free again.
  private func save(_ id: Int64, _ now: Instant, _ token: Int64, by actor: Actor?) async throws {
    try await kernel.change(by: actor ?? .system("testClocks"), canRepeat: true) { change in
      let free = actor != nil
      let target: SQL = free ? ", target = CASE WHEN target <= \(now) THEN NULL ELSE target END" : ""
      let saved = try change.tx.execute(
        """
        UPDATE test_clock SET now = \(now), busy_until = \(free ? nil : change.now + Self.lease) \(target)
        WHERE id = \(id) AND busy = \(token)
        """)
      guard saved == 1 else {
        throw Refusal.clockBusy
      }
      if free { change.record(TestClockMoved(clock: id, what: "advanced", to: now)) }
    }
  }

  /// The next moment at which anything can happen. Something that is due already and was not done waits for the partner's rate
  /// or its breaker: a second on.
  private func nextMoment(_ id: Int64, after now: Instant) async throws -> Instant {
    let lane = TestClock.lane(of: id)
    let moments = try await kernel.store.read { tx in
      try tx.rows(
        """
        SELECT min(due_at) AS at FROM subscription WHERE clock = \(id) AND due_at IS NOT NULL UNION ALL
        SELECT min(due_at) FROM effect WHERE lane = \(lane) AND state = 'prepared' UNION ALL
        SELECT min(next_at) FROM effect WHERE lane = \(lane) AND state IN ('sent', 'unknown', 'pending') UNION ALL
        SELECT min(due_at) FROM test_notice WHERE clock = \(id) UNION ALL
        SELECT min(until) FROM lane WHERE name = \(lane) AND breaker = 'open'
        """
      ).compactMap { try $0.instantOrNull("at") }
    }
    guard let next = moments.min() else { return Instant(microseconds: .max) }
    return max(next, now + .seconds(1))
  }
}
