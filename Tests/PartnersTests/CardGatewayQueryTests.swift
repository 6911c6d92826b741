import Kernel
import Testing

@testable import Partners

@Suite("Asking the card gateway again", .timeLimit(.minutes(10)))
struct CardGatewayQueryTests {
  private func query(
    _ order: Order, plain: Bool = false, _ answer: @escaping @Sendable (WireServer.Request) -> WireServer.Action
  ) async throws -> (Findings, [WireServer.Request]) {
    try await WireServer.with(answer) { server in
      let findings = try await Fixture.adapter(Fixture.stripe(server.base, plain: plain)) { adapter in
        try await #require(adapter as? any FindsEveryEffect).findAll(order)
      }
      return (findings, server.requests)
    }
  }

  @Test("The list is asked by customer and time, never the search")
  func listed() async throws {
    let (findings, requests) = try await query(try Fixture.order()) { _ in
      .answer(200, StripeJSON.list([StripeJSON.intent("pi_0", reference: "att-0"), StripeJSON.intent("pi_1")]))
    }
    #expect(requests.map(\.target) == ["/v1/payment_intents?limit=100&customer=cus_1&created%5Bgte%5D=1699999400"])
    #expect(findings.reply.verdict == .done)
    #expect(findings.reply.transaction == "pi_1")
    #expect(findings.testimonies.map(\.transaction) == ["pi_1"])
  }

  @Test("Two captures under one reference are both told, the first of them as the answer")
  func twice() async throws {
    let (findings, requests) = try await query(try Fixture.order(), plain: true) { request in
      // Newest first, over two pages.
      request.target.contains("starting_after=pi_8")
        ? .answer(200, StripeJSON.list([StripeJSON.intent("pi_1", created: 1_700_000_001)]))
        : .answer(
          200,
          StripeJSON.list(
            [
              StripeJSON.intent("pi_9", created: 1_700_000_900),
              StripeJSON.intent("pi_8", reference: "att-8", created: 1_700_000_800),
            ], more: true))
    }
    #expect(
      requests.map(\.target) == ["/v1/payment_intents?limit=100", "/v1/payment_intents?limit=100&starting_after=pi_8"])
    #expect(findings.reply.transaction == "pi_1")
    #expect(findings.testimonies.map(\.transaction) == ["pi_1", "pi_9"])
    #expect(findings.testimonies.allSatisfy { $0.verdict == .done && $0.reference == "att-1" && $0.amount == 999 })
    #expect(Set(findings.testimonies.map(\.eventID)).count == 2)
  }

  @Test("A capture outweighs a decline under the same reference")
  func weight() async throws {
    let declined = StripeJSON.intent(
      "pi_1", status: "requires_payment_method", error: #"{"code":"card_declined"}"#, created: 1)
    let (findings, _) = try await query(try Fixture.order()) { _ in
      .answer(200, StripeJSON.list([declined, StripeJSON.intent("pi_2", created: 2)]))
    }
    #expect(findings.reply.verdict == .done)
    #expect(findings.testimonies.map(\.verdict.short) == ["refused card_declined", "done"])
  }

  @Test("Nothing in the whole list: absent. Half a list: unknown")
  func absent() async throws {
    let (findings, _) = try await query(try Fixture.order()) { _ in .answer(200, StripeJSON.list([])) }
    #expect(findings.reply.verdict == .absent)

    let (half, _) = try await query(try Fixture.order()) { request in
      request.target.contains("starting_after")
        ? .answer(500, "") : .answer(200, StripeJSON.list([StripeJSON.intent("pi_0", reference: "att-0")], more: true))
    }
    #expect(half.reply.verdict.short == "unknown")
  }

  @Test("A list without an end is given up after a bound, as unknown")
  func endless() async throws {
    let (findings, requests) = try await query(try Fixture.order()) { _ in
      .answer(200, StripeJSON.list([StripeJSON.intent("pi_0", reference: "att-0")], more: true))
    }
    #expect(findings.reply.verdict.short == "unknown")
    #expect(requests.count == CardGateway.pages)
  }

  @Test("A capture of another amount under our reference is unknown, and its amount is told")
  func otherAmount() async throws {
    let (findings, _) = try await query(try Fixture.order()) { _ in
      .answer(200, StripeJSON.list([StripeJSON.intent(amount: 5_000)]))
    }
    #expect(findings.reply.verdict.short == "unknown")
    #expect(findings.testimonies.first?.amount == 5_000)
    #expect(findings.testimonies.first?.verdict == .done)
  }

  @Test("A refund is looked for among the refunds of its payment")
  func refundQuery() async throws {
    let order = try Fixture.order("ref-1", kind: "refund", original: "pi_7")
    let (findings, requests) = try await query(order) { _ in
      .answer(200, StripeJSON.list([StripeJSON.refund("re_0", reference: nil), StripeJSON.refund(status: "pending")]))
    }
    #expect(requests.map(\.target) == ["/v1/refunds?limit=100&payment_intent=pi_7"])
    #expect(findings.reply.verdict == .pending)
    #expect(findings.testimonies.map(\.kind) == ["refund"])
  }
}
