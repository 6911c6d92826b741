import Billing
import Crypto
import Kernel
import Logging
import Store
import Synchronization

/// One seeded life of the renewal engine: subscribers of three partners that misbehave, crashes between any two steps,
/// commits of unknown outcome, a clock that moves from event to event. Afterwards the partners' own books are held
/// against what the engine believes.
public final class RenewalSimulation: Sendable {
  struct Crash: Error {}

  /// A life takes some hundred to two thousand steps; one in which something is always due and never done takes 200,000.
  private static let mostSteps = 10_000

  let plan: SimulationPlan
  let store: Store
  let clock: MovedClock
  private let random: Mutex<SplitMix64>
  let partners: [BookCounterpart]
  let hold = Mutex(true)
  public init(_ plan: SimulationPlan, store: Store) {
    self.plan = plan
    self.store = store
    let clock = MovedClock(plan.start)
    self.clock = clock
    var random = SplitMix64(seed: plan.seed)
    partners = SimulatedPartners.make(plan, random: &random, clock: clock)
    self.random = Mutex(random)
  }

  /// - Returns: what the audit found wrong; empty when every promise held.
  public func run() async throws -> [String] {
    var engine = try await restart()
    try await begin(engine)
    var cursors = RenewalEngine.Cursors()
    let end = plan.start + .days(plan.days)
    // Long enough for the last period's dunning, statement and daily questions to come to their end.
    let horizon = end + .days(25)
    var statements = StatementFeed(from: plan.start)
    var lastChecked = clock.now
    var steps = 0
    while clock.now < horizon {
      steps += 1
      guard steps <= Self.mostSteps else { return ["after \(steps) steps it is only \(clock.now.iso8601)"] }
      if clock.now >= end { try await stopRenewing() }
      do {
        try await deliver(to: engine)
        try await statements.feed(partners, to: engine, now: clock.now)
        let checks = clock.now - lastChecked > .hours(6)
        if checks { lastChecked = clock.now }
        try await engine.settle(&cursors, seals: checks, checks: checks)
      } catch is Crash {
        // The process is gone: what it held in memory with it. A new one finds the database as it is.
        engine = try await restart()
        cursors = .init()
        continue
      } catch StoreError.commitUnknown {
        // The worker's loop logs this and begins the step again; what it held is found by the scans.
        cursors = .init()
      }
      clock.move(to: try await nextMoment(horizon))
    }
    hold.withLock { $0 = false }
    try await finish(engine, &cursors)
    return try await RenewalAudit(self, journal: engine.journal).run()
  }

  private func finish(_ engine: RenewalEngine, _ cursors: inout RenewalEngine.Cursors) async throws {
    for partner in partners { partner.book.withBook { $0.turn(DialSchedule(), now: clock.now) } }
    for _ in 0..<3 {
      try await deliver(to: engine)
      try await engine.settle(&cursors)
      clock.move(to: clock.now + .days(1))
    }
  }

  private func restart() async throws -> RenewalEngine {
    var faults = Faults()
    faults.between = { [self] _ in if chance(plan.crashOneIn) { throw Crash() } }
    faults.beforeCommit = { [self] in
      if chance(plan.unknownCommitOneIn * 2) { throw StoreError.commitUnknown("simulated, undone") }
    }
    faults.afterCommit = { [self] in
      if chance(plan.unknownCommitOneIn * 2) { throw StoreError.commitUnknown("simulated, done") }
    }
    let kernel = Kernel(store: store, world: clock.world(seed: roll()), faults: faults)
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
    return RenewalEngine(
      kernel: kernel, counterparts: partners,
      journal: Journal(kernel: kernel, key: key, origin: "simulation"), batch: 50)
  }

  private func chance(_ oneIn: UInt64) -> Bool {
    guard oneIn > 0, hold.withLock({ $0 }) else { return false }
    return random.withLock { $0.next() % oneIn == 0 }
  }

  private func roll() -> UInt64 { random.withLock { $0.next() } }

  private func begin(_ engine: RenewalEngine) async throws {
    hold.withLock { $0 = false }
    defer { hold.withLock { $0 = true } }
    _ = try await store.migrate(KernelSchema.migrations + BillingModule.migrations)
    try await engine.outbox.prepareLanes()
    try await SimulatedSubscribers.add(
      plan.subscribers, lanes: partners.map(\.lane), from: plan.start, to: engine.kernel, roll: roll)
  }

  private func deliver(to engine: RenewalEngine) async throws {
    for partner in partners {
      for message in partner.notifications(clock.now, limit: 500) {
        // A receiver that dies before its commit answers nothing; this partner does not send again.
        _ = try await engine.outbox.receive(message, lane: partner.lane)
      }
    }
  }

  /// New periods would never end; what is open is to come to its end.
  private func stopRenewing() async throws {
    let now = clock.now
    try await store.write { tx in
      _ = try tx.execute(
        """
        UPDATE subscription SET state = 'cancelled', due_at = NULL, ended_at = \(now), end_reason = 'endOfRun'
        WHERE due_at IS NOT NULL AND due_at > \(now)
        """)
    }
  }

  /// The next moment at which anything can happen, half a minute on at least and a day at most.
  private func nextMoment(_ horizon: Instant) async throws -> Instant {
    let now = clock.now
    let moments = try await store.read { tx in
      try tx.rows(
        """
        SELECT min(next_at) AS at FROM effect WHERE state IN ('sent', 'unknown', 'pending') UNION ALL
        SELECT min(due_at) FROM effect WHERE state = 'prepared' UNION ALL
        SELECT min(due_at) FROM subscription WHERE due_at IS NOT NULL UNION ALL
        SELECT min(until) FROM lane WHERE breaker = 'open' UNION ALL
        SELECT min(received_at) FROM evidence WHERE state = 'new'
        """
      ).compactMap { try $0.instantOrNull("at") }
    }
    let notices = partners.compactMap { $0.book.withBook { $0.nextDue } }
    let next = (moments + notices).min() ?? horizon
    return min(max(next, now + .seconds(30)), now + .days(1))
  }
}
