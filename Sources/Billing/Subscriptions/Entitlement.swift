import Kernel
import Store

/// May this person use it at this instant, and why. A pure function of what is known.
package struct Entitlement: Sendable, Equatable {
  package var allowed: Bool
  /// When the answer changes by itself; `nil`: not foreseeable.
  package var until: Instant?
  package var reason: Reason

  package enum Reason: String, Codable, Sendable, CaseIterable {
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

  /// Of many at once, in two statements. Those whose plan is not among `plans` are left out.
  static func of(
    _ subscriptions: [Subscription], plans: [Int64: Plan], at now: Instant, in tx: Transaction
  ) throws -> [Int64: Entitlement] {
    let owed = try tx.rows(
      """
      SELECT id, subscription, declines FROM obligation
      WHERE subscription \(in: subscriptions.map(\.id)) AND state = 'open' AND period_start <= \(now)
      ORDER BY subscription, period_start
      """)
    let slots = try owed.map { Charge.slot(of: try $0.integer("id")) }
    let undecided = Set(
      try tx.rows("SELECT slot FROM effect WHERE slot \(in: slots) AND state IN ('sent', 'unknown', 'pending')").map {
        try $0.text("slot")
      })
    // The newest period that is open decides: it comes last.
    var open: [Int64: OpenCharge] = [:]
    for (row, slot) in zip(owed, slots) {
      let isRefused = try row.integer("declines") > 0 && !undecided.contains(slot)
      open[try row.integer("subscription")] = isRefused ? .refused : .undecided
    }
    return subscriptions.reduce(into: [:]) { found, subscription in
      guard let plan = plans[subscription.plan] else { return }
      found[subscription.id] = of(
        subscription, open: open[subscription.id] ?? .none, graceDays: plan.graceDays, at: now)
    }
  }

  /// Reads what is needed and answers.
  package static func of(subscription id: Int64, at now: Instant, in tx: Transaction) throws -> Entitlement? {
    guard let row = try tx.row("SELECT \(name: Subscription.columns) FROM subscription WHERE id = \(id)") else {
      return nil
    }
    let subscription = try Subscription(row)
    return try of([subscription], plans: try Plan.byID([subscription.plan], in: tx), at: now, in: tx)[id]
  }
}
