import Kernel
import Store
import TestSupport
import Testing

@testable import Billing

@Suite("Found: prices that cannot be added up")
struct Prices {
  @Test(
    "Two charges of a day over the largest amount of 64 bits took the page of the day away: there is a largest price")
  func largest() async throws {
    try await FuzzCompany.open(on: .sqlite) { company in
      func offer(_ minor: Int64) async throws {
        _ = try await company.kernel.perform(
          OfferPlan(product: "atlas", code: "dear", title: "Dear", every: .months(1), price: Money(minor, .eur)),
          by: FuzzCompany.clerk, key: "offer-\(minor)")
      }
      await #expect(throws: Refusal.self) { try await offer(.max) }
      await #expect(throws: Refusal.self) { try await offer(OfferPlan.most + 1) }
      try await offer(OfferPlan.most)
      for index in 0..<2 {
        _ = try await company.kernel.perform(
          Subscribe(
            customer: NewCustomer(reference: "rich-\(index)", name: "Ada", mail: nil, zone: "UTC"), plan: "dear",
            currency: "EUR", method: NewMethod(lane: "card", token: "tok-\(index)", label: "test")),
          by: FuzzCompany.clerk, key: "rich-\(index)")
      }
      try await company.stillWorks()
    }
  }
}
