import Billing
import Crypto
import Incidents
import Kernel
import Logging
import Store
import Synchronization

/// The repair of people, lived through once: another system's history is imported, the alert opens an incident, it is contained,
/// the affected are found, approved, made whole by workers that die and commits of unknown outcome, at a partner that answers
/// badly, while a second operator starts the same run, the search is done again and some people object. Then the partner's
/// book is held against all of it.
public final class RepairSimulation: Sendable {
  struct Crash: Error {}
  static let ann = Actor(.operator, "ann")
  static let carl = Actor(.operator, "carl")
  static let bea = Actor(.finance, "bea")

  let plan: RepairPlan
  let history: RepairHistory
  let store: Store
  let clock: MovedClock
  let partner: BookCounterpart
  let parts: HarmParts
  let counts = Mutex(RepairOutcome())
  private let disputes: Disputes
  private let replay: ReplayPlan
  private let random: Mutex<SplitMix64>
  private let isQuiet = Mutex(true)
  private let twin: Kernel?
  private let keys = Mutex(0)

  init(_ replay: ReplayPlan, _ book: PartnerBook, _ plan: RepairPlan, store: Store) {
    self.replay = replay
    self.plan = plan
    self.store = store
    history = RepairHistory(replay, book)
    let clock = MovedClock(max(book.clock, replay.end))
    self.clock = clock
    disputes = Disputes(history, plan)
    partner = BookCounterpart(
      lane: ReplayPartner.lane, book: SharedBook(book), capabilities: RepairPlan.capabilities, now: { clock.now })
    random = Mutex(SplitMix64(seed: plan.seed))
    let letters = SimulatedLetters(seed: plan.seed, hardToReach: plan.hardToReach)
    parts = BillingModule.harm + HarmParts(remedies: [letters])
    twin = store.dialect == .sqlite ? Kernel(store: store, world: clock.world(seed: plan.seed)) : nil
  }

  public func run() async throws -> RepairOutcome {
    // Nobody was charged twice: there is nothing to repair.
    guard !history.doubled.isEmpty else { return RepairOutcome() }
    try await begin()
    partner.book.withBook { [dials = plan.dials, now = clock.now] in
      $0.turn(DialSchedule(steps: [.init(from: now, dials: dials)]), now: now)
    }
    isQuiet.withLock { $0 = false }
    var people = RepairPeople(self)
    var worker = try process()
    var steps = 0
    while !people.isClosed {
      steps += 1
      guard steps <= plan.mostSteps else {
        let why = try await people.whyOpen()
        counts.withLock { $0.problems.append("after \(steps) steps it is not closed: \(why)") }
        break
      }
      try await deliver()
      if let done = try await work(&worker, checks: steps % 8 == 1) {
        // People act while the run is in the middle: after each batch, and not only when nothing is left to do.
        try await people.act()
        if done == 0 { clock.move(to: try await nextMoment()) }
      }
      if plan.watches { try await watch() }
    }
    isQuiet.withLock { $0 = true }
    return try await RepairAudit(self).run()
  }

  // MARK: - processes

  /// A worker: the engine, the loop of incidents, and what they keep in memory.
  struct Process {
    var engine: RenewalEngine
    var loop: IncidentLoop
    var cursors = RenewalEngine.Cursors()
  }

  func process(watched: Bool = true) throws -> Process {
    let kernel = kernel()
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
    let counterpart: any Counterpart =
      watched
      ? WatchedPartner(partner: partner, told: Told(), meanwhile: { await self.meanwhile($0) }) as any Counterpart
      : partner
    let engine = RenewalEngine(
      kernel: kernel, counterparts: [counterpart],
      journal: Journal(kernel: kernel, key: key, origin: "repair"), batch: plan.batch,
      checks: IncidentsModule.checks)
    var loop = IncidentLoop(kernel: kernel, parts: parts)
    loop.makeWhole.batch = plan.batch
    loop.hear.batch = plan.batch
    return Process(engine: engine, loop: loop)
  }

  /// Two people press the button at the same moment. Without faults, so that the seed gives the same life whoever is first.
  func atOnce<C: Command>(_ command: C, by actors: Actor...) async throws -> Int {
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for actor in actors {
        let kernel = twin ?? Kernel(store: store, world: clock.world(seed: roll()))
        group.addTask {
          do { _ = try await kernel.perform(command, by: actor, key: "at once/\(actor.name)") } catch is Refusal {
            return false
          }
          return true
        }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  func kernel() -> Kernel {
    var faults = Faults()
    faults.between = { [self] _ in
      guard chance(plan.crashOneIn) else { return }
      counts.withLock { $0.crashes += 1 }
      throw Crash()
    }
    faults.beforeCommit = { [self] in
      if chance(plan.unknownCommitOneIn * 2) { throw StoreError.commitUnknown("simulated, undone") }
    }
    faults.afterCommit = { [self] in
      if chance(plan.unknownCommitOneIn * 2) { throw StoreError.commitUnknown("simulated, done") }
    }
    return Kernel(store: store, world: clock.world(seed: roll()), faults: faults, twin: twin)
  }

  /// One batch of each step of the incident, and all that the engine can do.
  /// - Returns: how much was done; nil if the process died before it was through.
  func work(_ process: inout Process, checks: Bool) async throws -> Int? {
    do {
      let done = try await process.engine.settle(&process.cursors, seals: checks, checks: checks)
      return try await done + process.loop.round()
    } catch is Crash {
      process = try self.process()
      return nil
    } catch StoreError.commitUnknown {
      process.cursors = .init()
      return 1
    }
  }

  /// Nobody is called whole who was not told, who lacks something, or who says that it is not right.
  private func watch() async throws {
    let wrong = try await store.read { tx in
      try tx.row(
        """
        SELECT person FROM affected AS a WHERE state = 'whole' AND (told_at IS NULL
          OR EXISTS (SELECT 1 FROM remedy AS r WHERE r.affected = a.id AND r.state <> 'done')
          OR EXISTS (SELECT 1 FROM objection AS o WHERE o.affected = a.id AND o.answered_at IS NULL)) LIMIT 1
        """)?.text("person")
    }
    guard let wrong else { return }
    counts.withLock { if $0.problems.isEmpty { $0.problems.append("\(wrong) was called whole too early") } }
  }

  /// While a call of the first worker is under way a second one works.
  private func meanwhile(_ reply: Reply) async {
    if case .unknown = reply.verdict { counts.withLock { $0.unknown += 1 } }
    guard chance(plan.secondWorkerOneIn), var other = try? process(watched: false) else { return }
    _ = try? await other.loop.settle()
    _ = try? await other.engine.settle(&other.cursors, seals: false, checks: false)
  }

  func chance(_ oneIn: UInt64) -> Bool {
    guard oneIn > 0, !isQuiet.withLock({ $0 }) else { return false }
    return random.withLock { $0.next() % oneIn == 0 }
  }

  func roll() -> UInt64 { random.withLock { $0.next() } }

  /// A person does something, once for its key: whoever is told "perhaps" asks again under the same key.
  func perform<C: Command>(_ command: C, by actor: Actor) async throws -> C.Output {
    let key = keys.withLock {
      $0 += 1
      return "person/\($0)"
    }
    let desk = IncidentDesk(kernel: kernel(), parts: parts)
    while true {
      do {
        if let command = command as? any UsesParts {
          return try await Self.use(command, desk, actor, key, as: C.Output.self)
        }
        return try await desk.perform(command, by: actor, key: key)
      } catch StoreError.commitUnknown { continue }
    }
  }

  private static func use<C: UsesParts, T>(
    _ command: C, _ desk: IncidentDesk, _ actor: Actor, _ key: String, as type: T.Type
  ) async throws -> T {
    let output = try await desk.perform(command, by: actor, key: key)
    guard let same = output as? T else { throw Refusal(.invalid, "badOutput", "\(C.name) gave something else.") }
    return same
  }

  // MARK: - the world

  private func begin() async throws {
    _ = try await store.migrate(KernelSchema.migrations + BillingModule.migrations + IncidentsModule.migrations)
    let engine = try process(watched: false).engine
    try await engine.outbox.prepareLanes()
    try await ReplaySubscribers.offer(to: engine.kernel)
    let everybody = (0..<Int32(replay.settings.subscribers)).map { $0 }
    for day in 0..<ReplayPlan.days {
      let joining = everybody.filter { Int($0) % ReplayPlan.days == day }
      try await ReplaySubscribers.add(
        joining[...], from: replay.instant(month: 0, day: day), paidUntil: clock.now + .days(1), to: engine.kernel)
    }
    // Their service has ended here; what was wrong with it has not.
    try await engine.kernel.change(by: .system("replay"), canRepeat: true) { change in
      _ = try change.tx.execute(
        """
        UPDATE subscription SET state = 'cancelled', due_at = NULL, ended_at = \(change.now), end_reason = 'endOfReplay'
        WHERE due_at IS NOT NULL
        """)
    }
    try await bringIn(.first)
  }

  /// The partner's files: with whom is charged twice at once, with more of them, and with the last.
  enum File { case first, later, last }

  private func file(of customer: String) -> File {
    let share = SimulatedLetters.share(customer, plan.seed &+ 1)
    return share < plan.foundLater ? .later : share < plan.foundLater + plan.foundLast ? .last : .first
  }

  /// - Returns: how many charges were in it.
  @discardableResult
  func bringIn(_ file: File) async throws -> Int {
    var count = 0
    let job = ImportPastCharges(kernel: twin ?? Kernel(store: store, world: clock.world(seed: roll())))
    var next: Int? = 0
    while let row = next {
      let page = partner.book.withBook { $0.captures(from: row, limit: ImportPastCharges.chunk) }
      next = page.next
      let charges = page.bookings.compactMap(history.charge).filter { self.file(of: $0.customer) == file }
      if !charges.isEmpty { _ = try await job.save(charges, by: .system("replay")) }
      count += charges.count
    }
    return count
  }

  private func deliver() async throws {
    let outbox = try process(watched: false).engine.outbox
    while case let messages = partner.notifications(clock.now, limit: 1_000), !messages.isEmpty {
      let testimonies = try messages.flatMap { try partner.open($0, now: clock.now) }
      try await keep(testimonies, in: outbox)
    }
    let taken = disputes.due(partner.book, now: clock.now)
    guard !taken.isEmpty else { return }
    try await keep(taken, in: outbox)
    disputes.heard(taken)
  }

  /// A sender whose message was not acknowledged sends it again; here that is this loop.
  private func keep(_ testimonies: [Testimony], in outbox: Outbox) async throws {
    while true {
      do {
        _ = try await outbox.keep(testimonies, source: .notification, lane: partner.lane, raw: [])
        return
      } catch is Crash { continue } catch StoreError.commitUnknown { continue }
    }
  }

  /// The next moment at which anything can happen: half a minute on at least, six hours at most.
  private func nextMoment() async throws -> Instant {
    let now = clock.now
    let moments = try await store.read { tx in
      try tx.rows(
        """
        SELECT min(next_at) AS at FROM effect WHERE state IN ('sent', 'unknown', 'pending') UNION ALL
        SELECT min(due_at) FROM effect WHERE state = 'prepared'
        """
      ).compactMap { try $0.instantOrNull("at") }
    }
    let notice = partner.book.withBook { $0.nextDue }
    let next = (moments + [notice].compactMap { $0 }).min() ?? now + .hours(6)
    return min(max(next, now + .seconds(30)), now + .hours(6))
  }
}

extension RepairSimulation {
  /// The first system's life by these settings, and its repair.
  public static func live(_ settings: ReplaySettings, _ plan: RepairPlan, store: Store) async throws -> RepairOutcome {
    try settings.check()
    let replay = try ReplayPlan(settings)
    var way = SilenceMeansFailure(replay)
    return try await RepairSimulation(replay, try way.run().book, plan, store: store).run()
  }

  /// One life of the many that `amends simulate --repairs` lives. What stops it is a problem too: it must come to its end.
  public static func problems(_ seed: UInt64, store given: Store? = nil) async throws -> [String] {
    let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    let store: Store
    if let given { store = given } else { store = try await Store.open("sqlite::memory:", logger: silent) }
    do {
      let outcome = try await live(RepairPlan.service(seed), .life(seed), store: store)
      if given == nil { await store.close() }
      return outcome.problems
    } catch is CancellationError { throw CancellationError() } catch {
      if given == nil { await store.close() }
      return ["the repair stopped: \(error)"]
    }
  }
}
