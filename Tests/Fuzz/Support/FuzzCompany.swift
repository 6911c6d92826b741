import Crypto
import Foundation
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@testable import Billing

/// A service with real people, real charges under way, and partners whose calls go nowhere: every order is taken in and
/// stays pending, whatever comes from outside is read by the real adapters.
struct FuzzCompany: Sendable {
  let store: Store
  let kernel: Kernel
  let engine: RenewalEngine
  private let clock: Clock

  final class Clock: Sendable {
    let now = Mutex(Sample.now)
  }

  static let clerk = Actor(.operator, "clerk")

  static func open(on engine: TestEngine, _ body: (FuzzCompany) async throws -> Void) async throws {
    let (card, carrier, debit) = (try Sample.card(), try Sample.carrier(), try Sample.debit())
    try await Turns.databases.hold {
      try await withStore(on: engine) { store in
        _ = try await store.migrate(KernelSchema.migrations + BillingModule.migrations)
        let clock = Clock()
        let random = Mutex<UInt64>(1)
        let world = World(
          now: { clock.now.withLock { $0 } },
          random: {
            random.withLock {
              $0 &+= 0x9E37_79B9_7F4A_7C15; return $0
            }
          }, pause: { _ in })
        let kernel = Kernel(store: store, world: world)
        let renewals = RenewalEngine(
          kernel: kernel, counterparts: [Deaf(real: card), Deaf(real: carrier), Deaf(real: debit)],
          journal: Journal(kernel: kernel, key: Curve25519.Signing.PrivateKey(), origin: "example.com/journal"))
        try await renewals.outbox.prepareLanes()
        let company = FuzzCompany(store: store, kernel: kernel, engine: renewals, clock: clock)
        _ = try await kernel.perform(
          OfferPlan(
            product: "atlas", code: "monthly", title: "Atlas Monthly", every: .months(1), trialDays: 0, graceDays: 14,
            dunning: [1, 3, 5], price: Money(999, .eur)),
          by: clerk, key: "plan")
        try await body(company)
      }
    }
  }

  /// Charges that this partner took in and has not told the end of; their references.
  func charges(_ lane: String, _ count: Int) async throws -> [String] {
    for index in 0..<count {
      _ = try await kernel.perform(
        Subscribe(
          customer: NewCustomer(reference: "\(lane)-\(index)", name: "Ada", mail: nil, zone: "Europe/Berlin"),
          plan: "monthly", currency: "EUR", method: NewMethod(lane: lane, token: "tok-\(index)", label: "test")),
        by: Self.clerk, key: "\(lane)-\(index)")
    }
    // A lane that was looked at has no token left at this instant.
    clock.now.withLock { $0 = $0 + .seconds(2) }
    var cursors = RenewalEngine.Cursors()
    try await engine.settle(&cursors, seals: false, checks: false)
    let references = try await store.read { tx in
      try tx.rows("SELECT reference FROM effect WHERE lane = \(lane) AND state = 'pending' ORDER BY id LIMIT 1000")
        .map { try $0.text("reference") }
    }
    let others = try await store.read { tx in
      try tx.rows("SELECT state, code, lane FROM effect ORDER BY id LIMIT 1000").map {
        "\(try $0.text("lane")) \(try $0.text("state")) \(try $0.textOrNull("code") ?? "")"
      }
    }
    try #require(references.count == count, "\(others)")
    return references
  }

  func weigh() async throws {
    while try await engine.outbox.applyInbox() > 0 {}
    while try await engine.outbox.matchWaiting() > 0 {}
  }

  func state(_ reference: String) async throws -> String {
    try await store.read { tx in
      try tx.row("SELECT state FROM effect WHERE reference = \(reference)")?.text("state") ?? "none"
    }
  }

  /// What people and the worker look at afterwards is there still: the checks, the page of today, the pages of everybody, the journal.
  func stillWorks() async throws {
    _ = try await engine.alerts.run()
    var cursors = RenewalEngine.Cursors()
    try await engine.settle(&cursors)
    let problems = try await engine.journal.verify().problems
    #expect(problems.isEmpty, "\(problems)")
    try await store.read { tx in
      for day in [nil, "2025-12-01", "2027-01-01"] as [String?] {
        let choice = try DayChoice(day, try BillingCalendar(zone: "UTC"), now: Sample.now)
        _ = try TodayQuery(tx: tx, now: Sample.now, choice: choice).page()
      }
      for id in try tx.rows("SELECT id FROM customer ORDER BY id LIMIT 100").map({ try $0.integer("id") }) {
        _ = try SubscriberQuery(tx: tx, now: Sample.now).page(id, before: nil)
      }
    }
  }
}

/// A real adapter whose calls go nowhere.
struct Deaf: Counterpart {
  let real: any Counterpart

  var lane: String { real.lane }
  var capabilities: Capabilities { real.capabilities }
  func perform(_ order: Order) async -> Reply { Reply(.pending) }
  func query(_ order: Order) async -> Reply { Reply(.unknown(reason: "time-out")) }
  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "time-out")) }
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] {
    try real.open(message, now: now)
  }
}
