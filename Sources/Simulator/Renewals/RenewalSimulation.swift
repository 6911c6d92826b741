import Billing
import Crypto
import Kernel
import Store
import Synchronization

/// One seeded life of the renewal engine: subscribers of partners that misbehave, workers that crash between any two steps,
/// commits of unknown outcome, people who act in the middle, a clock that moves from event to event. Afterwards the
/// partners' own books are held against what the engine believes.
public final class RenewalSimulation: Sendable {
  struct Crash: Error {}

  /// A life takes some hundred to two thousand steps; one in which something is always due and never done takes 200,000.
  private static let mostSteps = 10_000

  let plan: SimulationPlan
  let store: Store
  let clock: MovedClock
  let partners: [BookCounterpart]
  private let random: Mutex<SplitMix64>
  /// Nothing goes wrong while it is set: at the beginning and at the end.
  private let isQuiet = Mutex(true)
  /// SQLite has one process: whatever runs in it takes its ids from one place.
  private let twin: Kernel?
  private let trouble = Mutex<(any Error)?>(nil)

  public init(_ plan: SimulationPlan, store: Store) {
    self.plan = plan
    self.store = store
    let clock = MovedClock(plan.start)
    self.clock = clock
    var random = SplitMix64(seed: plan.seed)
    partners = SimulatedPartners.make(plan, random: &random, clock: clock)
    self.random = Mutex(random)
    twin = store.dialect == .sqlite ? Kernel(store: store, world: clock.world(seed: plan.seed)) : nil
  }

  /// - Returns: what the audit found wrong; empty when every promise held.
  public func run() async throws -> [String] {
    try await begin()
    let front = Told()
    let door = try SimulatedDoor(front, from: plan.start) { try self.process(self.partners) }
    let (first, second) = (Told(), Told())
    let other = try worker(second) { _ in }
    let worker = try worker(first) { await self.meanwhile($0, door, other) }
    var people = SimulatedPeople(
      kernel: try process(partners).kernel, partners: partners, roll: { self.roll() })
    isQuiet.withLock { $0 = false }

    let end = plan.start + .days(plan.days)
    // Long enough for the last period's dunning, statement and daily questions to come to their end.
    let horizon = end + .days(25)
    var lastChecked = clock.now
    var steps = 0
    while clock.now < horizon {
      steps += 1
      guard steps <= Self.mostSteps else { return ["after \(steps) steps it is only \(clock.now.iso8601)"] }
      if clock.now >= end { try await stopRenewing() }
      try await door.notifications(of: partners, now: clock.now)
      try await door.statements(of: partners, now: clock.now)
      if chance(plan.personOneIn) { try await people.act() }
      let checks = clock.now - lastChecked > .hours(6)
      if checks { lastChecked = clock.now }
      let isThrough = try await worker.work(seals: checks, checks: checks)
      if let trouble = trouble.withLock({ $0 }) { throw trouble }
      // A new process finds the same moment.
      if isThrough { clock.move(to: try await nextMoment(horizon)) }
    }
    isQuiet.withLock { $0 = true }
    try await people.switchOn()
    try await finish(worker, door)
    return try await RenewalAudit(
      self, journal: process(partners).journal, told: [front, first, second],
      refundsAsked: people.refundsAsked
    ).run()
  }

  /// The partners are well again, and what is open comes to its end: ten days, so that every statement is there and what is
  /// asked about once a day was asked often enough.
  private func finish(_ worker: SimulatedWorker, _ door: SimulatedDoor) async throws {
    for partner in partners { partner.book.withBook { $0.turn(DialSchedule(), now: clock.now) } }
    let end = clock.now + .days(10)
    while clock.now < end {
      try await door.notifications(of: partners, now: clock.now)
      try await door.statements(of: partners, now: clock.now)
      _ = try await worker.work(seals: true, checks: true)
      clock.move(to: try await nextMoment(end))
    }
  }

  // MARK: - processes

  private func process(_ counterparts: [any Counterpart]) throws -> RenewalEngine {
    var faults = Faults()
    faults.between = { [self] _ in if chance(plan.crashOneIn) { throw Crash() } }
    faults.beforeCommit = { [self] in
      if chance(plan.unknownCommitOneIn * 2) { throw StoreError.commitUnknown("simulated, undone") }
    }
    faults.afterCommit = { [self] in
      if chance(plan.unknownCommitOneIn * 2) { throw StoreError.commitUnknown("simulated, done") }
    }
    let kernel = Kernel(store: store, world: clock.world(seed: roll()), faults: faults, twin: twin)
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
    return RenewalEngine(
      kernel: kernel, counterparts: counterparts,
      journal: Journal(kernel: kernel, key: key, origin: "simulation"), batch: 50)
  }

  private func worker(
    _ told: Told, meanwhile: @escaping @Sendable (Reply) async -> Void
  ) throws -> SimulatedWorker {
    let watched = partners.map { WatchedPartner(partner: $0, told: told, meanwhile: meanwhile) }
    return try SimulatedWorker(told) { try self.process(watched) }
  }

  /// What goes on while a call of the first worker is under way: a slow answer takes its time, notifications overtake it, the
  /// second worker works.
  private func meanwhile(_ reply: Reply, _ door: SimulatedDoor, _ other: SimulatedWorker) async {
    if reply.verdict == .unknown(reason: "timed out") { clock.move(to: clock.now + .seconds(7)) }
    do {
      if chance(3) { try await door.notifications(of: partners, now: clock.now) }
      if chance(plan.secondWorkerOneIn) { _ = try await other.work(seals: false, checks: false) }
    } catch { trouble.withLock { $0 = $0 ?? error } }
  }

  private func chance(_ oneIn: UInt64) -> Bool {
    guard oneIn > 0, !isQuiet.withLock({ $0 }) else { return false }
    return random.withLock { $0.next() % oneIn == 0 }
  }

  private func roll() -> UInt64 { random.withLock { $0.next() } }

  // MARK: - beginning and end

  private func begin() async throws {
    _ = try await store.migrate(KernelSchema.migrations + BillingModule.migrations)
    let engine = try process(partners)
    try await engine.outbox.prepareLanes()
    try await SimulatedSubscribers.add(
      plan.subscribers, lanes: partners.map(\.lane), from: plan.start, to: engine.kernel, roll: roll)
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
        SELECT min(due_at) FROM effect WHERE state = 'prepared' AND lane IN (SELECT name FROM lane WHERE switch = 'on')
        UNION ALL
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
