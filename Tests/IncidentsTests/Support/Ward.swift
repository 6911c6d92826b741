import Billing
import Crypto
import Incidents
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

/// A service with a past: subscribers, what was taken from them, and the people who put it right. On a real database, a moved
/// clock and a partner on paper.
struct Ward: Sendable {
  let store: Store
  let engine: RenewalEngine
  let desk: IncidentDesk
  let loop: IncidentLoop
  let partner: PaperPartner
  let faults: FaultSwitch
  private let clock: Clock

  final class Clock: Sendable {
    let now = Mutex(Instant(seconds: 1_772_355_600))  // 2026-03-01T09:00:00Z
    let random = Mutex<UInt64>(0)
  }

  static let ann = Actor(.operator, "ann")
  static let carl = Actor(.operator, "carl")
  static let bea = Actor(.finance, "bea")
  static let price: Int64 = 999

  static func open(on engine: TestEngine = .sqlite, _ body: (Ward) async throws -> Void) async throws {
    var limits = StoreLimits()
    limits.connections = 5
    try await Turns.databases.hold {
      try await withStore(on: engine, limits: limits) { store in
        _ = try await store.migrate(KernelSchema.migrations + BillingModule.migrations + IncidentsModule.migrations)
        let clock = Clock()
        let world = World(
          now: { clock.now.withLock { $0 } },
          random: {
            clock.random.withLock {
              $0 &+= 0x9E37_79B9_7F4A_7C15
              return $0
            }
          }, pause: { _ in })
        let faults = FaultSwitch()
        let kernel = Kernel(store: store, world: world, faults: faults.faults)
        let partner = PaperPartner(lane: "card", now: world.now)
        let journal = Journal(kernel: kernel, key: Curve25519.Signing.PrivateKey(), origin: "example.com/journal")
        let renewals = RenewalEngine(
          kernel: kernel, counterparts: [partner], journal: journal, batch: 100, checks: IncidentsModule.checks)
        try await renewals.outbox.prepareLanes()
        let parts = BillingModule.harm + HarmParts(remedies: [Letters()])
        let ward = Ward(
          store: store, engine: renewals, desk: IncidentDesk(kernel: kernel, parts: parts),
          loop: IncidentLoop(kernel: kernel, parts: parts), partner: partner, faults: faults, clock: clock)
        try await ward.offer()
        try await body(ward)
      }
    }
  }

  var kernel: Kernel { desk.kernel }
  var now: Instant { clock.now.withLock { $0 } }

  func pass(_ span: Span) { clock.now.withLock { $0 = $0 + span } }

  func nextKey() -> String { "key-\(clock.random.withLock { $0 &+= 1; return $0 })" }

  func perform<C: Command>(_ command: C, by actor: Actor = Self.ann) async throws -> C.Output {
    let key = nextKey()
    return try await insisting { try await desk.perform(command, by: actor, key: key) }
  }

  func perform<C: UsesParts>(_ command: C, by actor: Actor = Self.ann) async throws -> C.Output {
    let key = nextKey()
    return try await insisting { try await desk.perform(command, by: actor, key: key) }
  }

  /// Whoever gets no answer, because the program died, does it again: a person under the same key, a worker from the start.
  func insisting<T>(_ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch is FaultSwitch.Died { return try await body() }
  }

  /// Does all that can be done now.
  func settle() async throws {
    var cursors = RenewalEngine.Cursors()
    while try await loop.settle() + engine.settle(&cursors, seals: false, checks: false) > 0 {}
  }

  /// Lets time pass in steps, and does at each what falls due.
  func pass(_ span: Span, step: Span) async throws {
    let end = now + span
    while now < end {
      clock.now.withLock { $0 = min($0 + step, end) }
      try await settle()
    }
  }

  // MARK: The past

  private func offer() async throws {
    _ = try await perform(
      OfferPlan(
        product: "atlas", code: "monthly", title: "Atlas Monthly", every: .months(1), price: Money(Self.price, .eur)))
  }

  @discardableResult
  func subscribe(_ name: String, paidUntil: Instant? = nil, anchor: Instant? = nil) async throws -> Int64 {
    try await perform(
      Subscribe(
        customer: NewCustomer(reference: name, name: "Ada", mail: nil, zone: "UTC"), plan: "monthly", currency: "EUR",
        method: NewMethod(lane: "card", token: "tok-\(name)", label: "test"), anchor: anchor ?? now - .days(90),
        paidUntil: anchor == nil ? paidUntil ?? now + .days(20) : nil))
  }

  /// What the system before this one took from somebody, for one of its periods.
  func past(_ name: String, times: Int, period: Int64 = 0, at: Instant? = nil) async throws {
    let starts = now - .days(90) + .days(30 * period)
    let charges = (0..<times).map { index in
      PastCharge(
        customer: name, period: period, starts: starts, ends: starts + .days(30), lane: "card",
        transaction: "t-\(name)-\(period)-\(index)-\(nextKey())", amount: Self.price, currency: "EUR",
        at: (at ?? starts) + .hours(Int64(index)))
    }
    _ = try await insisting { try await ImportPastCharges(kernel: kernel).save(charges, by: Self.ann) }
  }

  /// Somebody of whom the partner takes more than was asked for.
  func overcharge(_ name: String, by more: Int64) async throws {
    try await subscribe(name, paidUntil: now - .hours(1))
    partner.answers(
      "charge", replies: Reply(.done, transaction: "t-more", amount: Self.price + more, currency: "EUR"))
    try await settle()
  }

  /// Subscribers `p1`, `p2` …, of whom the first were charged twice.
  func people(_ count: Int, twice: Int) async throws {
    for index in 1...count {
      try await subscribe("p\(index)")
      try await past("p\(index)", times: index <= twice ? 2 : 1)
    }
  }

  var rule: HarmRule { HarmRule(starts: now - .days(100), ends: now + .days(1)) }

  // MARK: The way through an incident

  func begin(_ about: String = "lane:card") async throws -> Int64 {
    try await perform(
      OpenIncident(
        kind: "charges.twice", about: about, title: "People were charged twice", severity: 1, tell: ["support"]))
  }

  /// Searches to the end, and lets Bea approve it.
  @discardableResult
  func find(
    _ incident: Int64, _ finder: String = "charges.twice", rule: HarmRule? = nil, reason: String = "the first look"
  ) async throws -> Int64 {
    let cohort = try await perform(
      FindAffected(incident: incident, finder: finder, rule: rule ?? self.rule, reason: reason))
    while try await insisting({ try await loop.search.run() }) > 0 {}
    _ = try await perform(ApproveCohort(cohort: cohort), by: Self.bea)
    return cohort
  }

  static let refundAndTell = [RemedyRule.Step("charges.refund", percent: 100), RemedyRule.Step(Letters.kind)]

  /// Tried by Ann, allowed by Bea.
  func allow(
    _ incident: Int64, _ steps: [RemedyRule.Step] = Self.refundAndTell, limit: Int64 = 1_000_000
  ) async throws -> Int64 {
    let rule = try await perform(
      TryRemedy(incident: incident, steps: steps, assumptions: "The first charge was meant; the others go back whole."))
    _ = try await perform(ApproveRemedy(rule: rule, limits: ["EUR": limit, "period": 1_000]), by: Self.bea)
    return rule
  }

  func run(_ incident: Int64, _ steps: [RemedyRule.Step] = Self.refundAndTell) async throws {
    _ = try await perform(RunRemedies(rule: try await allow(incident, steps)))
    try await settle()
  }

  func finish(_ incident: Int64) async throws -> Bool {
    _ = try await perform(DeclareContained(incident: incident, reason: "the partner is stopped"))
    _ = try await perform(TickTold(incident: incident, whom: "support"))
    return try await perform(CloseIncident(incident: incident))
  }

  // MARK: What stands

  func states(_ incident: Int64) async throws -> [String: String] {
    try await store.read { tx in
      try tx.rows(
        """
        SELECT c.reference, a.state FROM affected AS a JOIN customer AS c ON a.person = 'customer:' || c.id
        WHERE a.incident = \(incident) LIMIT 1000
        """
      ).reduce(into: [:]) { $0[try $1.text("reference")] = try $1.text("state") }
    }
  }

  func person(_ name: String) async throws -> String {
    "customer:\(try await count("SELECT id FROM customer WHERE reference = \(name)"))"
  }

  /// What went back to somebody, by the partner.
  func givenBack(_ name: String) async throws -> Int {
    let captures = try await store.read { tx in
      Set(
        try tx.rows(
          "SELECT partner_id FROM capture WHERE customer = (SELECT id FROM customer WHERE reference = \(name)) LIMIT 1000"
        ).map { try $0.text("partner_id") })
    }
    return partner.orders("refund").count { order in captures.contains { order.payload.contains("\"\($0)\"") } }
  }

  func count(_ sql: SQL) async throws -> Int64 { try await store.read { tx in try tx.integer(sql) ?? -1 } }
}

/// Letters that always arrive, unless somebody has no address.
struct Letters: Remedy {
  static let kind = "letters"
  let name = "letters"
  let words = "Tell them what happened"
  let basis = RemedyBasis.words
  let tells = true

  func begin(_ orders: [RemedyOrder], in change: Change) throws -> [RemedyStart] {
    try orders.map { order in
      let name = try change.tx.row("SELECT reference FROM customer WHERE id = \(order.personNumber ?? 0)")
      return try name?.text("reference").hasPrefix("silent") == true
        ? .impossible("noAddress") : .done(evidence: "letter", amount: 0)
    }
  }

  func ended() -> SQL { "SELECT 0 AS reference, 'done' AS outcome, '' AS evidence WHERE 1 = 0" }
}

/// A process that dies at a point, once it is told to.
final class FaultSwitch: Sendable {
  struct Died: Error {}
  private let point = Mutex<(at: CrashPoint, after: Int)?>(nil)
  private let places = Mutex<(left: Int, at: String?)?>(nil)

  /// Before each commit, after each commit, and between two steps: everywhere that a crash makes a difference.
  var faults: Faults {
    var faults = Faults()
    faults.beforeCommit = { [self] in try pass("before a commit") }
    faults.afterCommit = { [self] in try pass("after a commit") }
    faults.between = { [self] here in
      try pass("\(here)")
      let dies = point.withLock { point in
        guard let wanted = point, wanted.at == here else { return false }
        point = wanted.after > 0 ? (here, wanted.after - 1) : nil
        return wanted.after == 0
      }
      if dies { throw Died() }
    }
    return faults
  }

  /// - Parameter after: how often it is passed first.
  func die(at point: CrashPoint, after: Int = 0) { self.point.withLock { $0 = (point, after) } }

  /// Dies once, at the place of this number.
  func die(atPlace number: Int) { places.withLock { $0 = (number, nil) } }

  /// Where it died, by then; and no more dying.
  func disarm() -> String? {
    places.withLock { places in
      defer { places = nil }
      return places?.at
    }
  }

  private func pass(_ here: String) throws {
    let dies = places.withLock { places in
      guard let now = places, now.at == nil else { return false }
      places = now.left > 0 ? (now.left - 1, nil) : (0, here)
      return now.left == 0
    }
    if dies { throw Died() }
  }
}

/// A partner that does what it is asked, unless a test wrote down other answers.
final class PaperPartner: Counterpart {
  private struct Script {
    var replies: [String: [Reply]] = [:]
    var found: [Reply] = []
    var orders: [Order] = []
    var isHonest = false
  }

  let lane: String
  let capabilities = Capabilities(
    replay: .none, query: .byReference(lag: .seconds(20)), cancel: false, statement: .none,
    notifiesWithin: .seconds(30), refusals: ["declined"], concurrency: 1, ratePerSecond: 1_000)
  private let now: @Sendable () -> Instant
  private let script = Mutex(Script())

  init(lane: String, now: @escaping @Sendable () -> Instant) {
    self.lane = lane
    self.now = now
  }

  func answers(_ kind: String, _ verdicts: Verdict...) {
    script.withLock { $0.replies[kind, default: []] += verdicts.map { Reply($0) } }
  }

  func answers(_ kind: String, replies: Reply...) {
    script.withLock { $0.replies[kind, default: []] += replies }
  }

  func finds(_ replies: Reply...) { script.withLock { $0.found += replies } }

  /// From now on a question is answered with what was really done.
  func answersHonestly() { script.withLock { $0.isHonest = true } }

  func orders(_ kind: String = "charge") -> [Order] { script.withLock { $0.orders }.filter { $0.kind == kind } }

  func perform(_ order: Order) async -> Reply {
    script.withLock { script in
      script.orders.append(order)
      guard var list = script.replies[order.kind], !list.isEmpty else {
        return Reply(.done, transaction: "t-\(order.reference)")
      }
      let reply = list.removeFirst()
      script.replies[order.kind] = list
      return reply
    }
  }

  func query(_ order: Order) async -> Reply {
    script.withLock { script in
      if !script.found.isEmpty { return script.found.removeFirst() }
      guard script.isHonest else { return Reply(.unknown(reason: "time-out")) }
      let isKnown = script.orders.contains { $0.reference == order.reference }
      return isKnown ? Reply(.done, transaction: "t-\(order.reference)") : Reply(.absent)
    }
  }

  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "cannot cancel")) }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { [] }
}

/// The code of the refusal that a test expects.
func refused(_ body: () async throws -> Void) async -> String? {
  do {
    try await body()
    return nil
  } catch let refusal as Refusal { return refusal.code } catch { return "\(error)" }
}
