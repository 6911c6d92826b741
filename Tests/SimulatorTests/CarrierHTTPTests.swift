import Crypto
import Foundation
import HTTPTypes
import Kernel
import NIOCore
import NIOHTTP1
import Testing

@testable import Simulator

@Suite("Carrier billing over a real socket")
struct CarrierHTTPTests {
  @Test("A payment is created, read, listed by our correlator, and repeated without a second charge")
  func payment() async throws {
    try await withPartner { partner in
      let made = try await partner.call(
        .POST, "/carrier-billing/v0.3/payments", Caller.payment("r-1"), headers: [("x-correlator", "trace-7")])
      #expect(made.status == 201)
      #expect(made.headers.first(name: "x-correlator") == "trace-7")
      #expect(made.json["paymentStatus"] as? String == "succeeded")
      let id = try #require(made.json["paymentId"] as? String)
      let transaction = try #require(made.json["amountTransaction"] as? [String: Any])
      #expect(transaction["clientCorrelator"] as? String == "r-1")
      #expect(made.text.contains(#""amount":9.99,"#))

      let again = try await partner.call(.POST, "/payments", Caller.payment("r-1"))
      #expect(again.json["paymentId"] as? String == id)
      #expect(try await partner.call(.GET, "/payments/\(id)").bytes == made.bytes)
      let listed = try await partner.call(.GET, "/payments?clientCorrelator=r-1")
      #expect(listed.list.map { $0["paymentId"] as? String } == [id])
      #expect(listed.headers.first(name: "X-Total-Count") == "1")
      #expect(try await partner.call(.GET, "/payments?clientCorrelator=r-2").text == "[]")
      #expect(try await partner.call(.GET, "/payments/pay-0000000000000000").status == 404)
      let other = try await partner.call(.POST, "/payments", Caller.payment("r-1", amount: "1"))
      #expect(other.status == 409 && other.json["code"] as? String == "ALREADY_EXISTS")
      let truth = try await partner.call(.GET, "/_truth/references/r-1")
      #expect(((truth.json["totals"] as? [[String: Any]])?.first?["captures"] as? Int) == 1)
    }
  }

  @Test("The list filters by date, state and order, and pages")
  func list() async throws {
    try await withPartner { partner in
      for number in 0..<5 { _ = try await partner.call(.POST, "/payments", Caller.payment("r-\(number)")) }
      func ids(_ query: String) async throws -> [String] {
        try await partner.call(.GET, "/payments?\(query)").list.compactMap {
          ($0["amountTransaction"] as? [String: Any])?["clientCorrelator"] as? String
        }
      }
      #expect(try await ids("order=asc&perPage=2&page=2") == ["r-2", "r-3"])
      #expect(try await ids("perPage=2") == ["r-4", "r-3"])
      #expect(try await ids("paymentStatus=denied,cancelled").isEmpty)
      #expect(try await ids("paymentCreationDate.lte=2001-01-01T00:00:00Z").isEmpty)
      #expect(try await ids("paymentCreationDate.gte=2001-01-01T00:00:00%2B01:00").count == 5)
      #expect(try await partner.call(.GET, "/payments?page=0").json["code"] as? String == "OUT_OF_RANGE")
      let range = "paymentCreationDate.gte=2002-01-01T00:00:00Z&paymentCreationDate.lte=2001-01-01T00:00:00Z"
      #expect(
        try await partner.call(.GET, "/payments?\(range)").json["code"] as? String
          == "CARRIER_BILLING.INVALID_DATE_RANGE")
      #expect(try await partner.call(.GET, "/payments?paymentStatus=maybe").status == 400)
    }
  }

  struct Wrong: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var body: String
    var status: UInt = 400
    var code = "INVALID_ARGUMENT"

    static let all = [
      Wrong(testDescription: "not JSON", body: "{"),
      Wrong(testDescription: "nothing in it", body: "{}"),
      Wrong(testDescription: "no amount", body: Caller.payment("r", amount: "0")),
      Wrong(testDescription: "a negative amount", body: Caller.payment("r", amount: "-1")),
      Wrong(testDescription: "a tenth of a cent", body: Caller.payment("r", amount: "9.999")),
      Wrong(testDescription: "all the money there is", body: Caller.payment("r", amount: "1e40")),
      Wrong(testDescription: "no phone number", body: Caller.payment("r", phone: "12345")),
      Wrong(
        testDescription: "no payer", body: Caller.payment("r").replacing("phoneNumber", with: "phone"), status: 422,
        code: "CARRIER_BILLING.PHONE_NUMBER_REQUIRED"),
      Wrong(testDescription: "no such currency", body: Caller.payment("r").replacing("EUR", with: "euro")),
      Wrong(testDescription: "a long reference", body: Caller.payment(String(repeating: "r", count: 257))),
      Wrong(
        testDescription: "a sink without TLS", body: Caller.payment("r", sink: #", "sink": "http://example.com/hook""#),
        code: "INVALID_SINK"),
      Wrong(
        testDescription: "a plain credential",
        body: Caller.payment("r", sink: #", "sink": "https://e.com", "sinkCredential": {"credentialType": "PLAIN"}"#),
        code: "INVALID_CREDENTIAL"),
      Wrong(testDescription: "a huge body", body: String(repeating: "x", count: 70_000), status: 413),
    ]
  }

  @Test("A request that is wrong is refused with CAMARA's error body, and nothing is charged", arguments: Wrong.all)
  func wrong(request: Wrong) async throws {
    try await withPartner { partner in
      let answer = try await partner.call(.POST, "/payments", request.body)
      #expect(answer.status == request.status && answer.json["code"] as? String == request.code, "\(answer.text)")
      #expect(answer.json["status"] as? UInt == request.status && answer.json["message"] is String)
      #expect(try await partner.call(.GET, "/_truth").json["payers"] as? Int == 0)
    }
  }

  @Test("A reset is a reset and a late answer is late on the socket, and both have charged")
  func faults() async throws {
    try await withPartner { partner in
      func dial(_ answers: String) async throws {
        #expect(try await partner.call(.PUT, "/_dials", #"{"answers": {\#(answers)}}"#).status == 200)
      }
      try await dial(#""resetAfterCharge": 1"#)
      await #expect(throws: (any Error).self) { try await partner.call(.POST, "/payments", Caller.payment("reset")) }
      try await dial(#""late": 1, "lateBy": {"min": 30, "max": 30}"#)
      await #expect(throws: (any Error).self) {
        try await partner.call(.POST, "/payments", Caller.payment("late"), timeout: .milliseconds(500))
      }
      try await dial(#""http5xxAfterCharge": 1"#)
      #expect(try await partner.call(.POST, "/payments", Caller.payment("5xx")).status == 500)
      try await dial(#""garbageAfterCharge": 1"#)
      let garbage = try await partner.call(.POST, "/payments", Caller.payment("garbage"))
      #expect(garbage.status == 200 && garbage.json.isEmpty && !garbage.bytes.isEmpty)
      try await dial(#""slow": {"min": 0.3, "max": 0.3}"#)
      let began = ContinuousClock.now
      #expect(try await partner.call(.POST, "/payments", Caller.payment("slow")).status == 201)
      #expect(ContinuousClock.now - began >= .milliseconds(300))
      try await dial(#""down": 1, "downAs": "refused""#)
      await #expect(throws: (any Error).self) { try await partner.call(.POST, "/payments", Caller.payment("down")) }
      try await dial(#""down": 1"#)
      #expect(try await partner.call(.GET, "/payments?clientCorrelator=reset").status == 503)
      try await dial(#""decline": 1, "declineCodes": ["CARRIER_BILLING.PAYMENT_DENIED"]"#)
      let declined = try await partner.call(.POST, "/payments", Caller.payment("declined"))
      #expect(declined.status == 403 && declined.json["code"] as? String == "CARRIER_BILLING.PAYMENT_DENIED")
      try await dial("")
      let truth = try await partner.call(.GET, "/_truth").json
      #expect(truth["capturesPerReference"] as? [String: Int] == ["1": 5])
    }
  }

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

  @Test("Whoever has no token is turned away, when one is asked for")
  func token() async throws {
    try await withPartner({ $0.apiToken = "t0ken" }) { partner in
      #expect(try await partner.call(.POST, "/payments", Caller.payment("r-1")).status == 401)
      #expect(try await partner.call(.GET, "/payments", headers: [("authorization", "Bearer wrong")]).status == 401)
      let right = try await partner.call(
        .POST, "/payments", Caller.payment("r-1"), headers: [("authorization", "Bearer t0ken")])
      #expect(right.status == 201)
    }
  }
}
