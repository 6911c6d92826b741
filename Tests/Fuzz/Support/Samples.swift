import Billing
import Crypto
import Foundation
import Kernel

@testable import Partners

/// Good input, from which bad input is made, and the partners that read it.
enum Sample {
  /// 2023-11-14T22:13:20Z.
  static let now = Instant(seconds: 1_700_000_000)
  static let cardSecret = "whsec_test_4eC39HqLyjWDarjtT1zdp7dc"
  static let carrierKey = Array("0123456789abcdefghijklmnopqrstuv".utf8)
  static let sinkSecret = "a-sink-secret-1234"

  static let environment = [
    "KEY": "sk_test_12345", "CARD_HOOK": cardSecret, "CARRIER_HOOK": "whsec_" + Data(carrierKey).base64EncodedString(),
    "SINK": sinkSecret,
  ]

  /// Calls nobody. It lives as long as the process, as a client must be shut down otherwise.
  private static let http = PartnerHTTP()

  static func card() throws -> CardGateway {
    var configuration = PartnerConfiguration(
      lane: "card", kind: .stripe, baseURL: "http://127.0.0.1:1",
      secrets: ["apiKey": .environment("KEY"), "webhook": .environment("CARD_HOOK")])
    configuration.plainHTTP = true
    return try CardGateway(configuration, http: http, environment: environment)
  }

  static func carrier(_ proofs: [String] = ["webhook"]) throws -> CarrierBilling {
    var configuration = PartnerConfiguration(
      lane: "carrier", kind: .camara, baseURL: "http://127.0.0.1:1", secrets: ["accessToken": .environment("KEY")],
      sinkURL: "https://billing.example/hooks/carrier")
    if proofs.contains("webhook") { configuration.secrets["webhook"] = .environment("CARRIER_HOOK") }
    if proofs.contains("sink") { configuration.secrets["sink"] = .environment("SINK") }
    return try CarrierBilling(configuration, http: http, environment: environment)
  }

  static func debit() throws -> StatementDebit {
    var configuration = PartnerConfiguration(lane: "debit", kind: .debit, baseURL: "http://127.0.0.1:1", secrets: [:])
    configuration.capabilities = CapabilityOverrides()
    configuration.capabilities?.moreRefusals = ["MANDATE_REVOKED"]
    return try StatementDebit(configuration, http: http, environment: environment)
  }

  static func request(
    _ kind: String = "charge", reference: String = "att-1", method: String = "pm_1"
  ) throws -> PaymentRequest {
    let payment = PaymentOrder(
      amount: 999, currency: "EUR", method: method, customer: "cus_1", description: "Atlas Monthly 2026-03",
      original: kind == "refund" ? "pi_1" : nil)
    let payload = String(decoding: try PartnerJSON.encode(payment), as: UTF8.self)
    return try PaymentRequest(Order(reference: reference, kind: kind, payload: payload, preparedAt: now))
  }

  // MARK: - the card gateway

  static func intent(_ reference: String = "att-1", status: String = "succeeded", error: String = "null") -> String {
    #"{"id":"pi_1","object":"payment_intent","amount":999,"amount_received":999,"currency":"eur","status":"\#(status)","#
      + #""metadata":{"reference":"\#(reference)"},"last_payment_error":\#(error),"created":1700000000}"#
  }

  static func refund(_ reference: String = "att-1", status: String = "succeeded") -> String {
    #"{"id":"re_1","object":"refund","amount":999,"currency":"eur","status":"\#(status)","#
      + #""metadata":{"reference":"\#(reference)"},"created":1700000000}"#
  }

  static func event(_ type: String, _ object: String, id: String = "evt_1") -> String {
    #"{"id":"\#(id)","object":"event","type":"\#(type)","created":1700000005,"data":{"object":\#(object)}}"#
  }

  static func cardEvents(_ reference: String = "att-1") -> [String] {
    let declined = #"{"type":"card_error","code":"card_declined","decline_code":"expired_card"}"#
    return [
      event("payment_intent.succeeded", intent(reference)),
      event("payment_intent.processing", intent(reference, status: "processing")),
      event("payment_intent.canceled", intent(reference, status: "canceled")),
      event("payment_intent.payment_failed", intent(reference, status: "requires_payment_method", error: declined)),
      event("refund.updated", refund(reference)),
      event(
        "charge.refunded",
        #"{"id":"ch_1","object":"charge","amount_refunded":300,"currency":"eur","payment_intent":"pi_1","#
          + #""metadata":{"reference":"\#(reference)"}}"#),
    ]
  }

  static func signCard(_ body: [UInt8], at time: String = "1700000000") -> [String: String] {
    let code = Hmac.hex(Hmac.code([Array("\(time).".utf8), body], key: Array(cardSecret.utf8)))
    return ["stripe-signature": "t=\(time),v1=\(code)"]
  }

  // MARK: - the carrier

  static func carrierEvent(_ type: String, reference: String? = "att-1", id: String = "e-1") -> String {
    let correlator = reference.map { #","clientcorrelator":"\#($0)""# } ?? ""
    let data = #""paymentId":"pay-1","refundId":"ref-1","status":"succeeded","description":"Payment completed""#
    return #"{"id":"\#(id)","source":"urn:operator","specversion":"1.0","type":"org.camaraproject.\#(type)","#
      + #""datacontenttype":"application/json","time":"2023-11-14T22:13:20.125Z"\#(correlator),"data":{\#(data)}}"#
  }

  static func carrierEvents(_ reference: String? = "att-1") -> [String] {
    [
      "carrier-billing.v0.payment-completed", "carrier-billing.v0.payment-denied",
      "carrier-billing.v1.payment-cancelled",
      "carrier-billing-refund.v0.refund-completed", "carrier-billing-refund.v0.refund-in-bill",
    ].map { carrierEvent($0, reference: reference) }
  }

  static func signCarrier(
    _ body: [UInt8], id: String = "msg_1", at time: String = "1700000000", token: String? = nil
  ) -> [String: String] {
    let code = Hmac.code([Array("\(id).\(time).".utf8), body], key: carrierKey)
    var headers = [
      "webhook-id": id, "webhook-timestamp": time, "webhook-signature": "v1,\(Data(code).base64EncodedString())",
    ]
    if let token { headers["authorization"] = "Bearer \(token)" }
    return headers
  }

  static func payment(status: String = "succeeded", amount: String = "9.99") -> String {
    #"{"paymentId":"pay-1","paymentStatus":"\#(status)","paymentCreationDate":"2023-11-14T22:13:20.500Z","#
      + #""amountTransaction":{"phoneNumber":"+34671999000","clientCorrelator":"att-1","referenceCode":"att-1","#
      + #""paymentAmount":{"chargingInformation":{"amount":\#(amount),"currency":"EUR","description":"Atlas"}}}}"#
  }

  /// An order as the carrier takes it.
  static let request =
    #"{"amountTransaction":{"phoneNumber":"+34671999000","clientCorrelator":"att-1","referenceCode":"att-1","paymentAmount":"#
    + #"{"chargingInformation":{"amount":9.99,"currency":"EUR","description":"Atlas"}}},"sink":"http://127.0.0.1:1/hook"}"#

  /// Words that the readers of these formats look for.
  static let words = [
    "att-1", "att-2", "succeeded", "processing", "canceled", "cancelled", "failed", "requires_payment_method", "denied",
    "requires_action", "pi_1", "payment_intent", "refund", "event", "charge", "eur", "EUR", "jpy", "isk", "mga", "kwd",
    "usd", "card_declined", "MANDATE_REVOKED", "rate_limit", "payment_intent.succeeded", "refund.failed",
    "charge.refunded", "1.0", "org.camaraproject.carrier-billing.v0.payment-completed", "urn:operator",
  ]
}
