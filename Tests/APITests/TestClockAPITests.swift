import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Server

@Suite("Test clocks and webhooks over the API")
struct TestClockAPITests {
  private func testCustomer(_ house: APIHouse, clock: String, _ token: String) async throws -> String {
    let customer = try await house.post(
      "customers",
      #"{"reference": "test-\#(token)", "name": "Ada", "zone": "UTC", "testClock": "\#(clock)"}"#)
    #expect(customer.status == 201 && customer.json["testClock"] == .text(clock), "\(customer.text)")
    let id = customer.json["id"]?.words ?? ""
    let subscription = try await house.post(
      "subscriptions",
      """
      {"customer": "\(id)", "plan": "monthly", "currency": "EUR",
       "method": {"partner": "test", "token": "\(token)", "label": "Test card"}}
      """)
    #expect(subscription.status == 201 && subscription.json["testClock"] == .text(clock), "\(subscription.text)")
    return subscription.json["id"]?.words ?? ""
  }

  @Test("A year for a test customer, by requests alone", arguments: TestEngine.available)
  func year(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      _ = try await house.post("plans", APIHouse.plan)
      let clock = try await house.post(
        "test-clocks", #"{"name": "integration", "now": "2026-01-31T12:00:00Z"}"#)
      #expect(clock.status == 201, "\(clock.text)")
      let id = clock.json["id"]?.words ?? ""
      let subscription = try await testCustomer(house, clock: id, "tok_ok")
      let moved = try await house.post("test-clocks/\(id)/advance", #"{"to": "2027-01-01T00:00:00Z"}"#)
      #expect(moved.status == 200 && moved.json["done"] == true, "\(moved.text)")
      #expect(moved.json["clock"]?["now"] == "2027-01-01T00:00:00Z")
      let charges = try await house.get("charges?subscription=\(subscription)&limit=100")
      #expect(charges.json["data"]?.items.count == 12)
      #expect(charges.json["data"]?.items.allSatisfy { $0["state"] == "settled" } == true, "\(charges.text)")
      let now = try await house.get("subscriptions/\(subscription)")
      #expect(now.json["paidUntil"] == "2027-01-31T12:00:00Z" && now.json["access"]?["reason"] == "paid", "\(now.text)")
      #expect(try await house.get("partners").json["data"]?.items.map { $0["name"] } == [.text("debit")])
      let back = try await house.post("test-clocks/\(id)/advance", #"{"to": "2026-12-01T00:00:00Z"}"#)
      #expect(back.status == 409 && back.code == "clockNeverBack")
      // A customer of a clock pays nobody real, and a real one no test partner.
      let wrong = try await house.post(
        "subscriptions/\(subscription)/payment-method", #"{"partner": "debit", "token": "t", "label": "Debit"}"#)
      #expect(wrong.status == 422 && wrong.code == "testPartnerOnly", "\(wrong.text)")
      #expect(try await house.get("test-clocks", as: .support).status == 403)
    }
  }

  @Test("Webhooks are added, rotated and listed; their secret is kept nowhere", arguments: TestEngine.available)
  func webhooks(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let body = #"{"url": "https://shop.example.org/hooks", "types": ["charge.settled"], "tests": true}"#
      let made = try await house.post("webhooks", body, key: "add")
      #expect(made.status == 201, "\(made.text)")
      let secret = made.json["secret"]?.words ?? ""
      let id = made.json["webhook"]?["id"]?.words ?? ""
      #expect(secret.hasPrefix("whsec_") && made.json["webhook"]?["state"] == "enabled")
      #expect(try await house.post("webhooks", body, key: "add").bytes == made.bytes)
      let rotated = try await house.post("webhooks/\(id)/rotate", "{}")
      #expect(rotated.status == 200 && rotated.json["secret"]?.words != secret, "\(rotated.text)")
      #expect(rotated.json["webhook"]?["olderSecretUntil"] != nil)
      let kept = try await house.runtime.store.read { tx in
        try tx.rows("SELECT result FROM command").map { try $0.text("result") }
      }
      #expect(!kept.contains { $0.contains("whsec") })
      let list = try await house.get("webhooks")
      #expect(list.json["data"]?.items.count == 1 && !list.text.contains("whsec"))
      #expect(try await house.get("webhooks/\(id)/deliveries").json["data"] == [])
      let resent = try await house.post("webhooks/\(id)/resend", #"{"since": "2026-01-01T00:00:00Z"}"#)
      #expect(resent.status == 200 && resent.json["count"] == 0, "\(resent.text)")
      let disabled = try await house.post("webhooks/\(id)/disable", #"{"reason": "moving"}"#)
      #expect(disabled.json["state"] == "disabled")
      let refused = try await house.post("webhooks/\(id)/resend", #"{"since": "2026-01-01T00:00:00Z"}"#)
      #expect(refused.status == 409 && refused.code == "endpointDisabled")
      #expect(try await house.post("webhooks/\(id)/enable", #"{"reason": "moved"}"#).json["state"] == "enabled")
      #expect(try await house.post("webhooks/\(id)/remove", #"{"reason": "not used"}"#).status == 200)
      #expect(try await house.get("webhooks/\(id)").code == "noEndpoint")
      let types = try await house.get("webhook-types")
      #expect(types.json["data"]?.items.count ?? 0 > 10)
      let misspelt = try await house.post(
        "webhooks", #"{"url": "https://shop.example.org/hooks", "types": ["charge.setled"]}"#)
      #expect(misspelt.status == 422 && misspelt.code == "unknownType", "\(misspelt.text)")
      #expect(try await house.get("webhooks", as: .auditor).status == 200)
      #expect(try await house.post("webhooks", body, as: .auditor).status == 403)
    }
  }
}
