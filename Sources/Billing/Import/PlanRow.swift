import Kernel
import Store

/// One row of a plan file.
package enum PlanRow {
  package static let required = ["product", "plan", "name", "every", "currency", "amount"]
  package static let optional = ["trial_days", "grace_days", "dunning"]

  package static func offer(_ fields: [String: String]) throws(Refusal) -> OfferPlan {
    func text(_ name: String) throws(Refusal) -> String {
      guard let value = fields[name], !value.isEmpty, value.count <= 200 else {
        throw Refusal(.invalid, "missingField", "\(name) is empty or longer than 200 characters.")
      }
      return value
    }
    func number(_ name: String, or fallback: Int64) throws(Refusal) -> Int64 {
      guard let value = fields[name], !value.isEmpty else { return fallback }
      guard let number = Int64(value), (0...3_650).contains(number) else {
        throw Refusal(.invalid, "badNumber", "\(name) is '\(value.prefix(40))', not a number of days.")
      }
      return number
    }
    let dunning = (fields["dunning"] ?? "").split(separator: " ").map { Int64($0) }
    guard !dunning.contains(nil) else {
      throw Refusal(.invalid, "badDunning", "dunning is '\(fields["dunning"] ?? "")', not days such as 1 3 5 7.")
    }
    do {
      return OfferPlan(
        product: try text("product"), code: try text("plan"), title: try text("name"),
        every: try Interval(try text("every")),
        trialDays: try number("trial_days", or: 0), graceDays: try number("grace_days", or: 14),
        dunning: dunning.isEmpty ? [1, 3, 5, 7] : dunning.compactMap { $0 },
        price: try Money(decimal: try text("amount"), try Currency(try text("currency"))))
    } catch let refusal as Refusal { throw refusal } catch { throw Refusal(.invalid, "badValue", "\(error)") }
  }
}

/// Several plans in one transaction.
package enum OfferPlans {
  package static func run(_ offers: [OfferPlan], in kernel: Kernel) async throws -> Int {
    try await kernel.change(by: Actor(.operator, "cli"), canRepeat: true) { change in
      for offer in offers { _ = try offer.run(in: change) }
      return offers.count
    }
  }
}
