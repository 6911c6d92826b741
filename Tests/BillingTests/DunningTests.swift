import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("A refused charge")
struct DunningTests {
  private static let no = Verdict.refused(code: "declined")

  private func days(_ company: Company, since start: Instant) -> [Double] {
    company.partner.orders().map { (($0.at - start).seconds / 86_400 * 100).rounded() / 100 }
  }

  @Test("is tried again by the plan's days, and settles on the third try", arguments: TestEngine.available)
  func thirdTry(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(dunning: [1, 3, 5])
      let start = company.now
      let id = try await company.subscribe()
      company.partner.answers("charge", Self.no, Self.no)
      try await company.settle()
      let late = try await company.subscription(id)
      #expect(late.state == .pastDue)
      let grace = try await company.entitlement(id)
      #expect(grace.allowed && grace.reason == .grace && grace.until == start + .days(14))
      try await company.pass(.days(10))
      #expect(days(company, since: start) == [0, 1, 3])
      let owed = try await company.owed()
      #expect(owed == [.init(start: "2026-03-01T09:00:00Z", state: "settled", declines: 2, failures: 0)])
      let settled = try await company.subscription(id)
      #expect(settled.state == .active)
      let paid = try await company.entitlement(id)
      #expect(paid.allowed && paid.reason == .paid)
      // Each attempt has a reference of its own.
      #expect(Set(company.partner.orders().map(\.order.reference)).count == 3)
    }
  }

  @Test("is given up when the schedule is used up, and never tried again", arguments: TestEngine.available)
  func uncollectable(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(graceDays: 4, dunning: [1, 3, 5])
      let start = company.now
      let id = try await company.subscribe()
      company.partner.answers("charge", Self.no, Self.no, Self.no, Self.no)
      try await company.settle()
      try await company.pass(.hours(90))
      let inGrace = try await company.entitlement(id)
      #expect(inGrace.allowed && inGrace.reason == .grace)
      try await company.pass(.hours(12))
      let after = try await company.entitlement(id)
      #expect(!after.allowed && after.reason == .unpaid)
      try await company.pass(.days(40))
      #expect(days(company, since: start) == [0, 1, 3, 5])
      let owed = try await company.owed()
      #expect(owed.map(\.state) == ["uncollectable"])
      let ended = try await company.subscription(id)
      #expect(ended.state == .cancelled && ended.endReason == "unpaid")
      let gone = try await company.entitlement(id)
      #expect(!gone.allowed && gone.reason == .cancelled)
    }
  }

  @Test("by an outage on the way uses up none of the customer's days", arguments: TestEngine.available)
  func outage(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(dunning: [1, 3, 5])
      let id = try await company.subscribe()
      for _ in 0..<6 { company.partner.answers("charge", .notSent(reason: "connection refused")) }
      try await company.settle()
      let open = try await company.entitlement(id)
      #expect(open.allowed && open.reason == .outcomeOpen)
      try await company.pass(.hours(12), step: .minutes(1))
      let owed = try await company.owed()
      #expect(owed == [.init(start: "2026-03-01T09:00:00Z", state: "settled", declines: 0, failures: 6)])
      let subscription = try await company.subscription(id)
      #expect(subscription.state == .active)
    }
  }

  @Test("is tried again with the payment method that stands then", arguments: TestEngine.available)
  func newMethod(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(dunning: [1, 3])
      let id = try await company.subscribe()
      company.partner.answers("charge", Self.no, Self.no)
      try await company.settle()
      _ = try await company.perform(
        ChangePaymentMethod(subscription: id, method: NewMethod(lane: "card", token: "tok-new", label: "new card")))
      try await company.pass(.days(5))
      let tokens = company.partner.orders().map { $0.order.payload.contains("tok-new") }
      #expect(tokens.first == false && tokens.last == true)
    }
  }

  @Test("of a subscription that was cancelled meanwhile is not tried again", arguments: TestEngine.available)
  func cancelled(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      company.partner.answers("charge", Self.no)
      try await company.settle()
      _ = try await company.perform(CancelSubscription(subscription: id, when: .now, reason: "moved away"))
      try await company.pass(.days(10))
      let owed = try await company.owed()
      #expect(owed.map(\.state) == ["waived"] && company.partner.orders().count == 1)
    }
  }

  @Test("that went through after all before the next attempt left takes its place", arguments: TestEngine.available)
  func lateSuccessInTime(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(dunning: [1, 3])
      try await company.subscribe()
      company.partner.answers("charge", Self.no)
      try await company.settle()
      let first = try #require(company.partner.orders().first?.order.reference)
      try await company.hears("e1", first, "late", .done)
      try await company.pass(.days(5))
      let captures = try await company.captures()
      #expect(captures.map(\.role) == ["due"] && captures.map(\.givenBack) == [0])
      #expect(company.partner.orders().count == 1, "a second charge left although the first had come")
    }
  }

  @Test("that went through after all counts once: the next attempt's money goes back", arguments: TestEngine.available)
  func lateSuccess(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(dunning: [1, 3])
      try await company.subscribe()
      company.partner.answers("charge", Self.no)
      try await company.settle()
      let first = try #require(company.partner.orders().first?.order.reference)
      try await company.pass(.days(2))
      try await company.hears("e1", first, "late", .done)
      try await company.settle()
      let captures = try await company.captures()
      #expect(captures.map(\.role) == ["due", "surplus"] && captures.map(\.givenBack) == [0, 999])
      let refunds = try await company.refunds()
      #expect(refunds == ["surplus done 999"])
    }
  }

  @Test(
    "after the end of the schedule went through after all: nobody who paid is locked out, or the money goes back",
    arguments: TestEngine.available)
  func lateSuccessAfterTheEnd(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(dunning: [1])
      let id = try await company.subscribe()
      company.partner.answers("charge", Self.no, Self.no)
      try await company.settle()
      try await company.pass(.days(2))
      let last = try #require(company.partner.orders().last?.order.reference)
      try await company.hears("e1", last, "late", .done)
      try await company.settle()
      let access = try await company.entitlement(id)
      let captures = try await company.captures()
      #expect(access.allowed || captures.allSatisfy { $0.givenBack == $0.amount }, "paid, kept, and locked out")
    }
  }
}
