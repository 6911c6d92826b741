import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("Renewals")
struct RenewalTests {
  @Test(
    "from 31 January fall on every month's last day for a year, at the same wall clock, each charged once",
    arguments: TestEngine.available)
  func year(engine: TestEngine) async throws {
    try await Company.open(on: engine, at: "2026-01-31T09:00:00Z") { company in
      try await company.offer()
      let id = try await company.subscribe()
      try await company.settle()
      try await company.pass(until: "2027-01-31T09:00:00Z", step: .hours(24))
      // 10:00 in Berlin: an hour earlier in UTC while summer time holds there (29 March to 25 October).
      let starts = [
        "2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z", "2026-03-31T08:00:00Z", "2026-04-30T08:00:00Z",
        "2026-05-31T08:00:00Z", "2026-06-30T08:00:00Z", "2026-07-31T08:00:00Z", "2026-08-31T08:00:00Z",
        "2026-09-30T08:00:00Z", "2026-10-31T09:00:00Z", "2026-11-30T09:00:00Z", "2026-12-31T09:00:00Z",
        "2027-01-31T09:00:00Z",
      ]
      let owed = try await company.owed()
      #expect(owed.map(\.start) == starts)
      #expect(owed.allSatisfy { $0.state == "settled" })
      #expect(company.partner.orders().count == 13)
      let subscription = try await company.subscription(id)
      #expect(subscription.paidUntil == Instant(iso8601: "2027-02-28T09:00:00Z") && subscription.state == .active)
    }
  }

  @Test("that a stopped worker missed are each made up for, once", arguments: TestEngine.available)
  func catchUp(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      try await company.subscribe()
      try await company.pass(.days(70), step: .days(70))
      let owed = try await company.owed()
      #expect(owed.map(\.start) == ["2026-03-01T09:00:00Z", "2026-04-01T08:00:00Z", "2026-05-01T08:00:00Z"])
      #expect(company.partner.orders().count == 3)
    }
  }

  @Test("are not held up by a partner that names one transaction for two of them", arguments: TestEngine.available)
  func oneTransactionForTwo(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      for name in ["a", "b", "c", "d"] { try await company.subscribe(name) }
      let same = Reply(.done, transaction: "t-same")
      company.partner.answers(replies: Reply(.done, transaction: "t-1"), same, same, Reply(.done, transaction: "t-2"))
      try await company.settle()
      #expect(try await company.count("SELECT count(*) FROM obligation WHERE state = 'settled'") == 3)
      // The fourth waits for a person, and what was said is kept.
      #expect(
        try await company.count(
          "SELECT count(*) FROM effect WHERE state = 'unknown' AND owner IS NOT NULL AND code = 'answerSetAside'") == 1)
      #expect(try await company.count("SELECT count(*) FROM evidence WHERE state = 'stuck'") == 1)
      #expect(company.partner.orders().count == 4)
    }
  }

  @Test("begin when the trial ends, and nothing is charged before", arguments: TestEngine.available)
  func trial(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(trialDays: 14)
      let id = try await company.subscribe()
      try await company.pass(.days(13))
      let during = try await company.entitlement(id)
      #expect(during.allowed && during.reason == .trial && during.until == Instant(iso8601: "2026-03-15T09:00:00Z"))
      #expect(company.partner.orders().isEmpty)
      try await company.pass(.days(1))
      let after = try await company.entitlement(id)
      #expect(after.allowed && after.reason == .paid)
      let subscription = try await company.subscription(id)
      #expect(subscription.state == .active && company.partner.orders().count == 1)
    }
  }

  @Test("of people who paid elsewhere begin when that is used up", arguments: TestEngine.available)
  func paidElsewhere(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let paid = try #require(Instant(iso8601: "2026-03-20T10:00:00Z"))
      let id = try await company.subscribe(paidUntil: paid)
      try await company.pass(.days(10))
      let before = try await company.entitlement(id)
      #expect(before.allowed && company.partner.orders().isEmpty)
      try await company.pass(.days(10))
      let owed = try await company.owed()
      #expect(owed.map(\.start) == ["2026-03-20T10:00:00Z"])
    }
  }

  @Test(
    "open no second obligation for a period, and no second live charge: the database itself refuses",
    arguments: TestEngine.available)
  func uniqueIndexes(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      try await company.subscribe()
      company.partner.answers("charge", .pending)
      try await company.settle()
      let statements: [SQL] = [
        """
        INSERT INTO obligation (id, subscription, customer, lane, period, period_start, period_end, amount, currency, state, opened_at)
        SELECT id + 1000000, subscription, customer, lane, period + 1, period_start, period_end, amount, currency, 'open', opened_at
        FROM obligation
        """,
        """
        INSERT INTO effect (id, lane, kind, slot, reference, payload, state, rank, prepared_at, due_at)
        SELECT id + 1000000, lane, kind, slot, 'another', payload, 'prepared', 0, prepared_at, due_at FROM effect
        """,
        """
        INSERT INTO effect (id, lane, kind, slot, reference, payload, state, rank, prepared_at, due_at)
        SELECT id + 1000000, lane, kind, 'obligation:0', reference, payload, 'prepared', 0, prepared_at, due_at FROM effect
        """,
      ]
      for statement in statements {
        let error = await #expect(throws: StoreError.self) {
          try await company.store.write { tx in _ = try tx.execute(statement) }
        }
        guard case .constraint(.unique, _) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
      // An effect that is open names its next date or its person, and a cancelled subscription is never due.
      let checks: [SQL] = [
        "UPDATE effect SET next_at = NULL", "UPDATE effect SET state = 'lost'",
        "UPDATE subscription SET state = 'cancelled'",
      ]
      for statement in checks {
        let error = await #expect(throws: StoreError.self) {
          try await company.store.write { tx in _ = try tx.execute(statement) }
        }
        guard case .constraint(.check, _) = error else {
          Issue.record("\(String(describing: error))")
          continue
        }
      }
    }
  }

  @Test("that two workers look for at once open each period once", arguments: TestEngine.available)
  func twoWorkers(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      for number in 0..<20 { try await company.subscribe("c\(number)") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let renewals = RenewDue(kernel: company.kernel)
            var cursor = RenewalCursor()
            for _ in 0..<3 { _ = try await renewals.run(cursor: &cursor) }
          }
        }
        try await group.waitForAll()
      }
      let owed = try await company.owed()
      #expect(owed.count == 20)
      let effects = try await company.count("SELECT count(*) FROM effect")
      #expect(effects == 20)
    }
  }
}
