import Foundation
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@testable import Billing

@Suite("A test clock")
struct TestClockTests {
  private static let zone = "Europe/Berlin"

  private func clock(_ company: Company, at start: Instant? = nil) async throws -> Int64 {
    try await company.perform(MakeTestClock(title: "integration", at: start))
  }

  @discardableResult
  private func subscribe(
    _ company: Company, _ token: TestToken, clock: Int64, reference: String = "test-ada", partner: String = "test"
  ) async throws -> Int64 {
    try await company.perform(
      Subscribe(
        customer: NewCustomer(reference: reference, name: "Ada", mail: nil, zone: Self.zone, clock: clock),
        plan: "monthly", currency: "EUR",
        method: NewMethod(lane: partner, token: token.rawValue, label: "Test card")))
  }

  @discardableResult
  private func advance(_ company: Company, _ clock: Int64, to text: String) async throws -> AdvanceTestClock.Outcome {
    try await AdvanceTestClock(kernel: company.kernel, journal: company.engine.journal).run(
      clock, to: try #require(Instant(iso8601: text)), by: Company.clerk)
  }

  private func rows(_ company: Company, _ sql: SQL) async throws -> [Row] {
    try await company.store.read { tx in try tx.rows(sql) }
  }

  private func said(_ company: Company, _ kind: String) async throws -> [String] {
    try await rows(company, "SELECT body FROM fact WHERE kind = \(kind) ORDER BY epoch, id").map {
      try $0.text("body")
    }
  }

  private func count(_ company: Company, _ sql: SQL) async throws -> Int64 {
    try await company.store.read { tx in try tx.integer(sql) ?? -1 }
  }

  @Test("lives through months at once, each renewal at its own time", arguments: TestEngine.available)
  func months(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      let subscription = try await subscribe(company, .ok, clock: clock)
      let outcome = try await advance(company, clock, to: "2026-06-02T00:00:00Z")
      #expect(outcome.isDone && outcome.clock.now.iso8601 == "2026-06-02T00:00:00Z" && outcome.clock.target == nil)
      let periods = try await rows(
        company, "SELECT state, period_start, opened_at, ended_at FROM obligation ORDER BY period_start")
      #expect(
        try periods.map { try $0.instant("period_start").iso8601 } == [
          // The wall clock of Berlin, which is moved in between.
          "2026-03-01T09:00:00Z", "2026-04-01T08:00:00Z", "2026-05-01T08:00:00Z", "2026-06-01T08:00:00Z",
        ])
      for row in periods {
        #expect(try row.text("state") == "settled" && row.instant("opened_at") == row.instant("period_start"))
        #expect(try row.instant("ended_at") == row.instant("period_start"))
      }
      let state = try await company.store.read { tx in
        try Entitlement.of(
          subscription: subscription, at: try #require(Instant(iso8601: "2026-06-02T00:00:00Z")), in: tx)
      }
      #expect(state?.allowed == true && state?.reason == .paid)
      // Everybody else's time has not moved.
      #expect(company.now.iso8601 == "2026-03-01T09:00:00Z")
    }
  }

  @Test("is never charged for by a worker, and no partner hears of it", arguments: TestEngine.available)
  func apart(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      for token in TestToken.allCases { try await subscribe(company, token, clock: clock, reference: token.rawValue) }
      try await company.subscribe("real")
      // A year of a worker's life: the clock stands still, and so do they.
      try await company.pass(.days(365), step: .days(3))
      #expect(company.partner.orders().count == 13)
      #expect(try await count(company, "SELECT count(*) FROM obligation WHERE lane LIKE 'test/%'") == 0)
      #expect(try await count(company, "SELECT count(*) FROM effect WHERE lane LIKE 'test/%'") == 0)
      // Half of it is advanced: what the clock left to be done later is still nobody else's.
      let before = company.partner.orders().count
      try await advance(company, clock, to: "2026-03-01T09:05:00Z")
      let open = try await rows(company, "SELECT id, state FROM effect WHERE lane LIKE 'test/%' ORDER BY id")
      let notices = try await count(company, "SELECT count(*) FROM test_notice")
      #expect(open.count > 6 && notices == 2)
      try await company.pass(.days(20), step: .hours(6))
      let after = try await rows(company, "SELECT id, state FROM effect WHERE lane LIKE 'test/%' ORDER BY id")
      #expect(try open.map { try $0.text("state") } == after.map { try $0.text("state") })
      #expect(try await count(company, "SELECT count(*) FROM test_notice") == notices)
      #expect(company.partner.orders().count == before)
      // And the other way round: a clock that is advanced does nothing for real people.
      try await company.pass(.days(12), step: .days(12))
      let real = try await count(company, "SELECT count(*) FROM effect WHERE lane = 'card'")
      try await advance(company, clock, to: "2027-12-01T00:00:00Z")
      #expect(try await count(company, "SELECT count(*) FROM effect WHERE lane = 'card'") == real)
    }
  }

  @Test("counts nowhere: no figure of today, no alert", arguments: TestEngine.available)
  func counts(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      for token in TestToken.allCases { try await subscribe(company, token, clock: clock, reference: token.rawValue) }
      try await advance(company, clock, to: "2026-03-01T09:30:00Z")
      try await company.kernel.change(by: Company.clerk, canRepeat: false) { change in
        _ = try SwitchLane(lane: TestClock.lane(of: clock), on: false, reason: "to see").run(in: change)
      }
      let choice = try DayChoice("2026-03-01", try BillingCalendar(zone: "UTC"), now: company.now)
      let now = company.now
      let page = try await company.store.read { tx in
        try TodayQuery(tx: tx, now: now, choice: choice).page()
      }
      #expect(page.due == 0 && page.states.allSatisfy { $0.count == 0 } && page.newest.isEmpty)
      #expect(page.partners.map(\.name) == ["card"] && page.decisionTotal == 0)
      try await company.pass(.days(5), step: .days(5))
      _ = try await company.engine.alerts.run()
      #expect(try await rows(company, "SELECT name, message FROM alert").map { try $0.text("message") } == [])
    }
  }

  @Test("shows dunning to its end")
  func declined() async throws {
    try await Company.open { company in
      try await company.offer(dunning: [1, 3, 5])
      let clock = try await clock(company)
      let id = try await subscribe(company, .declined, clock: clock)
      try await advance(company, clock, to: "2026-03-20T00:00:00Z")
      let refused = try await rows(
        company, "SELECT at FROM fact WHERE kind = 'chargeOutcome' ORDER BY at"
      ).map { try $0.instant("at").iso8601 }
      #expect(
        refused == ["2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z", "2026-03-04T09:00:00Z", "2026-03-06T09:00:00Z"])
      let row = try #require(
        try await rows(company, "SELECT state, end_reason FROM subscription WHERE id = \(id)").first)
      #expect(try row.text("state") == "cancelled" && row.text("end_reason") == "unpaid")
    }
  }

  @Test("shows a payment that comes at the second attempt", arguments: TestEngine.available)
  func declinedOnce(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      try await subscribe(company, .declinedOnce, clock: clock)
      try await advance(company, clock, to: "2026-04-20T00:00:00Z")
      let owed = try await rows(company, "SELECT state, declines FROM obligation ORDER BY id")
      #expect(try owed.map { "\(try $0.text("state")) \(try $0.integer("declines"))" } == ["settled 1", "settled 1"])
    }
  }

  @Test("shows what is not known and found out", arguments: TestEngine.available)
  func unknown(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      try await subscribe(company, .unknownThenPaid, clock: clock)
      try await advance(company, clock, to: "2026-03-01T09:00:00Z")
      #expect(try await said(company, "chargeOutcome").first?.contains(#""outcome":"unknown""#) == true)
      #expect(try await said(company, "chargeSettled") == [])
      try await advance(company, clock, to: "2026-03-01T10:00:00Z")
      #expect(try await said(company, "chargeSettled").count == 1)
      #expect(try await count(company, "SELECT count(*) FROM effect") == 1)
    }
  }

  @Test("shows a notification that comes late", arguments: TestEngine.available)
  func late(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      try await subscribe(company, .lateNotification, clock: clock)
      try await advance(company, clock, to: "2026-03-01T14:59:00Z")
      #expect(try await said(company, "chargeSettled") == [])
      try await advance(company, clock, to: "2026-03-01T15:00:00Z")
      #expect(try await said(company, "chargeSettled").count == 1)
      let row = try #require(try await rows(company, "SELECT at FROM fact WHERE kind = 'chargeSettled'").first)
      #expect(try row.instant("at").iso8601 == "2026-03-01T15:00:00Z")
    }
  }

  @Test("shows money that is taken twice and given back", arguments: TestEngine.available)
  func twice(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      try await subscribe(company, .chargedTwice, clock: clock)
      try await advance(company, clock, to: "2026-03-02T00:00:00Z")
      #expect(try await said(company, "surplusFound").count == 1)
      #expect(try await said(company, "refundEnded").first?.contains(#""outcome":"done""#) == true)
      #expect(try await count(company, "SELECT CAST(sum(amount - given_back) AS BIGINT) FROM capture") == 999)
    }
  }

  @Test("is the time of what people do to its customers", arguments: TestEngine.available)
  func acts(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let start = try #require(Instant(iso8601: "2029-01-31T12:00:00Z"))
      let clock = try await clock(company, at: start)
      let id = try await subscribe(company, .ok, clock: clock)
      try await advance(company, clock, to: "2029-03-05T12:00:00Z")
      let owed = try await rows(company, "SELECT period_start FROM obligation ORDER BY id")
      #expect(
        try owed.map { try $0.instant("period_start").iso8601 } == ["2029-01-31T12:00:00Z", "2029-02-28T12:00:00Z"])
      let capture = try #require(try await rows(company, "SELECT id FROM capture ORDER BY id").first?.integer("id"))
      let refund = try await company.perform(RefundPayment(capture: capture, amount: 100, reason: "to see"))
      // It lies until the clock is moved, be it to where it stands.
      try await company.settle()
      #expect(try await rows(company, "SELECT state FROM refund WHERE id = \(refund)").first?.text("state") == "asked")
      try await advance(company, clock, to: "2029-03-05T12:00:00Z")
      #expect(try await rows(company, "SELECT state FROM refund WHERE id = \(refund)").first?.text("state") == "done")
      _ = try await company.perform(CancelSubscription(subscription: id, when: .now, reason: "to see"))
      let ended = try #require(try await rows(company, "SELECT ended_at FROM subscription WHERE id = \(id)").first)
      #expect(try ended.instant("ended_at").iso8601 == "2029-03-05T12:00:00Z")
    }
  }

  @Test("never goes back, nor too far, nor for two at a time", arguments: TestEngine.available)
  func bounds(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      try await subscribe(company, .ok, clock: clock)
      try await advance(company, clock, to: "2026-04-01T00:00:00Z")
      func refusal(_ text: String) async -> String? {
        do {
          _ = try await advance(company, clock, to: text)
          return nil
        } catch { return (error as? Refusal)?.code }
      }
      #expect(await refusal("2026-03-31T00:00:00Z") == "clockNeverBack")
      #expect(await refusal("2028-06-01T00:00:00Z") == "tooFar")
      try await company.kernel.change(by: Company.clerk, canRepeat: false) { change in
        _ = try change.tx.execute("UPDATE test_clock SET busy = 1, busy_until = \(change.now + .seconds(60))")
      }
      #expect(await refusal("2026-05-01T00:00:00Z") == "clockBusy")
      // Whoever held it died.
      try await company.pass(.minutes(2), step: .minutes(2))
      #expect(await refusal("2026-05-01T00:00:00Z") == nil)
    }
  }

  @Test("and a real partner never meet", arguments: TestEngine.available)
  func walls(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      func refusal(_ body: () async throws -> Void) async -> String? {
        do {
          try await body()
          return nil
        } catch { return (error as? Refusal)?.code }
      }
      let lane = TestClock.lane(of: clock)
      #expect(await refusal { try await subscribe(company, .ok, clock: clock, partner: "card") } == "testPartnerOnly")
      #expect(await refusal { try await subscribe(company, .ok, clock: clock, partner: "test/1") } == "testPartnerOnly")
      #expect(await refusal { try await subscribe(company, .ok, clock: clock + 1) } == "noClock")
      let own = try await subscribe(company, .ok, clock: clock, partner: lane)
      let real = try await company.subscribe("real")
      let card = NewMethod(lane: "card", token: "tok_ok", label: "Card")
      let test = NewMethod(lane: lane, token: "tok_ok", label: "Test card")
      #expect(
        await refusal { _ = try await company.perform(ChangePaymentMethod(subscription: own, method: card)) }
          == "testPartnerOnly")
      #expect(
        await refusal { _ = try await company.perform(ChangePaymentMethod(subscription: real, method: test)) }
          == "testLane")
      let odd = NewMethod(lane: "test", token: "tok_real", label: "?")
      #expect(
        await refusal { _ = try await company.perform(ChangePaymentMethod(subscription: own, method: odd)) }
          == "noTestToken")
    }
  }

  @Test("that was left in the middle goes on, with everything once", arguments: TestEngine.available)
  func crash(engine: TestEngine) async throws {
    struct Crash: Error {}
    try await Company.open(on: engine) { company in
      try await company.offer()
      let clock = try await clock(company)
      for token in TestToken.allCases { try await subscribe(company, token, clock: clock, reference: token.rawValue) }
      let steps = Mutex(0)
      var faults = Faults()
      faults.between = { _ in
        let isLast = steps.withLock { steps in
          steps += 1
          return steps.isMultiple(of: 5)
        }
        if isLast { throw Crash() }
      }
      let dying = Kernel(store: company.store, world: company.kernel.world, faults: faults, twin: company.kernel)
      let target = try #require(Instant(iso8601: "2026-04-20T00:00:00Z"))
      var died = 0
      for _ in 0..<200 {
        do {
          let outcome = try await AdvanceTestClock(kernel: dying, journal: company.engine.journal).run(
            clock, to: target, by: Company.clerk)
          if outcome.isDone { break }
        } catch is Crash {
          died += 1
          // Its lease ends.
          try await company.pass(.minutes(2), step: .minutes(2))
        }
      }
      try await advance(company, clock, to: "2026-04-21T00:00:00Z")
      #expect(died > 5)
      let owed = try await rows(
        company,
        """
        SELECT c.reference, o.state, count(*) AS n FROM obligation AS o JOIN customer AS c ON c.id = o.customer
        GROUP BY c.reference, o.state ORDER BY c.reference
        """)
      for row in owed where try row.text("reference") != "tok_declined" {
        let reference = try row.text("reference")
        #expect(try row.text("state") == "settled" && row.integer("n") == 2, "\(reference)")
      }
      let wrong = try await count(
        company,
        """
        SELECT count(*) FROM (SELECT obligation FROM capture WHERE given_back < amount GROUP BY obligation
        HAVING count(*) <> 1) AS w
        """)
      #expect(wrong == 0)
    }
  }

  @Test("costs the claim of what is due nothing: its index holds none of them")
  func plan() async throws {
    try await Company.open { company in
      let explain: SQL = "EXPLAIN QUERY PLAN"
      for (clock, index) in [(Int64?.none, "subscription_due"), (7, "subscription_clock")] {
        let claim = RenewDue.claim(by: company.now, after: RenewalCursor(), limit: 100, clock: clock)
        let plan = try await rows(company, "\(explain) \(claim)").map { try $0.text("detail") }
        #expect(plan.count == 1 && plan.first?.contains("SEARCH subscription USING") == true, "\(plan)")
        #expect(plan.first?.contains(index) == true, "\(plan)")
      }
    }
  }
}
