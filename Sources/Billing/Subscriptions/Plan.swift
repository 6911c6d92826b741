import Foundation
import Kernel
import Store

/// What can be subscribed to: a rhythm, prices by currency, and how patient the service is.
package struct Plan: Sendable {
  package var id: Int64
  package var product: String
  package var code: String
  package var name: String
  package var interval: Interval
  package var trialDays: Int64
  package var graceDays: Int64
  /// Days after the due date on which a refused charge is tried again.
  package var dunning: [Int64]
  /// Minor units by ISO 4217 code.
  package var prices: [String: Int64] = [:]

  init(_ row: Row) throws {
    id = try row.integer("id")
    product = try row.text("product")
    code = try row.text("code")
    name = try row.text("name")
    interval = try Interval(try row.text("every"))
    trialDays = try row.integer("trial_days")
    graceDays = try row.integer("grace_days")
    dunning = try row.text("dunning").split(separator: " ").compactMap { Int64($0) }
  }

  static let columns: StaticString = "id, product, code, name, every, trial_days, grace_days, dunning"

  static func byCode(_ codes: Set<String>, in tx: Transaction) throws -> [String: Plan] {
    try read("SELECT \(name: columns) FROM plan WHERE code \(in: codes.sorted())", in: tx).reduce(into: [:]) {
      $0[$1.code] = $1
    }
  }

  static func byID(_ ids: Set<Int64>, in tx: Transaction) throws -> [Int64: Plan] {
    try read("SELECT \(name: columns) FROM plan WHERE id \(in: ids.sorted())", in: tx).reduce(into: [:]) {
      $0[$1.id] = $1
    }
  }

  /// The newest first, those before a number.
  static func page(before: Int64, _ limit: Int, in tx: Transaction) throws -> [Plan] {
    try read("SELECT \(name: columns) FROM plan WHERE id < \(before) ORDER BY id DESC LIMIT \(limit)", in: tx)
  }

  private static func read(_ sql: SQL, in tx: Transaction) throws -> [Plan] {
    var plans = try tx.rows(sql).map(Plan.init)
    let prices = try tx.rows("SELECT plan, currency, amount FROM price WHERE plan \(in: plans.map(\.id))")
    for row in prices {
      guard let index = plans.firstIndex(where: { (try? row.integer("plan")) == $0.id }) else { continue }
      plans[index].prices[try row.text("currency")] = try row.integer("amount")
    }
    return plans
  }
}

/// Adds a plan, or a price to a plan that is there. What exists is not changed: subscribers agreed to it.
package struct OfferPlan: Command {
  package static let name = "offerPlan"
  package static let allowed: Set<Actor.Role> = [.operator, .system]

  /// Minor units. The charges of a day are added up for the page of that day: nine million of these fit 64 bits.
  static let most: Int64 = 1_000_000_000_000

  package var product: String
  package var code: String
  package var title: String
  package var every: Interval
  package var trialDays: Int64
  package var graceDays: Int64
  package var dunning: [Int64]
  package var price: Money

  package init(
    product: String, code: String, title: String, every: Interval, trialDays: Int64 = 0, graceDays: Int64 = 14,
    dunning: [Int64] = [1, 3, 5, 7], price: Money
  ) {
    self.product = product
    self.code = code
    self.title = title
    self.every = every
    self.trialDays = trialDays
    self.graceDays = graceDays
    self.dunning = dunning
    self.price = price
  }

  package func run(in change: Change) throws -> Int64 {
    guard price.minor > 0 else { throw Refusal(.invalid, "badPrice", "A price is greater than zero.") }
    guard price.minor <= Self.most else {
      throw Refusal(.invalid, "badPrice", "A price is at most \(Money(Self.most, price.currency)).")
    }
    guard dunning.count <= 20, dunning == dunning.sorted(), dunning.allSatisfy({ (1...365).contains($0) }) else {
      throw Refusal(.invalid, "badDunning", "Dunning days are up to 20 growing numbers from 1 to 365.")
    }
    let id = try planID(in: change)
    let inserted = try change.tx.execute(
      """
      INSERT INTO price (plan, currency, amount) VALUES (\(id), \(price.currency.code), \(price.minor))
      ON CONFLICT DO NOTHING
      """)
    if inserted == 0 {
      let known = try change.tx.integer(
        "SELECT amount FROM price WHERE plan = \(id) AND currency = \(price.currency.code)")
      guard known == price.minor else {
        throw Refusal(
          .conflict, "priceExists", "The plan \(code) has another price in \(price.currency) already; offer a new plan."
        )
      }
      return id
    }
    change.record(PlanOffered(code: code, amount: price.minor, currency: price.currency.code))
    return id
  }

  private func planID(in change: Change) throws -> Int64 {
    if let row = try change.tx.row("SELECT \(name: Plan.columns) FROM plan WHERE code = \(code)") {
      let plan = try Plan(row)
      guard plan.interval == every, plan.trialDays == trialDays, plan.graceDays == graceDays, plan.dunning == dunning
      else { throw Refusal(.conflict, "planExists", "There is a plan \(code) with other terms already.") }
      return plan.id
    }
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO plan (id, product, code, name, every, trial_days, grace_days, dunning)
      VALUES (\(id), \(product), \(code), \(title), \(every.description), \(trialDays), \(graceDays),
        \(dunning.map(String.init).joined(separator: " ")))
      """)
    return id
  }
}
