import Foundation
import Kernel
import Testing

@testable import Partners

enum CamaraJSON {
  static func payment(
    _ id: String = "pay-1", status: String = "succeeded", amount: String = "9.99", currency: String = "EUR",
    correlator: String? = "att-1", code: String = "att-1"
  ) -> String {
    let name = correlator.map { #""clientCorrelator":"\#($0)","# } ?? ""
    return #"{"paymentId":"\#(id)","paymentStatus":"\#(status)","paymentCreationDate":"2023-11-14T22:13:20.500Z","#
      + #""amountTransaction":{"phoneNumber":"+34671999000",\#(name)"referenceCode":"\#(code)","paymentAmount":"#
      + #"{"chargingInformation":{"amount":\#(amount),"currency":"\#(currency)","description":"x"}}}}"#
  }

  static func refund(_ id: String = "ref-77", status: String = "succeeded", correlator: String = "ref-1") -> String {
    #"{"refundId":"\#(id)","refundStatus":"\#(status)","type":"partial","refundCreationDate":"2023-11-14T22:13:20Z","#
      + #""amountTransaction":{"clientCorrelator":"\#(correlator)","referenceCode":"\#(correlator)","refundAmount":"#
      + #"{"chargingInformation":{"amount":9.99,"currency":"EUR","description":"x"}}}}"#
  }

  static func error(_ status: Int, _ code: String) -> String {
    #"{"status":\#(status),"code":"\#(code)","message":"…"}"#
  }
}

@Suite("Carrier billing over CAMARA", .timeLimit(.minutes(10)))
struct CarrierBillingTests {
  private func order(
    _ reference: String = "att-1", amount: Int64 = 999, currency: String = "EUR", method: String = "+34671999000"
  ) throws -> Order {
    try Fixture.order(reference, amount: amount, currency: currency, method: method, customer: nil)
  }

  private func perform(_ status: Int, _ body: String, _ order: Order) async throws -> (Reply, [WireServer.Request]) {
    try await WireServer.with({ _ in .answer(status, body) }) { server in
      let reply = try await Fixture.adapter(Fixture.camara(server.base)) { await $0.perform(order) }
      return (reply, server.requests)
    }
  }

  @Test("A charge is a one-step payment with our reference as correlator and a sink of its own")
  func charge() async throws {
    let (reply, requests) = try await perform(201, CamaraJSON.payment(), try order())
    let request = try #require(requests.first)
    #expect(request.target == "/carrier-billing/v0.3/payments")
    #expect(request.headers["x-correlator"] == "att-1")
    let token = try SinkToken(secret: Secret(Fixture.environment["SINK"] ?? "")).token(
      for: "att-1", preparedAt: signedAt)
    #expect(
      request.body
        == #"{"amountTransaction":{"clientCorrelator":"att-1","paymentAmount":{"chargingInformation":{"amount":9.99,"#
        + #""currency":"EUR","description":"Atlas Monthly 2026-03","isTaxIncluded":true}},"#
        + #""phoneNumber":"+34671999000","referenceCode":"att-1"},"sink":"https://billing.example/hooks/carrier","#
        + #""sinkCredential":{"accessToken":"#
        + #""\#(token)","accessTokenExpiresUtc":"2024-03-13T22:13:20Z","accessTokenType":"bearer","#
        + #""credentialType":"ACCESSTOKEN"}}"#)
    #expect(reply == Reply(.done, transaction: "pay-1", amount: 999, currency: "EUR", raw: reply.raw))
  }

  @Test(
    "Amounts are decimal numbers of the main unit, exactly",
    arguments: [
      ("EUR", 1, "0.01"), ("EUR", 999, "9.99"), ("EUR", 100_000, "1000"), ("JPY", 1_500, "1500"),
      ("KWD", 1_234, "1.234"),
      ("EUR", 9_007_199_254_740_993, "90071992547409.93"),
    ])
  func amounts(_ currency: String, _ minor: Int64, _ text: String) async throws {
    let (reply, requests) = try await perform(
      201, CamaraJSON.payment(amount: text, currency: currency), try order(amount: minor, currency: currency))
    #expect(requests.first?.body.contains(#""amount":\#(text),"#) == true, "\(requests)")
    #expect((reply.verdict, reply.amount) == (.done, minor))
  }

  static let answers: [(String, Int, String, String)] = [
    ("taken in", 201, CamaraJSON.payment(status: "processing"), "pending"),
    ("denied", 201, CamaraJSON.payment(status: "denied"), "refused denied"),
    ("reserved: that is the other interface", 201, CamaraJSON.payment(status: "reserved"), "unknown"),
    ("no correlator, but the code", 201, CamaraJSON.payment(correlator: nil), "done"),
    ("another correlator", 201, CamaraJSON.payment(correlator: "att-2"), "unknown"),
    ("another code", 201, CamaraJSON.payment(code: "att-2"), "unknown"),
    ("another amount", 201, CamaraJSON.payment(amount: "99.90"), "unknown"),
    ("a part of a cent", 201, CamaraJSON.payment(amount: "9.995"), "unknown"),
    ("another currency", 201, CamaraJSON.payment(currency: "USD"), "unknown"),
    ("no id", 201, #"{"paymentStatus":"succeeded"}"#, "unknown"),
    (
      "denied by business", 403, CamaraJSON.error(403, "CARRIER_BILLING.PAYMENT_DENIED"),
      "refused CARRIER_BILLING.PAYMENT_DENIED"
    ),
    (
      "over the limit", 422, CamaraJSON.error(422, "CARRIER_BILLING.USER_AMOUNT_THRESHOLD_OVERPASSED"),
      "refused CARRIER_BILLING.USER_AMOUNT_THRESHOLD_OVERPASSED"
    ),
    // The same code for nonsense and for a correlator that is there already.
    ("invalid, or known already", 400, CamaraJSON.error(400, "INVALID_ARGUMENT"), "unknown"),
    ("known already", 409, CamaraJSON.error(409, "ALREADY_EXISTS"), "unknown"),
    ("too fast", 429, CamaraJSON.error(429, "TOO_MANY_REQUESTS"), "not sent"),
    ("our token has expired", 401, CamaraJSON.error(401, "UNAUTHENTICATED"), "not sent"),
    ("401 of somebody in between", 401, "<html>", "unknown"),
    ("a refusal under 500", 500, CamaraJSON.error(500, "CARRIER_BILLING.PAYMENT_DENIED"), "unknown"),
  ]

  @Test("Each answer means exactly one thing", arguments: answers.indices)
  func answer(_ index: Int) async throws {
    let (name, status, body, expected) = Self.answers[index]
    let (reply, _) = try await perform(status, body, try order())
    #expect(reply.verdict.short == expected, "\(name): \(reply.verdict)")
  }

  @Test(
    "Without a phone number nobody is charged",
    arguments: ["pm_1", "34671999000", "+034671999", "+123", "+346719990001234567"])
  func phone(_ method: String) async throws {
    let (reply, requests) = try await perform(201, "", try order(method: method))
    #expect(reply.verdict.short == "not sent")
    #expect(requests.isEmpty)
  }

  @Test("A refund is partial, with its amount, of the payment it names")
  func refund() async throws {
    let order = try Fixture.order("ref-1", kind: "refund", method: "+34671999000", original: "pay-1")
    let (reply, requests) = try await perform(201, CamaraJSON.refund(status: "processing"), order)
    #expect(requests.first?.target == "/carrier-billing-refund/v0.1/payments/pay-1/refunds")
    #expect(requests.first?.body.contains(#""type":"partial""#) == true)
    #expect((reply.verdict, reply.transaction) == (.pending, "ref-77"))
  }
}
