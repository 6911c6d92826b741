import Foundation
import Kernel
import Testing

@testable import Partners

@Suite("Notifications of carrier billing")
struct CarrierEventTests {
  private let reference = "att-1"

  private func open(
    _ body: String, token: String? = nil, signed: Bool = true, secrets: [String] = ["sink", "webhook"],
    now: Instant = signedAt
  ) async throws -> [Testimony] {
    try await Fixture.adapter(Fixture.camara("https://operator.example", secrets: secrets)) { adapter in
      let sink = try SinkToken(secret: Secret(Fixture.environment["SINK"] ?? ""))
      var headers = ["authorization": "Bearer " + (token ?? sink.token(for: reference, preparedAt: signedAt))]
      if signed {
        let key = Array("0123456789abcdefghijklmnopqrstuv".utf8)
        let code = Hmac.code([Array("msg_1.1700000000.".utf8), Array(body.utf8)], key: key)
        headers["webhook-id"] = "msg_1"
        headers["webhook-timestamp"] = "1700000000"
        headers["webhook-signature"] = "v1,\(Data(code).base64EncodedString())"
      }
      return try adapter.open(InboundMessage(headers: headers, body: Array(body.utf8)), now: now)
    }
  }

  private func event(_ type: String, data: String, extra: String = "") -> String {
    #"{"id":"e-1","source":"urn:operator","specversion":"1.0","type":"org.camaraproject.\#(type)","#
      + #""datacontenttype":"application/json","time":"2023-11-14T22:13:20.125Z"\#(extra),"data":{\#(data)}}"#
  }

  private let paid = #""paymentId":"pay-1","status":"succeeded","description":"Payment completed""#

  @Test("An event that names only the operator's id is matched by the order's own token")
  func completed() async throws {
    let told = try await open(event("carrier-billing.v0.payment-completed", data: paid))
    #expect(
      told == [
        Testimony(
          eventID: "urn:operator#e-1", reference: "att-1", transaction: "pay-1", kind: "charge", verdict: .done,
          amount: nil, currency: nil, occurredAt: Instant(microseconds: 1_700_000_000_125_000))
      ])
  }

  @Test(
    "Each event says one thing",
    arguments: [
      ("carrier-billing.v0.payment-denied", #""paymentId":"pay-1","status":"failed""#, "charge", "refused denied"),
      ("carrier-billing.v1.payment-cancelled", #""paymentId":"pay-1","status":"succeeded""#, "charge", "cancelled"),
      ("carrier-billing-refund.v0.refund-completed", #""paymentId":"pay-1","refundId":"re-1""#, "refund", "done"),
      (
        "carrier-billing-refund.v0.refund-denied", #""paymentId":"pay-1","refundId":"re-1""#, "refund", "refused denied"
      ),
      ("carrier-billing-refund.v0.refund-in-bill", #""paymentId":"pay-1","refundId":"re-1""#, "refund", "pending"),
    ])
  func events(_ type: String, _ data: String, _ kind: String, _ verdict: String) async throws {
    let told = try await open(event(type, data: data))
    #expect(told.map(\.kind) == [kind])
    #expect(told.map(\.verdict.short) == [verdict])
    #expect(told.map(\.transaction) == [kind == "charge" ? "pay-1" : "re-1"])
  }

  @Test("Events of two-step payments are none of our business")
  func others() async throws {
    #expect(try await open(event("carrier-billing.v0.payment-reserved", data: paid)) == [])
    #expect(try await open(event("sim-swap.v0.swapped", data: paid)) == [])
  }

  @Test("Every proof that is configured must hold")
  func proofs() async throws {
    let body = event("carrier-billing.v0.payment-completed", data: paid)
    await #expect(throws: InboundRejection.unsigned) { try await open(body, signed: false) }
    await #expect(throws: InboundRejection.badSignature) { try await open(body, token: "abc") }
    await #expect(throws: InboundRejection.stale) { try await open(body, now: signedAt + .minutes(6)) }
    #expect(try await open(body, signed: false, secrets: ["sink"]).count == 1)
    #expect(try await open(body, token: "whatever", secrets: ["webhook"]).map(\.reference) == [nil])
  }

  @Test("An operator that names our reference is taken at its word, but not against the token")
  func named() async throws {
    let type = "carrier-billing.v0.payment-completed"
    let same = event(type, data: paid, extra: #","clientcorrelator":"att-1""#)
    #expect(try await open(same, secrets: ["webhook"]).map(\.reference) == ["att-1"])
    let other = event(type, data: paid, extra: #","clientcorrelator":"att-2""#)
    await #expect(throws: InboundRejection.self) { try await open(other) }
  }
}
