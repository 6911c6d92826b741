import Billing
import Crypto
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

/// A service that bills by subscription, on a real database, a moved clock and a partner on paper.
struct Company: Sendable {
  let store: Store
  let kernel: Kernel
  let engine: RenewalEngine
  let partner: PaperPartner
  private let instant: Clock

  final class Clock: Sendable {
    let now: Mutex<Instant>
    let random = Mutex<UInt64>(0)
    init(_ start: Instant) { now = Mutex(start) }
  }

  static let clerk = Actor(.operator, "clerk")

  /// - Parameters:
  ///   - start: as in RFC 3339.
  ///   - teller: who writes to subscribers; nil: nobody.
  static func open(
    on engine: TestEngine = .sqlite, at start: String = "2026-03-01T09:00:00Z",
    _ capabilities: Capabilities = .asked, teller: TellPerson? = nil, _ body: (Company) async throws -> Void
  ) async throws {
    var limits = StoreLimits()
    limits.connections = 5
    try await Turns.databases.hold {
      try await withStore(on: engine, limits: limits) { store in
        _ = try await store.migrate(KernelSchema.migrations + BillingModule.migrations)
        let clock = Clock(try #require(Instant(iso8601: start)))
        let world = World(
          now: { clock.now.withLock { $0 } },
          random: {
            clock.random.withLock {
              $0 &+= 0x9E37_79B9_7F4A_7C15
              return $0
            }
          }, pause: { _ in })
        let kernel = Kernel(store: store, world: world, teller: teller)
        let partner = PaperPartner(lane: "card", capabilities, now: world.now)
        let journal = Journal(kernel: kernel, key: Curve25519.Signing.PrivateKey(), origin: "example.com/journal")
        let renewals = RenewalEngine(kernel: kernel, counterparts: [partner], journal: journal, batch: 100)
        try await renewals.outbox.prepareLanes()
        try await body(Company(store: store, kernel: kernel, engine: renewals, partner: partner, instant: clock))
      }
    }
  }

  var now: Instant { instant.now.withLock { $0 } }

  /// Does all that can be done now.
  func settle() async throws {
    var cursors = RenewalEngine.Cursors()
    try await engine.settle(&cursors, seals: false, checks: false)
  }

  /// Lets time pass in steps, and does at each what falls due.
  func pass(_ span: Span, step: Span = .hours(6)) async throws {
    let end = now + span
    while now < end {
      instant.now.withLock { $0 = min($0 + step, end) }
      try await settle()
    }
  }

  func pass(until text: String, step: Span = .hours(6)) async throws {
    try await pass(try #require(Instant(iso8601: text)) - now, step: step)
  }

  func offer(trialDays: Int64 = 0, graceDays: Int64 = 14, dunning: [Int64] = [1, 3, 5]) async throws {
    _ = try await perform(
      OfferPlan(
        product: "atlas", code: "monthly", title: "Atlas Monthly", every: .months(1), trialDays: trialDays,
        graceDays: graceDays, dunning: dunning, price: Money(999, .eur)))
  }

  /// A subscriber of the monthly plan in Berlin.
  @discardableResult
  func subscribe(_ reference: String = "ada", anchor: Instant? = nil, paidUntil: Instant? = nil) async throws -> Int64 {
    try await perform(
      Subscribe(
        customer: NewCustomer(reference: reference, name: "Ada", mail: nil, zone: "Europe/Berlin"), plan: "monthly",
        currency: "EUR", method: NewMethod(lane: "card", token: "tok-\(reference)", label: "test"), anchor: anchor,
        paidUntil: paidUntil))
  }

  func perform<C: Command>(_ command: C) async throws -> C.Output {
    try await kernel.perform(command, by: Self.clerk, key: "key-\(instant.random.withLock { $0 &+= 1; return $0 })")
  }

  /// What the partner says by itself, weighed at once.
  func hears(
    _ event: String, _ reference: String, _ transaction: String?, _ verdict: Verdict, amount: Int64? = nil,
    currency: String? = nil
  ) async throws {
    let testimony = Testimony(
      eventID: event, reference: reference, transaction: transaction, kind: "notice", verdict: verdict, amount: amount,
      currency: currency ?? amount.map { _ in "EUR" }, occurredAt: now)
    _ = try await engine.outbox.keep([testimony], source: .notification, lane: "card", raw: [])
    while try await engine.outbox.applyInbox() > 0 {}
  }

  // MARK: What stands

  func subscription(_ id: Int64) async throws -> Subscription {
    let row = try await store.read { tx in
      try tx.row("SELECT \(name: Subscription.columns) FROM subscription WHERE id = \(id)")
    }
    return try Subscription(try #require(row))
  }

  func entitlement(_ id: Int64) async throws -> Entitlement {
    let now = now
    return try #require(try await store.read { tx in try Entitlement.of(subscription: id, at: now, in: tx) })
  }

  struct Owed: Sendable, Equatable {
    var start: String
    var state: String
    var declines: Int64
    var failures: Int64
  }

  func owed() async throws -> [Owed] {
    try await store.read { tx in
      try tx.rows("SELECT period_start, state, declines, failures FROM obligation ORDER BY period_start, id LIMIT 1000")
        .map {
          Owed(
            start: try $0.instant("period_start").iso8601, state: try $0.text("state"),
            declines: try $0.integer("declines"),
            failures: try $0.integer("failures"))
        }
    }
  }

  struct Taken: Sendable, Equatable {
    var id: Int64
    var role: String
    var amount: Int64
    var givenBack: Int64
    var transaction: String
    var takenBack: Int64 = 0
  }

  func captures() async throws -> [Taken] {
    try await store.read { tx in
      try tx.rows("SELECT id, role, amount, given_back, taken_back, partner_id FROM capture ORDER BY id LIMIT 1000").map
      {
        Taken(
          id: try $0.integer("id"), role: try $0.text("role"), amount: try $0.integer("amount"),
          givenBack: try $0.integer("given_back"), transaction: try $0.text("partner_id"),
          takenBack: try $0.integer("taken_back"))
      }
    }
  }

  func refunds() async throws -> [String] {
    try await store.read { tx in
      try tx.rows("SELECT cause, state, amount FROM refund ORDER BY id LIMIT 1000").map {
        "\(try $0.text("cause")) \(try $0.text("state")) \(try $0.integer("amount"))"
      }
    }
  }

  func count(_ sql: SQL) async throws -> Int64 { try await store.read { tx in try tx.integer(sql) ?? -1 } }
}

extension Capabilities {
  /// A partner that can be asked about our reference.
  static let asked = Capabilities(
    replay: .none, query: .byReference(lag: .seconds(20)), cancel: false, statement: .none,
    notifiesWithin: .seconds(30),
    refusals: ["declined"], concurrency: 1, ratePerSecond: 1_000)

  /// A partner of which nothing is heard but a statement every day.
  static let bookkeeping = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .periodic(every: .days(1), late: .days(2)),
    notifiesWithin: nil, refusals: [], concurrency: 1, ratePerSecond: 1_000)
}
