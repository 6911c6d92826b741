import Billing
import Kernel

/// Subscribers for a run: several plans, currencies and time zones, spread over the partners.
public enum SimulatedSubscribers {
  static let zones = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "UTC"]

  static func add(_ count: Int, lanes: [String], from start: Instant, to kernel: Kernel, roll: () -> UInt64)
    async throws
  {
    for (code, every) in [("monthly", Interval.months(1)), ("weekly", .weeks(1))] {
      for currency in [Currency.eur, .usd] {
        _ = try await kernel.perform(
          OfferPlan(
            product: "atlas", code: code, title: "Atlas \(code)", every: every, dunning: [1, 3, 5],
            price: Money(code == "monthly" ? 999 : 499, currency)),
          by: .system("setup"), key: "plan/\(code)/\(currency.code)")
      }
    }
    for index in 0..<count {
      let zone = zones[Int(roll() % UInt64(zones.count))]
      // Anchors at month ends and around the changes of the clocks.
      let anchor = start + .minutes(Int64(roll() % (3 * 1_440)))
      _ = try await kernel.perform(
        Subscribe(
          customer: NewCustomer(reference: "c\(index)", name: "Person \(index)", mail: nil, zone: zone),
          plan: roll() % 3 == 0 ? "weekly" : "monthly", currency: roll() % 2 == 0 ? "EUR" : "USD",
          method: NewMethod(lane: lanes[index % lanes.count], token: "payer-\(index)", label: "test"), anchor: anchor),
        by: .system("setup"), key: "subscriber/\(index)")
    }
  }
}
