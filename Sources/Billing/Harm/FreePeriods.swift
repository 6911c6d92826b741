import Kernel
import Store

/// Periods that are used and not paid for: the next charge of each subscription comes so many periods later.
struct FreePeriods: Remedy {
  static let remedy = "charges.freePeriods"
  let name = Self.remedy
  let words = "Periods for nothing"
  let basis = RemedyBasis.person(unit: "period", most: 12)
  let tells = false

  func begin(_ orders: [RemedyOrder], in change: Change) throws -> [RemedyStart] {
    let ids = try change.tx.rows(
      """
      SELECT id FROM subscription WHERE customer \(in: orders.compactMap(\.personNumber)) AND due_at IS NOT NULL
      ORDER BY id \(.forUpdate)
      """
    ).map { try $0.integer("id") }
    let rows = try change.tx.rows(
      "SELECT \(name: Subscription.columns) FROM subscription WHERE id \(in: ids) ORDER BY id")
    let subscriptions = Dictionary(grouping: try rows.map(Subscription.init), by: \.customer)
    let plans = try Plan.byID(Set(subscriptions.values.joined().map(\.plan)), in: change.tx)
    return try orders.map { order in
      guard let customer = order.personNumber, let theirs = subscriptions[customer], !theirs.isEmpty else {
        return .impossible("noSubscription")
      }
      for subscription in theirs {
        guard let plan = plans[subscription.plan] else { continue }
        try give(order.amount, to: subscription, plan, "incident:\(order.incident)", in: change)
      }
      return .done(
        evidence: theirs.map { "subscription:\($0.id)" }.joined(separator: " "), amount: order.amount)
    }
  }

  /// It is over when it begins.
  func ended() -> SQL { "SELECT 0 AS reference, 'done' AS outcome, '' AS evidence WHERE 1 = 0" }

  private func give(
    _ count: Int64, to old: Subscription, _ plan: Plan, _ reason: String, in change: Change
  ) throws {
    let periods = try BillingCalendar(zone: old.zone).periods(from: old.anchor, every: plan.interval)
    var new = old
    new.period += count
    new.dueAt = try periods.start(Int(new.period))
    new.paidUntil = max(old.paidUntil ?? change.now, new.dueAt ?? change.now)
    try new.save(in: change)
    change.record(
      SubscriptionChanged(customer: old.customer, subscription: old.id, what: "freePeriods", reason: reason))
  }
}
