import NIOHTTP1
import Testing

@testable import Simulator

@Suite("What carrier billing refuses over a real socket")
struct CarrierRefusedTests {
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
}
