import Foundation
import Kernel
import TestSupport
import Testing

@testable import Partners

/// Against `localstripe` (PyPI) as a process of its own: an imitation of Stripe that ignores idempotency keys.
/// `AMENDS_TEST_LOCALSTRIPE` names its executable.
@Suite(
  "The card gateway against localstripe", .serialized, .timeLimit(.minutes(10)),
  .enabled(if: Localstripe.executable != nil, "AMENDS_TEST_LOCALSTRIPE names no localstripe executable"))
struct LocalstripeTests {
  private func run(
    timeout: Int64 = 10_000, _ body: (any FindsEveryEffect & RetrievesTransactions, Localstripe) async throws -> Void
  ) async throws {
    let process = try await Localstripe()
    defer { process.stop() }
    var configuration = Fixture.stripe(process.base, plain: true, timeout: timeout)
    configuration.capabilities?.replayWindowSeconds = 0
    configuration.capabilities?.queryLagSeconds = 5
    try await Fixture.adapter(configuration) { adapter in
      try await body(try #require(adapter as? any FindsEveryEffect & RetrievesTransactions), process)
    }
  }

  private func order(_ reference: String, _ payer: Localstripe.Payer, amount: Int64 = 999) throws -> Order {
    try Fixture.order(reference, amount: amount, method: payer.method, customer: payer.customer)
  }

  @Test("A charge is paid, found again by our reference and by its id, and given back")
  func paid() async throws {
    try await run { adapter, stripe in
      let payer = try await stripe.payer("pm_card_visa")
      let order = try order("att-1", payer)
      #expect(await adapter.query(order).verdict == .absent)
      let reply = await adapter.perform(order)
      #expect(reply.verdict == .done, "\(reply)")
      #expect((reply.amount, reply.currency) == (999, "EUR"))
      let transaction = try #require(reply.transaction)

      let findings = await adapter.findAll(order)
      #expect(findings.reply.verdict == .done)
      #expect(findings.testimonies.map(\.transaction) == [transaction])
      #expect(await adapter.retrieve(order, transaction: transaction).verdict == .done)

      let refund = try Fixture.order("ref-1", kind: "refund", amount: 300, original: transaction)
      #expect(await adapter.query(refund).verdict == .absent)
      let given = await adapter.perform(refund)
      #expect(given.verdict == .done, "\(given)")
      #expect(await adapter.query(refund).transaction == given.transaction)
    }
  }

  @Test("The same reference twice is two captures here, and the query finds both")
  func twice() async throws {
    try await run { adapter, stripe in
      let order = try order("att-1", try await stripe.payer("pm_card_visa"))
      let first = await adapter.perform(order)
      let second = await adapter.perform(order)
      #expect(first.verdict == .done && second.verdict == .done)
      let findings = await adapter.findAll(order)
      #expect(Set(findings.testimonies.map(\.transaction)) == [first.transaction, second.transaction])
      #expect(findings.testimonies.count == 2)
      #expect(findings.testimonies.allSatisfy { $0.verdict == .done })
    }
  }

  @Test("A decline and a card that wants its owner are refusals, in the answer and in the query")
  func declined() async throws {
    try await run { adapter, stripe in
      let declined = try order("att-1", try await stripe.payer("pm_card_chargeCustomerFail"))
      #expect(await adapter.perform(declined).verdict == .refused(code: "card_declined"))
      #expect(await adapter.query(declined).verdict == .refused(code: "card_declined"))
      let absentee = try order("att-2", try await stripe.payer(number: "4000002500003155"))
      #expect(await adapter.perform(absentee).verdict == .refused(code: "requires_action"))
      #expect(await adapter.query(absentee).verdict == .refused(code: "requires_action"))
      let gone = try order("att-3", .init(customer: "cus_gone", method: "pm_gone"))
      #expect(await adapter.perform(gone).verdict.short == "unknown")
      #expect(await adapter.query(gone).verdict == .absent)
    }
  }

  @Test("Charged, but the answer never came: UNKNOWN, and the query finds the charge")
  func lostAnswer() async throws {
    try await run(timeout: 2_000) { adapter, stripe in
      let order = try order("att-1", try await stripe.payer("pm_card_visa"))
      stripe.freeze()
      let reply = await adapter.perform(order)
      #expect(reply.verdict.short == "unknown", "\(reply)")
      stripe.thaw()
      var found = await adapter.query(order)
      for _ in 0..<20 where found.verdict != .done {
        try await Task.sleep(for: .milliseconds(100))
        found = await adapter.query(order)
      }
      #expect(found.verdict == .done)
    }
  }

  @Test("Down: nothing was sent, and a query says nothing")
  func down() async throws {
    try await run { adapter, stripe in
      let order = try order("att-1", .init(customer: "cus_1", method: "pm_1"))
      stripe.stop()
      #expect(await adapter.perform(order).verdict.short == "not sent")
      #expect(await adapter.query(order).verdict.short == "unknown")
    }
  }

  @Test("Its notifications are authentic and name the transaction that the call's answer named")
  func notified() async throws {
    try await WireServer.with({ _ in .answer(200, "") }) { hook in
      try await run { adapter, stripe in
        try await stripe.post(
          "/_config/webhooks/amends", "url=\(hook.base)/hook&secret=\(Fixture.environment["STRIPE_HOOK"] ?? "")")
        let paid = await adapter.perform(try order("att-1", try await stripe.payer("pm_card_visa")))
        _ = await adapter.perform(try order("att-2", try await stripe.payer("pm_card_chargeCustomerFail")))
        let names = ["payment_intent.succeeded", "payment_intent.payment_failed"]
        func arrived() -> [WireServer.Request] {
          hook.requests.filter { request in names.contains { request.body.contains($0) } }
        }
        for _ in 0..<60 where arrived().count < 2 { try await Task.sleep(for: .milliseconds(100)) }
        let now = Instant(seconds: Int64(Date().timeIntervalSince1970))
        let told = try arrived().flatMap {
          try adapter.open(InboundMessage(headers: $0.headers, body: Array($0.body.utf8)), now: now)
        }
        let first = try #require(told.first { $0.reference == "att-1" })
        #expect((first.transaction, first.verdict, first.amount) == (paid.transaction, .done, 999))
        let second = try #require(told.first { $0.reference == "att-2" })
        #expect(second.verdict == .refused(code: "card_declined"))
      }
    }
  }
}
