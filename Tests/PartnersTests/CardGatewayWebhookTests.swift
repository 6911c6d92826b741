import Foundation
import Kernel
import Testing

@testable import Partners

@Suite("Notifications of the card gateway")
struct CardGatewayWebhookTests {
  private func open(_ body: String) async throws -> [Testimony] {
    try await Fixture.adapter(Fixture.stripe("https://api.stripe.com")) { adapter in
      let key = Array("whsec_test_4eC39HqLyjWDarjtT1zdp7dc".utf8)
      let signature = Hmac.hex(Hmac.code([Array("1700000000.".utf8), Array(body.utf8)], key: key))
      let message = InboundMessage(
        headers: ["stripe-signature": "t=1700000000,v1=\(signature)"], body: Array(body.utf8))
      return try adapter.open(message, now: signedAt)
    }
  }

  private func event(_ type: String, _ object: String, id: String = "evt_1") -> String {
    #"{"id":"\#(id)","object":"event","type":"\#(type)","created":1700000005,"data":{"object":\#(object)}}"#
  }

  @Test("A capture is told under the id that the call's answer has")
  func succeeded() async throws {
    let told = try await open(event("payment_intent.succeeded", StripeJSON.intent("pi_42")))
    #expect(
      told == [
        Testimony(
          eventID: "evt_1", reference: "att-1", transaction: "pi_42", kind: "charge", verdict: .done, amount: 999,
          currency: "EUR", occurredAt: Instant(seconds: 1_700_000_005))
      ])
  }

  @Test(
    "Each event of a payment says one thing",
    arguments: [
      ("payment_intent.processing", "processing", "null", "pending"),
      ("payment_intent.canceled", "canceled", "null", "cancelled"),
      (
        "payment_intent.payment_failed", "requires_payment_method",
        #"{"code":"card_declined","decline_code":"expired_card"}"#, "refused expired_card"
      ),
      ("payment_intent.payment_failed", "requires_payment_method", #"{"code":"novel"}"#, "unknown"),
      ("payment_intent.payment_failed", "requires_payment_method", "null", "unknown"),
      // The name of the event and the payment in it do not agree.
      ("payment_intent.payment_failed", "succeeded", "null", "unknown"),
      ("payment_intent.succeeded", "requires_payment_method", #"{"code":"card_declined"}"#, "unknown"),
    ])
  func events(_ type: String, _ status: String, _ error: String, _ expected: String) async throws {
    let told = try await open(event(type, StripeJSON.intent(status: status, error: error)))
    #expect(told.map(\.verdict.short) == [expected])
  }

  @Test("A refund is told under its own reference and id")
  func refund() async throws {
    for type in ["refund.created", "refund.updated", "charge.refund.updated"] {
      let told = try await open(event(type, StripeJSON.refund("re_5")))
      #expect(told.map(\.reference) == ["ref-1"])
      #expect(told.map(\.transaction) == ["re_5"])
      #expect(told.map(\.kind) == ["refund"])
      #expect(told.map(\.verdict) == [.done])
    }
    let failed = try await open(event("refund.failed", StripeJSON.refund(status: "failed")))
    #expect(failed.map(\.verdict) == [.refused(code: "refund_failed")])
  }

  @Test("What was given back of a charge so far is no refund of ours, and not the charge")
  func refunded() async throws {
    let charge =
      #"{"id":"ch_1","object":"charge","amount_refunded":300,"currency":"eur","payment_intent":"pi_42","#
      + #""metadata":{"reference":"att-1"}}"#
    let told = try await open(event("charge.refunded", charge))
    #expect(told.map(\.kind) == ["refunded"])
    #expect(told.map(\.transaction) == ["pi_42"])
    #expect(told.map(\.amount) == [300])
  }

  @Test("A dispute that moves money names the payment by Stripe's number, and itself by its own")
  func disputed() async throws {
    let dispute =
      #"{"id":"du_1","object":"dispute","amount":999,"currency":"eur","charge":"ch_1","payment_intent":"pi_42","#
      + #""status":"needs_response"}"#
    let taken = try await open(event("charge.dispute.funds_withdrawn", dispute))
    #expect(taken.map(\.verdict) == [.reversed(by: "du_1")])
    #expect(taken.map(\.transaction) == ["pi_42"] && taken.map(\.reference) == [nil])
    #expect(taken.map(\.amount) == [999] && taken.map(\.currency) == ["EUR"])
    let won = try await open(event("charge.dispute.funds_reinstated", dispute))
    #expect(won.map(\.verdict) == [.restored(by: "du_1")])
    for silent in ["charge.dispute.created", "charge.dispute.closed"] {
      #expect(try await open(event(silent, dispute)) == [])
    }
  }

  @Test("Payments of other systems and other events are none of our business")
  func notOurs() async throws {
    #expect(try await open(event("payment_intent.succeeded", StripeJSON.intent(reference: nil))) == [])
    #expect(try await open(event("refund.updated", StripeJSON.refund(reference: nil))) == [])
    #expect(try await open(event("customer.created", #"{"id":"cus_1"}"#)) == [])
  }

  @Test(
    "An authentic message that cannot be read is refused",
    arguments: [
      "", "[]", "{}", #"{"id":"evt_1","object":"list"}"#,
      #"{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1,"data":{}}"#,
    ])
  func unreadable(_ body: String) async throws {
    await #expect(throws: InboundRejection.self) { try await open(body) }
  }
}
