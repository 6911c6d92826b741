import Foundation
import Kernel
import Testing

@testable import Partners

@Suite("Asking carrier billing again", .timeLimit(.minutes(10)))
struct CarrierQueryTests {
  private func order(
    _ reference: String = "att-1", amount: Int64 = 999, currency: String = "EUR", method: String = "+34671999000"
  ) throws -> Order {
    try Fixture.order(reference, amount: amount, currency: currency, method: method, customer: nil)
  }

  private func query(
    _ mode: PartnerConfiguration.CorrelatorQuery, _ order: Order,
    _ answer: @escaping @Sendable (WireServer.Request) -> WireServer.Action
  ) async throws -> (Findings, [String]) {
    try await WireServer.with(answer) { server in
      let findings = try await Fixture.adapter(Fixture.camara(server.base, query: mode)) { adapter in
        try await #require(adapter as? any FindsEveryEffect).findAll(order)
      }
      return (findings, server.requests.map(\.target))
    }
  }

  @Test("An operator that filters by correlator is asked so; two payments under one are both told")
  func byCorrelator() async throws {
    let (findings, targets) = try await query(.byCorrelator, try order()) { _ in
      .answer(200, "[\(CamaraJSON.payment("pay-1")),\(CamaraJSON.payment("pay-2"))]")
    }
    #expect(targets == ["/carrier-billing/v0.3/payments?clientCorrelator=att-1"])
    #expect(findings.reply.transaction == "pay-1")
    #expect(findings.testimonies.map(\.transaction) == ["pay-1", "pay-2"])
    let (none, _) = try await query(.byCorrelator, try order()) { _ in .answer(200, "[]") }
    #expect(none.reply.verdict == .absent)
  }

  @Test("An operator that ignores the correlator has not said that there is no payment")
  func ignoresCorrelator() async throws {
    let (findings, _) = try await query(.byCorrelator, try order()) { _ in
      .answer(200, "[\(CamaraJSON.payment("pay-9", correlator: "att-9", code: "att-9"))]")
    }
    #expect(findings.reply.verdict.short == "unknown")
  }

  @Test("By the standard alone the list from the order's time on is read to its end")
  func byDate() async throws {
    let (findings, targets) = try await query(.byDate, try order()) { request in
      // The operator gives one a page, whatever is asked for.
      request.target.contains("page=2&")
        ? .answer(200, "[\(CamaraJSON.payment("pay-1"))]")
        : request.target.contains("page=1&")
          ? .answer(200, "[\(CamaraJSON.payment("pay-9", correlator: "att-9", code: "att-9"))]") : .answer(200, "[]")
    }
    let first =
      "/carrier-billing/v0.3/payments?paymentCreationDate.gte=2023-11-14T22%3A03%3A20Z&order=asc&page=1&perPage=50"
    #expect(targets.first == first)
    #expect(targets.count == 3)
    #expect(findings.reply.transaction == "pay-1")

    let (counted, pages) = try await query(.byDate, try order()) { _ in
      .answerWith(200, ["X-Total-Count: 1"], "[\(CamaraJSON.payment("pay-9", correlator: "att-9", code: "att-9"))]")
    }
    #expect(counted.reply.verdict == .absent)
    #expect(pages.count == 1)
  }

  @Test("A refund is looked for among the refunds of its payment")
  func refundQuery() async throws {
    let order = try Fixture.order("ref-1", kind: "refund", method: "+34671999000", original: "pay/1")
    let (findings, targets) = try await query(.byCorrelator, order) { _ in
      .answerWith(
        200, ["X-Total-Count: 2"], "[\(CamaraJSON.refund("ref-70", correlator: "ref-0")),\(CamaraJSON.refund())]")
    }
    #expect(targets.first?.hasPrefix("/carrier-billing-refund/v0.1/payments/pay%2F1/refunds?") == true)
    #expect(
      findings.reply == Reply(.done, transaction: "ref-77", amount: 999, currency: "EUR", raw: findings.reply.raw))
  }

  @Test("A payment whose id is known can be read by it")
  func retrieve() async throws {
    let reply = try await WireServer.with({ _ in .answer(200, CamaraJSON.payment(status: "processing")) }) { server in
      try await Fixture.adapter(Fixture.camara(server.base, query: .none)) { adapter in
        let order = try order()
        #expect(adapter.capabilities.query == .none)
        return try await #require(adapter as? any RetrievesTransactions).retrieve(order, transaction: "pay-1")
      }
    }
    #expect(reply.verdict == .pending)
  }
}
