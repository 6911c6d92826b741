import Billing
import Crypto
import Kernel
import Store

/// The same year through the engine as it runs in production, on a moved clock: subscribers join in bulk, every step settles
/// what there is to do at its moment and runs the checks. Steps are an hour apart, and as close as the engine's own dates
/// while anything is open.
struct ThroughAmends {
  private let plan: ReplayPlan
  private let store: Store
  private let clock: MovedClock
  private let partner: BookCounterpart
  private let engine: RenewalEngine
  private let meter: ReplayMeter.Part
  private var cursors = RenewalEngine.Cursors()
  private var sealed = ReplayPlan.start
  private var charges = 0
  private var months: [ReplayOutcome.Month] = []
  private var counted = Counters()

  /// What it left: its partner's book, and what the engine's own tables say of alerts and open questions.
  struct Result: Sendable {
    var truth: ReplayTruth
    var months: [ReplayOutcome.Month]
    var firstAlert: ReplayOutcome.Alert?
    var alerts: Int
    var waiting: Int
  }

  static let closest = Span.seconds(30)
  /// Between two looks while charges are open.
  static let busy = Span.hours(1)
  /// After a run, when the first notifications are in.
  static let listening = Span.minutes(1)
  static let sealing = Span.hours(6)
  /// Rows that one transaction takes.
  static let batch = 5_000
  /// How long the last late notifications and the last questions take at most.
  private static let rest = Span.days(4)

  /// Lives the whole time in a database of its own, which is gone afterwards. It is not made durable: a simulation can be
  /// made again from its seed.
  static func live(_ plan: ReplayPlan, _ meter: ReplayMeter.Part) async throws -> Result {
    try await TemporaryStore.with("amends-replay") { store in
      var way = try ThroughAmends(plan, store, meter)
      return try await way.run()
    }
  }

  private init(_ plan: ReplayPlan, _ store: Store, _ meter: ReplayMeter.Part) throws {
    self.plan = plan
    self.store = store
    self.meter = meter
    let clock = MovedClock(ReplayPlan.start)
    self.clock = clock
    partner = BookCounterpart(
      lane: ReplayPartner.lane, book: SharedBook(ReplayPartner.book(plan)), capabilities: ReplayPartner.capabilities,
      now: { clock.now })
    let kernel = Kernel(store: store, world: clock.world(seed: plan.settings.seed))
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
    engine = RenewalEngine(
      kernel: kernel, counterparts: [partner], journal: Journal(kernel: kernel, key: key, origin: "replay"),
      batch: Self.batch)
  }

  private mutating func run() async throws -> Result {
    _ = try await store.migrate(KernelSchema.migrations + BillingModule.migrations)
    try await engine.outbox.prepareLanes()
    try await ReplaySubscribers.offer(to: engine.kernel)
    for month in 0..<plan.settings.months {
      for day in 0..<ReplayPlan.days {
        let run = plan.instant(month: month, day: day)
        try await live(until: run)
        try await ReplaySubscribers.add(plan.joining(month: month, day: day), from: run, to: engine.kernel)
        charges += plan.due(month: month, day: day).count
        try await renew()
      }
      try await live(until: plan.months[month + 1])
      countMonth(month)
    }
    try await finish()
    return try await result()
  }

  /// The morning's run: renewals are opened and charged; the partner's answers are `processing`.
  private mutating func renew() async throws {
    try await step()
    clock.move(to: clock.now + Self.listening)
  }

  /// From step to step; stops at `end`, before anything is done there.
  private mutating func live(until end: Instant) async throws {
    while clock.now < end {
      try await step()
      clock.move(to: min(end, try await nextMoment()))
    }
  }

  private mutating func step() async throws {
    try Task.checkCancellation()
    meter.amends(at: clock.now, charges: charges)
    try await deliver()
    let seals = clock.now - sealed >= Self.sealing
    if seals { sealed = clock.now }
    try await engine.settle(&cursors, seals: seals)
  }

  /// Hands over what the partner has sent by now, many notifications in one transaction. One HTTP request each, as in
  /// production, would be the same evidence; the raw bytes are left out here.
  private func deliver() async throws {
    let now = clock.now
    while case let messages = partner.notifications(now, limit: Self.batch), !messages.isEmpty {
      let testimonies = try messages.flatMap { try partner.open($0, now: now) }
      _ = try await engine.outbox.keep(testimonies, source: .notification, lane: partner.lane, raw: [])
    }
  }

  private func nextMoment() async throws -> Instant {
    let due = try await store.read { tx in
      try tx.rows(
        """
        SELECT min(next_at) AS at FROM effect WHERE state IN ('sent', 'unknown', 'pending') UNION ALL
        SELECT min(due_at) FROM effect WHERE state = 'prepared'
        """
      ).compactMap { try $0.instantOrNull("at") }.min()
    }
    let now = clock.now
    let quiet = plan.settings.quiet.microseconds
    let next = Instant(microseconds: (now.microseconds / quiet + 1) * quiet)
    guard let due else { return next }
    return min(max(due, now + Self.closest), now + Self.busy, next)
  }

  /// The share of this month's notifications that never left the partner.
  private mutating func countMonth(_ month: Int) {
    let counters = partner.book.withBook { $0.counters }
    let planned = counters.noticesPlanned - counted.noticesPlanned
    let lost = counters.noticesLost - counted.noticesLost
    counted = counters
    months.append(
      .init(
        start: plan.months[month], subscribers: plan.joined(by: month),
        lost: planned == 0 ? 0 : Double(lost) / Double(planned)))
  }

  /// No new period begins; what is open comes to its end, and the last late notification arrives.
  private mutating func finish() async throws {
    let outbox = engine.outbox
    try await engine.kernel.change(by: .system("replay"), canRepeat: true) { change in
      _ = try change.tx.execute(
        """
        UPDATE subscription SET state = 'cancelled', due_at = NULL, ended_at = \(change.now), end_reason = 'endOfReplay'
        WHERE due_at IS NOT NULL
        """)
    }
    while clock.now < plan.end + Self.rest {
      try Task.checkCancellation()
      try await deliver()
      while try await outbox.applyInbox() + outbox.matchWaiting() + outbox.resolve(partner.lane) > 0 {}
      clock.move(to: try await nextMoment())
    }
    while try await engine.journal.seal() == Journal.batch {}
    meter.amends(at: plan.end, charges: charges)
  }

  private func result() async throws -> Result {
    let truth = partner.book.withBook { [plan] in ReplayTruth(plan, $0) }
    let (first, alerts, waiting) = try await store.read { tx in
      (
        try tx.row("SELECT raised_at, message FROM alert ORDER BY raised_at, id LIMIT 1").map {
          ReplayOutcome.Alert(at: try $0.instant("raised_at"), text: try $0.text("message"))
        },
        try tx.integer("SELECT count(*) FROM alert") ?? 0,
        try tx.integer("SELECT count(*) FROM effect WHERE state IN ('prepared', 'sent', 'unknown', 'pending')") ?? 0
      )
    }
    return Result(truth: truth, months: months, firstAlert: first, alerts: Int(alerts), waiting: Int(waiting))
  }
}
