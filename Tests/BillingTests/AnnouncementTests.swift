import Foundation
import Kernel
import Store
import TestSupport
import Testing

@testable import Billing

@Suite("What billing tells programs outside")
struct AnnouncementTests {
  /// Everything of the journal that is announced, in the order of sealing.
  private func told(_ company: Company) async throws -> [Announcement] {
    for _ in 0..<500 {
      while try await company.engine.journal.seal() > 0 {}
      // On PostgreSQL transactions of other suites hold the sealer back for a while.
      let left = try await company.store.read { tx in
        try tx.integer("SELECT count(*) FROM fact AS f JOIN journal_head AS h ON (f.epoch, f.id) > (h.epoch, h.id)")
      }
      if left == 0 { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    return try await company.store.read { tx in
      let facts = try Journal.sealed(after: FactNumber(epoch: -1, id: -1), limit: 10_000, in: tx)
      let announcer = BillingModule.announcer
      let found = try announcer.announce(facts.filter { announcer.facts.contains($0.kind) }, tx)
      return facts.compactMap { found[$0.number] }
    }
  }

  @Test(
    "What a bank took back, and gave up again, goes out with the payment and the money", arguments: TestEngine.available
  )
  func takenBack(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      try await company.subscribe()
      try await company.settle()
      let reference = try #require(company.partner.orders().first?.order.reference)
      try await company.takesBack("du-1", reference)
      try await company.hears("won", reference, nil, .restored(by: "du-1"), amount: 999)
      let payment = try #require(try await company.captures().first).id
      let told = try await told(company).filter { $0.type.hasPrefix("chargeback.") }
      #expect(told.map(\.type) == ["chargeback.found", "chargeback.restored"])
      for one in told {
        #expect(one.data.json.contains(#""amount":999"#) && one.data.json.contains(#""payment":"\#(payment)""#))
        #expect(!one.data.json.contains("du-1"))
      }
    }
  }

  @Test("Every type there is, with ids and money, and nothing that somebody typed", arguments: TestEngine.available)
  func everything(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer(dunning: [1])
      let clock = try await company.perform(MakeTestClock(title: "all", at: nil))
      var ids: [TestToken: Int64] = [:]
      for token in TestToken.allCases {
        ids[token] = try await company.perform(
          Subscribe(
            customer: NewCustomer(
              reference: "ref-\(token)", name: "Ada Costa", mail: "ada@example.com", zone: "UTC", clock: clock),
            plan: "monthly", currency: "EUR",
            method: NewMethod(lane: "test", token: token.rawValue, label: "Visa, ends in 4242")))
      }
      let advance = AdvanceTestClock(kernel: company.kernel, journal: company.engine.journal)
      _ = try await advance.run(
        clock, to: try #require(Instant(iso8601: "2026-03-10T00:00:00Z")), by: Company.clerk)
      let ok = try #require(ids[.ok])
      _ = try await company.perform(PauseSubscription(subscription: ok, reason: "Ada Costa asked by telephone"))
      _ = try await company.perform(
        CancelSubscription(
          subscription: try #require(ids[.lateNotification]), when: .now, reason: "Ada Costa wrote a letter"))
      let told = try await told(company)
      let types = Set(told.map(\.type))
      let known = BillingModule.announcer.types.map(\.name)
      // No bank takes a test's money back.
      let others: Set = ["refund.refused", "chargeback.found", "chargeback.restored"]
      #expect(types == Set(known).subtracting(others) && Set(known).count == known.count)
      #expect(told.allSatisfy { $0.isTest })
      for one in told {
        let json = one.data.json
        for word in ["Ada", "example.com", "telephone", "letter", "Visa", "ref-", "tok_"] {
          #expect(!json.contains(word), "\(one.type): \(json)")
        }
        #expect(json.contains(#""customer":"#), "\(one.type)")
      }
      let settled = try #require(told.first { $0.type == "charge.settled" })
      #expect(settled.data.json.hasPrefix(#"{"amount":999,"charge":""#))
      #expect(settled.data.json.contains(#""subscription":""#) && settled.data.json.contains(#""currency":"EUR""#))
      let refused = try #require(told.first { $0.type == "charge.refused" })
      #expect(refused.data.json.contains(#""code":"card_declined""#))
      #expect(refused.data.json.contains(#""next":"2026-03-02T09:00:00Z""#))
    }
  }

  @Test("What is real is not called a test, and the other way round")
  func real() async throws {
    try await Company.open { company in
      try await company.offer()
      try await company.subscribe("real")
      try await company.settle()
      let told = try await told(company)
      #expect(told.map(\.type) == ["subscription.began", "charge.settled"] && told.allSatisfy { !$0.isTest })
    }
  }
}
