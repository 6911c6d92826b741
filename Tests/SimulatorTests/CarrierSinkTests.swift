import Crypto
import Foundation
import HTTPTypes
import Kernel
import NIOHTTP1
import Testing

@testable import Simulator

@Suite("Refunds and notifications over a real socket")
struct CarrierSinkTests {
  @Test("Refunds: partial, total, remaining amount, and no more than was paid")
  func refunds() async throws {
    try await withPartner { partner in
      let made = try await partner.call(.POST, "/payments", Caller.payment("r-1"))
      let id = try #require(made.json["paymentId"] as? String)
      func refund(_ reference: String, _ type: String, _ amount: String?) async throws -> Caller.Response {
        let charging = amount.map {
          #""chargingInformation": {"amount": \#($0), "currency": "EUR", "description": "x"}"#
        }
        return try await partner.call(
          .POST, "/carrier-billing-refund/v0.1/payments/\(id)/refunds",
          """
          {"type": "\(type)", "amountTransaction": {"clientCorrelator": "\(reference)", "referenceCode": "\(reference)",
           "refundAmount": {\(charging ?? "")}}}
          """)
      }
      let first = try await refund("f-1", "partial", "4.00")
      #expect(first.status == 201 && first.json["refundStatus"] as? String == "succeeded")
      #expect(try await refund("f-1", "partial", "4").bytes == first.bytes)
      #expect(try await refund("f-2", "partial", nil).status == 400)
      #expect(
        try await refund("f-2", "partial", "6").json["code"] as? String == "CARRIER_BILLING_REFUND.UNAUTHORIZED_AMOUNT")
      let left = try await partner.call(.GET, "/payments/\(id)/refunds/remaining-amount")
      #expect(left.text == #"{"amount":5.99,"currency":"EUR"}"#)
      #expect(try await refund("f-3", "total", nil).status == 201)
      #expect(try await partner.call(.GET, "/payments/\(id)/refunds").list.count == 2)
      let found = try await partner.call(.GET, "/payments/\(id)/refunds?clientCorrelator=f-3").list.first
      let refundID = try #require(found?["refundId"] as? String)
      #expect(try await partner.call(.GET, "/payments/\(id)/refunds/\(refundID)").status == 200)
      #expect(try await partner.call(.GET, "/payments/pay-0000000000000000/refunds/\(refundID)").status == 404)
    }
  }

  @Test("The result is told to the sink, with its bearer token and a signature that a receiver can check")
  func notified() async throws {
    let key = Data(repeating: 7, count: 32)
    try await withSink { port, received in
      try await withPartner({ $0.sinkSecret = "whsec_\(key.base64EncodedString())" }) { partner in
        let sink = """
          , "sink": "http://127.0.0.1:\(port)/hook", "sinkCredential": {"credentialType": "ACCESSTOKEN",
            "accessToken": "s3cret", "accessTokenExpiresUtc": "2099-01-01T00:00:00Z", "accessTokenType": "bearer"}
          """
        let made = try await partner.call(.POST, "/payments", Caller.payment("r-1", sink: sink))
        #expect(!made.text.contains("s3cret"))
        #expect(try await received.count(1) == 1)
        let message = try #require(received.all.first)
        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { message.headers[$0] } ?? "" }
        #expect(header("authorization") == "Bearer s3cret")
        #expect(header("content-type") == "application/cloudevents+json")
        let signed = Data("\(header("webhook-id")).\(header("webhook-timestamp")).".utf8) + Data(message.body)
        let code = Data(HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key)))
        #expect(header("webhook-signature") == "v1,\(code.base64EncodedString())")
        let event = try #require(try JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any])
        #expect(event["id"] as? String == header("webhook-id"))
        #expect(event["type"] as? String == "org.camaraproject.carrier-billing.v0.payment-completed")
        #expect(event["specversion"] as? String == "1.0" && event["clientcorrelator"] as? String == "r-1")
        let data = try #require(event["data"] as? [String: Any])
        #expect(data["paymentId"] as? String == made.json["paymentId"] as? String)
        #expect(data["status"] as? String == "succeeded" && data["paymentDate"] is String)
      }
    }
  }

  @Test("The signature is the one of the Standard Webhooks documentation")
  func signature() throws {
    let signer = try WebhookSigner(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    let headers = signer.headers(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: Instant(seconds: 1_614_265_330),
      body: Array(#"{"test": 2432232314}"#.utf8))
    #expect(headers.last?.1 == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    #expect(throws: WebhookSigner.BadSecret.self) { try WebhookSigner(secret: "hunter2") }
  }
}
