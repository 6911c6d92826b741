import Kernel
import Store

/// May this person use it at this instant, and why. A pure function of what is known.
package struct Entitlement: Sendable, Equatable {
  package var allowed: Bool
  /// When the answer changes by itself; `nil`: not foreseeable.
  package var until: Instant?
  package var reason: Reason

  package enum Reason: String, Sendable {
    case trial, paid
    /// We do not know whether the charge went through: that is not the customer's fault.
    case outcomeOpen
    /// The charge was refused; there is time to mend it.
    case grace
    case paused, cancelled, unpaid, notStarted
  }

  /// What is open for the period at hand.
  package enum OpenCharge: Sendable { case none, undecided, refused }

  package static func of(
    _ subscription: Subscription, open: OpenCharge, graceDays: Int64, at now: Instant
  ) -> Entitlement {
    if subscription.state == .cancelled {
      let end = subscription.endedAt ?? now
      // Ended for lack of payment, or at once: nothing paid is left. Ended at a period's end: the end is the period's.
      return now < end ? .init(true, end, .paid) : .init(false, nil, .cancelled)
    }
    if let trial = subscription.trialUntil, now < trial { return .init(true, trial, .trial) }
    if let paid = subscription.paidUntil, now < paid { return .init(true, paid, .paid) }
    if subscription.state == .paused { return .init(false, nil, .paused) }
    let owedSince = subscription.paidUntil ?? subscription.trialUntil ?? subscription.anchor
    if now < owedSince { return .init(false, owedSince, .notStarted) }
    switch open {
    case .undecided: return .init(true, nil, .outcomeOpen)
    case .refused:
      let end = owedSince + .days(graceDays)
      return now < end ? .init(true, end, .grace) : .init(false, nil, .unpaid)
    case .none:
      // Due, and its turn has not come: the worker is behind, and nobody is locked out for that.
      return subscription.dueAt.map { $0 <= now } == true ? .init(true, nil, .outcomeOpen) : .init(false, nil, .unpaid)
    }
  }

  private init(_ allowed: Bool, _ until: Instant?, _ reason: Reason) {
    self.allowed = allowed
    self.until = until
    self.reason = reason
  }

  /// Reads what is needed and answers.
  package static func of(subscription id: Int64, at now: Instant, in tx: Transaction) throws -> Entitlement? {
    guard let row = try tx.row("SELECT \(name: Subscription.columns) FROM subscription WHERE id = \(id)") else {
      return nil
    }
    let subscription = try Subscription(row)
    let grace = try tx.integer("SELECT grace_days FROM plan WHERE id = \(subscription.plan)") ?? 0
    let owed = try tx.row(
      """
      SELECT id, declines FROM obligation WHERE subscription = \(id) AND state = 'open' AND period_start <= \(now)
      ORDER BY period_start DESC LIMIT 1
      """)
    guard let owed else { return of(subscription, open: .none, graceDays: grace, at: now) }
    let slot = Charge.slot(of: try owed.integer("id"))
    let undecided = try tx.row(
      "SELECT id FROM effect WHERE slot = \(slot) AND state IN ('sent', 'unknown', 'pending') LIMIT 1")
    let isRefused = try owed.integer("declines") > 0 && undecided == nil
    return of(subscription, open: isRefused ? .refused : .undecided, graceDays: grace, at: now)
  }
}
