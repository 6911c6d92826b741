import Kernel
import Store

// The acts on one subscription. Each holds the row, lets the noun decide, and says what happened.

/// Ends a subscription: now, or when the period that is paid is over.
package struct CancelSubscription: Command {
  package static let name = "cancelSubscription"
  package static let allowed: Set<Actor.Role> = [.operator, .support, .subscriber]

  package enum When: String, Codable, Sendable, CaseIterable { case now, periodEnd }

  package var subscription: Int64
  package var when: When
  package var reason: String

  package init(subscription: Int64, when: When, reason: String) {
    self.subscription = subscription
    self.when = when
    self.reason = reason
  }

  package func moment(in tx: Transaction) throws -> Instant? {
    try TestClock.now(ofSubscription: subscription, in: tx)
  }

  package func run(in change: Change) throws -> Bool {
    let old = try Subscription.held(subscription, in: change)
    try change.mayActFor(old.customer, subscription: subscription)
    let new =
      switch when {
      case .now: try old.cancelledNow(at: change.now, reason: reason)
      case .periodEnd: try old.cancelledAtPeriodEnd(at: change.now)
      }
    // Asked for twice, it is cancelled once, and told once.
    guard new != old else { return false }
    try new.save(in: change)
    if when == .now { try OpenCharges.withdraw(of: subscription, customer: old.customer, in: change) }
    change.record(
      SubscriptionChanged(
        customer: old.customer, subscription: subscription,
        what: when == .now ? "cancelledNow" : "cancelledAtPeriodEnd", reason: reason))
    try CancellationLetters.send(new, in: change)
    return true
  }
}

/// No further period begins until it is resumed; what is paid, or being paid, can be used to its end.
package struct PauseSubscription: Command {
  package static let name = "pauseSubscription"
  package static let allowed: Set<Actor.Role> = [.operator, .support, .subscriber]

  package var subscription: Int64
  package var reason: String

  package init(subscription: Int64, reason: String) {
    self.subscription = subscription
    self.reason = reason
  }

  package func moment(in tx: Transaction) throws -> Instant? {
    try TestClock.now(ofSubscription: subscription, in: tx)
  }

  package func run(in change: Change) throws -> Bool {
    let old = try Subscription.held(subscription, in: change)
    try change.mayActFor(old.customer, subscription: subscription)
    // The period that has begun is still paid for: otherwise resuming would leave a hole until the next one.
    try old.paused(at: change.now).save(in: change)
    change.record(
      SubscriptionChanged(customer: old.customer, subscription: subscription, what: "paused", reason: reason))
    return true
  }
}

package struct ResumeSubscription: Command {
  package static let name = "resumeSubscription"
  package static let allowed: Set<Actor.Role> = [.operator, .support, .subscriber]

  package var subscription: Int64
  package var reason: String

  package init(subscription: Int64, reason: String) {
    self.subscription = subscription
    self.reason = reason
  }

  package func moment(in tx: Transaction) throws -> Instant? {
    try TestClock.now(ofSubscription: subscription, in: tx)
  }

  package func run(in change: Change) throws -> Bool {
    let old = try Subscription.held(subscription, in: change)
    try change.mayActFor(old.customer, subscription: subscription)
    guard let plan = try Plan.byID([old.plan], in: change.tx)[old.plan] else {
      throw Refusal(.missing, "noPlan", "The plan of this subscription is gone.")
    }
    let periods = try BillingCalendar(zone: old.zone).periods(from: old.anchor, every: plan.interval)
    try old.resumed(at: change.now, periods: periods).save(in: change)
    change.record(
      SubscriptionChanged(customer: old.customer, subscription: subscription, what: "resumed", reason: reason))
    return true
  }
}

/// From the next charge on, another payment method. A charge under way stays where it is.
package struct ChangePaymentMethod: Command {
  package static let name = "changePaymentMethod"
  package static let allowed: Set<Actor.Role> = [.operator, .support]

  package var subscription: Int64
  package var method: NewMethod

  package init(subscription: Int64, method: NewMethod) {
    self.subscription = subscription
    self.method = method
  }

  package func moment(in tx: Transaction) throws -> Instant? {
    try TestClock.now(ofSubscription: subscription, in: tx)
  }

  package func run(in change: Change) throws -> Int64 {
    var new = try Subscription.held(subscription, in: change)
    guard new.state != .cancelled else { throw Refusal.alreadyCancelled }
    let method = try TestClock.method(method, clock: new.clock)
    guard try change.tx.row("SELECT name FROM lane WHERE name = \(method.lane)") != nil else {
      throw Refusal.noLane(method.lane)
    }
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO payment_method (id, customer, lane, token, partner_customer, label, created_at)
      VALUES (\(id), \(new.customer), \(method.lane), \(method.token), \(method.partnerCustomer), \(method.label),
        \(change.now))
      """)
    new.method = id
    try new.save(in: change)
    change.record(
      SubscriptionChanged(
        customer: new.customer, subscription: subscription, what: "methodChanged", reason: method.label))
    return id
  }
}

enum OpenCharges {
  /// A charge that was refused is tried at once with the payment method that stands now, instead of at its next day with the
  /// one that was refused. Of what has left nothing is touched.
  static func tryAgain(of subscription: Int64, in change: Change) throws {
    let rows = try change.tx.rows(
      """
      SELECT o.id, o.amount, o.currency, o.period_start, s.plan, p.name, s.zone, m.lane, m.token, m.partner_customer
      FROM obligation AS o JOIN subscription AS s ON s.id = o.subscription JOIN payment_method AS m ON m.id = s.method
      JOIN plan AS p ON p.id = s.plan
      WHERE o.subscription = \(subscription) AND o.state = 'open' AND o.declines > 0 LIMIT 100
      """)
    let stopped = try StopPlan.stopped(of: try rows.map { try $0.integer("plan") }, in: change)
    for row in rows {
      let slot = Charge.slot(of: try row.integer("id"))
      guard try Outbox.withdraw([slot], code: "methodChanged", in: change).contains(slot) else { continue }
      let day = try BillingCalendar(zone: try row.text("zone")).localDay(of: try row.instant("period_start"))
      change.enqueue(
        NewEffect(
          lane: try row.text("lane"), kind: Charge.kind, slot: slot,
          payload: Charge.payload(
            amount: try row.integer("amount"), currency: try row.text("currency"), token: try row.text("token"),
            partnerCustomer: try row.textOrNull("partner_customer"), description: "\(try row.text("name")) \(day)"),
          dueAt: stopped.contains(try row.integer("plan")) ? change.now + StopPlan.putOff : change.now))
    }
  }

  /// Takes back charges that have not left yet. What was sent is not touched: its outcome is still found out, and a
  /// capture that comes of it counts.
  static func withdraw(of subscription: Int64, customer: Int64, in change: Change) throws {
    let open = try change.tx.rows(
      "SELECT id FROM obligation WHERE subscription = \(subscription) AND state = 'open' LIMIT 100")
    let ids = try open.map { try $0.integer("id") }
    let withdrawn = try Outbox.withdraw(ids.map { Charge.slot(of: $0) }, code: "withdrawn", in: change)
    for id in ids where withdrawn.contains(Charge.slot(of: id)) {
      try change.tx.execute("UPDATE obligation SET state = 'waived', ended_at = \(change.now) WHERE id = \(id)")
      change.record(ObligationEnded(customer: customer, obligation: id, outcome: "waived"))
    }
  }
}
