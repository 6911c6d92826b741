import Foundation
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
