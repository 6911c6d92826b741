import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("Pausing, resuming and cancelling")
struct SubscriptionTests {
  /// A subscriber whose first month is paid.
  private func paid(on engine: TestEngine, _ body: (Company, Int64) async throws -> Void) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      try await company.settle()
      try await body(company, id)
    }
  }

  private func refusal(_ company: Company, _ command: some Command) async -> String? {
    await #expect(throws: Refusal.self) { _ = try await company.perform(command) }?.code
  }

  @Test(
    "A paused subscription is not charged; access ends with what is paid, and begins again on the old day",
    arguments: TestEngine.available)
  func pause(engine: TestEngine) async throws {
    try await paid(on: engine) { company, id in
      try await company.pass(.days(10))
      _ = try await company.perform(PauseSubscription(subscription: id, reason: "on holiday"))
      let stillPaid = try await company.entitlement(id)
      #expect(stillPaid.allowed && stillPaid.reason == .paid)
      try await company.pass(.days(60))
      let paused = try await company.entitlement(id)
      #expect(!paused.allowed && paused.reason == .paused && company.partner.orders().count == 1)
      _ = try await company.perform(ResumeSubscription(subscription: id, reason: "back"))
      let resumed = try await company.subscription(id)
      // Paused until 10 May; the next first of a month is 1 June, at ten in the morning in Berlin.
      #expect(resumed.state == .active && resumed.dueAt == Instant(iso8601: "2026-06-01T08:00:00Z"))
      try await company.pass(.days(30))
      let owed = try await company.owed()
      #expect(owed.map(\.start) == ["2026-03-01T09:00:00Z", "2026-06-01T08:00:00Z"])
    }
  }

  @Test("Resumed before what is paid is over, it goes on as if nothing had been", arguments: TestEngine.available)
  func resumedEarly(engine: TestEngine) async throws {
    try await paid(on: engine) { company, id in
      _ = try await company.perform(PauseSubscription(subscription: id, reason: "on holiday"))
      try await company.pass(.days(3))
      _ = try await company.perform(ResumeSubscription(subscription: id, reason: "back"))
      try await company.pass(.days(30))
      let owed = try await company.owed()
      #expect(owed.map(\.start) == ["2026-03-01T09:00:00Z", "2026-04-01T08:00:00Z"])
    }
  }

  @Test("Cancelled at the period's end, it keeps what is paid and is charged no more", arguments: TestEngine.available)
  func periodEnd(engine: TestEngine) async throws {
    try await paid(on: engine) { company, id in
      _ = try await company.perform(CancelSubscription(subscription: id, when: .periodEnd, reason: "too dear"))
      try await company.pass(.days(20))
      let before = try await company.entitlement(id)
      #expect(before.allowed && before.reason == .paid)
      try await company.pass(.days(40))
      let after = try await company.entitlement(id)
      #expect(!after.allowed && after.reason == .cancelled && company.partner.orders().count == 1)
      let ended = try await company.subscription(id)
      #expect(ended.state == .cancelled && ended.endedAt == Instant(iso8601: "2026-04-01T08:00:00Z"))
    }
  }

  @Test("Cancelled now, it ends now, and a charge that has not left is taken back", arguments: TestEngine.available)
  func now(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      var cursor = RenewalCursor()
      _ = try await RenewDue(kernel: company.kernel).run(cursor: &cursor)
      _ = try await company.perform(CancelSubscription(subscription: id, when: .now, reason: "a mistake"))
      try await company.pass(.days(40))
      let access = try await company.entitlement(id)
      let owed = try await company.owed()
      #expect(!access.allowed && owed.map(\.state) == ["waived"] && company.partner.orders().isEmpty)
    }
  }

  @Test(
    "A charge that is under way when it is cancelled is found out about, and its money is not lost sight of",
    arguments: TestEngine.available)
  func cancelledUnderWay(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      company.partner.answers("charge", .unknown(reason: "time-out"))
      try await company.settle()
      _ = try await company.perform(CancelSubscription(subscription: id, when: .now, reason: "too slow"))
      company.partner.finds(Reply(.done, transaction: "t1"))
      try await company.pass(.hours(1), step: .minutes(5))
      let captures = try await company.captures()
      #expect(captures.map(\.transaction) == ["t1"])
      #expect(company.partner.orders().count == 1)
    }
  }

  @Test("What the state does not allow is refused, in words", arguments: TestEngine.available)
  func refusals(engine: TestEngine) async throws {
    try await paid(on: engine) { company, id in
      let pause = PauseSubscription(subscription: id, reason: "test")
      let resume = ResumeSubscription(subscription: id, reason: "test")
      let cancelNow = CancelSubscription(subscription: id, when: .now, reason: "test")
      let cancelLater = CancelSubscription(subscription: id, when: .periodEnd, reason: "test")
      let method = ChangePaymentMethod(subscription: id, method: NewMethod(lane: "nobody", token: "t", label: "l"))
      var codes: [String?] = [await refusal(company, resume), await refusal(company, method)]
      #expect(codes == ["notPaused", "noLane"])
      _ = try await company.perform(pause)
      codes = [
        await refusal(company, pause), await refusal(company, KeepSubscription(subscription: id, reason: "test")),
      ]
      #expect(codes == ["isPaused", "notCancelled"])
      _ = try await company.perform(cancelNow)
      codes = [
        await refusal(company, cancelNow), await refusal(company, cancelLater), await refusal(company, pause),
        await refusal(company, resume),
      ]
      #expect(codes == Array(repeating: "alreadyCancelled", count: 4))
      let missing = await refusal(company, PauseSubscription(subscription: 1_234_567_890, reason: "test"))
      #expect(missing == "noSubscription")
    }
  }

  @Test("It cannot be paused while a payment is outstanding", arguments: TestEngine.available)
  func pastDue(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      company.partner.answers("charge", .refused(code: "declined"))
      try await company.settle()
      let code = await refusal(company, PauseSubscription(subscription: id, reason: "test"))
      #expect(code == "isPastDue")
    }
  }

  @Test(
    "A second subscriber of the same reference, an unknown plan, price or zone is refused",
    arguments: TestEngine.available)
  func subscribeRefused(engine: TestEngine) async throws {
    try await paid(on: engine) { company, _ in
      func subscribe(_ reference: String, plan: String = "monthly", currency: String = "EUR", zone: String = "UTC")
        -> Subscribe
      {
        Subscribe(
          customer: NewCustomer(reference: reference, name: "B", mail: nil, zone: zone), plan: plan, currency: currency,
          method: NewMethod(lane: "card", token: "t", label: "l"))
      }
      let codes = [
        await refusal(company, subscribe("ada")), await refusal(company, subscribe("b", plan: "none")),
        await refusal(company, subscribe("b", currency: "USD")),
        await refusal(company, subscribe("b", zone: "Mars/Base")),
      ]
      #expect(codes == ["customerExists", "noPlan", "noPrice", "badZone"])
      let customers = try await company.count("SELECT count(*) FROM customer")
      #expect(customers == 1)
    }
  }
}
