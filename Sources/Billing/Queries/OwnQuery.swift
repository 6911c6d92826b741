import Foundation
import Kernel
import Store
import Web

/// Reads a subscriber's own page. Everything is asked for by the customer's number, so that nobody else's can come in.
struct OwnQuery {
  let tx: Transaction
  let now: Instant
  let customer: Int64
  /// Payments on one page, the newest first.
  static let listed = 24

  /// - Parameter hosts: whether a partner has a page on which a payment method can be changed.
  func page(before cursor: String?, hosts: (String) -> Bool) throws -> OwnPage? {
    guard let subscriber = try Subscriber.byID(customer, in: tx) else { return nil }
    let subscriptions = try tx.rows(
      """
      SELECT \(name: Subscription.columns) FROM subscription WHERE customer = \(customer)
      ORDER BY CASE WHEN state = 'cancelled' THEN 1 ELSE 0 END, id DESC LIMIT 20
      """
    ).map(Subscription.init)
    let plans = try Plan.byID(Set(subscriptions.map(\.plan)), in: tx)
    let (payments, older) = try payments(before: cursor)
    return OwnPage(
      subscriber: subscriber,
      subscriptions: try subscriptions.compactMap { subscription in
        try plans[subscription.plan].map { try self.read(subscription, $0, hosts) }
      }, payments: payments, older: older, isFirst: cursor == nil)
  }

  /// One subscription with how it is paid.
  func subscription(_ id: Int64, hosts: (String) -> Bool) throws -> OwnPage.Subscription? {
    let row = try tx.row(
      "SELECT \(name: Subscription.columns) FROM subscription WHERE id = \(id) AND customer = \(customer)")
    guard let subscription = try row.map(Subscription.init),
      let plan = try Plan.byID([subscription.plan], in: tx)[subscription.plan]
    else { return nil }
    return try read(subscription, plan, hosts)
  }

  private func read(
    _ subscription: Subscription, _ plan: Plan, _ hosts: (String) -> Bool
  ) throws -> OwnPage.Subscription {
    let method = try tx.row("SELECT lane, label FROM payment_method WHERE id = \(subscription.method)")
    let lane = try method?.text("lane") ?? ""
    return OwnPage.Subscription(
      subscription: subscription, plan: plan,
      access: try Entitlement.of(subscription: subscription.id, at: now, in: tx),
      resumesAt: try resumesAt(subscription, plan), lane: lane, method: try method?.text("label") ?? "",
      canChangeMethod: hosts(lane), open: try open(subscription.id))
  }

  /// When the next payment would be, if a paused subscription were resumed now.
  private func resumesAt(_ subscription: Subscription, _ plan: Plan) throws -> Instant? {
    guard subscription.state == .paused else { return nil }
    let periods = try BillingCalendar(zone: subscription.zone).periods(
      from: subscription.anchor, every: plan.interval)
    return try subscription.resumed(at: now, periods: periods).dueAt
  }

  /// What is owed and not settled, with where its charge stands.
  private func open(_ subscription: Int64) throws -> [OwnPage.Open] {
    let owed = try tx.rows(
      """
      SELECT \(name: Obligation.columns) FROM obligation WHERE subscription = \(subscription) AND state = 'open'
      ORDER BY period_start LIMIT 12
      """
    ).map(Obligation.init)
    return try owed.map { obligation in
      let effect = try tx.row(
        """
        SELECT state, owner, due_at FROM effect WHERE slot = \(Charge.slot(of: obligation.id))
        ORDER BY id DESC LIMIT 1
        """)
      let state = try effect.flatMap { EffectState(rawValue: try $0.text("state")) }
      let stand: OwnPage.Open.Stand =
        switch state {
        case .sent, .pending, .unknown, .done, .surplus:
          if try effect?.textOrNull("owner") != nil { .person } else { state == .unknown ? .unknown : .waiting }
        case .prepared where obligation.declines > 0: .refused(next: try effect?.instant("due_at") ?? now)
        case .prepared, .refused, .cancelled, nil: .due
        }
      return OwnPage.Open(period: obligation.periodStart..<obligation.periodEnd, stand: stand)
    }
  }

  // MARK: - payments

  private func payments(before cursor: String?) throws -> ([OwnPage.Payment], older: String?) {
    let from = cursor.flatMap(Cursor.init) ?? Cursor(at: .max, id: .max)
    let rows = try tx.rows(
      """
      SELECT c.id, c.amount, c.currency, c.role, c.at, c.given_back, o.period_start, o.period_end, p.name
      FROM (SELECT * FROM capture WHERE customer = \(customer) AND (at, id) < (\(from.at), \(from.id))
        ORDER BY at DESC, id DESC LIMIT \(Self.listed + 1)) AS c
      JOIN obligation AS o ON o.id = c.obligation JOIN subscription AS s ON s.id = o.subscription
      JOIN plan AS p ON p.id = s.plan ORDER BY c.at DESC, c.id DESC
      """)
    let shown = rows.prefix(Self.listed)
    let refunds = try ReceiptQuery.refunds(of: try shown.map { try $0.integer("id") }, in: tx)
    let payments = try shown.map { row in
      OwnPage.Payment(
        id: try row.integer("id"), at: try row.instant("at"),
        amount: Amount(try row.integer("amount"), try row.text("currency")),
        isSurplus: try row.text("role") == "surplus", plan: try row.text("name"),
        period: try row.instant("period_start")..<row.instant("period_end"),
        refunds: refunds[try row.integer("id")] ?? [])
    }
    let last = rows.count > Self.listed ? payments.last : nil
    return (payments, last.map { "\($0.at.microseconds).\($0.id)" })
  }

  private struct Cursor {
    var at: Int64
    var id: Int64

    init(at: Int64, id: Int64) {
      self.at = at
      self.id = id
    }

    init?(_ text: String) {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
      guard parts.count == 2, let at = parts[0], let id = parts[1] else { return nil }
      self.init(at: at, id: id)
    }
  }
}
