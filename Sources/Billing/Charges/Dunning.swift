import Kernel
import Store

/// What follows when a charge certainly did not happen. A decline uses up a slot of the plan's dunning schedule; a charge
/// that never left this house, or that the partner never had, does not: the customer had no part in that.
enum Dunning {
  /// Pauses after something that was not the customer's: longer each time, an hour at most.
  static let absentFromStatement = "absentFromStatement"
  static let pauses: [Span] = [.minutes(1), .minutes(5), .minutes(15), .hours(1)]

  static func take(_ outcomes: [EffectNews], _ owed: [Int64: Obligation], in change: Change) throws {
    guard !outcomes.isEmpty else { return }
    let subscriptions = try terms(outcomes.compactMap { owed[$0.effect.slotNumber]?.subscription }, in: change)
    var changed: [[SQLValue]] = []
    var pastDue: [[SQLValue]] = []
    var told: [PastDueLetters.Refused] = []
    for outcome in outcomes {
      guard var obligation = owed[outcome.effect.slotNumber], obligation.state == "open",
        let terms = subscriptions[obligation.subscription]
      else { continue }
      let isDecline = isDecline(outcome.verdict)
      let next = next(&obligation, isDecline: isDecline, terms, now: change.now)
      let wanted = terms.state != .cancelled
      change.record(
        ChargeOutcome(
          customer: obligation.customer, obligation: obligation.id, outcome: outcome.verdict.word, code: outcome.code,
          next: wanted ? next : nil))
      if let next, wanted {
        changed.append(row(obligation, "open", nil))
        try retry(outcome, obligation, terms, at: next, in: change)
        if isDecline { pastDue.append([.integer(obligation.subscription)]) }
        if isDecline, terms.fallsBehind(with: obligation) { told.append((obligation, terms.plan, next)) }
      } else {
        changed.append(row(obligation, wanted ? "uncollectable" : "waived", change.now))
        try end(obligation, terms, wanted: wanted, in: change)
        if wanted { told.append((obligation, terms.plan, nil)) }
      }
    }
    try change.tx.update(
      "obligation",
      [.integer("id"), .integer("declines"), .integer("failures"), .text("state"), .integer("ended_at")], rows: changed,
      set: """
        declines = \(column: "declines"), failures = \(column: "failures"), state = \(column: "state"),
        ended_at = \(column: "ended_at")
        """,
      where: "obligation.id = \(column: "id")")
    try change.tx.update(
      "subscription", [.integer("id")], rows: pastDue, set: "state = 'pastDue'",
      where: "subscription.id = \(column: "id") AND subscription.state IN ('active', 'trial')")
    try PastDueLetters.send(told, in: change)
  }

  /// Whether the payer's side said no.
  private static func isDecline(_ verdict: Verdict) -> Bool {
    guard case .refused(let code) = verdict else { return false }
    return code != "decidedByPerson" && code != absentFromStatement
  }

  private struct Terms {
    let state: Subscription.State
    let plan: Plan
    let zone: String
    let lane: String
    let token: String
    let partnerCustomer: String?
    /// Nothing new of its plan is charged for now.
    let isStopped: Bool

    /// Whether this refusal is the first that its subscriber has to hear of. What is paused stays so: there the first of the
    /// period is.
    func fallsBehind(with obligation: Obligation) -> Bool {
      switch state {
      case .trial, .active: true
      case .paused: obligation.declines == 1
      case .pastDue, .cancelled: false
      }
    }
  }

  private static func terms(_ ids: [Int64], in change: Change) throws -> [Int64: Terms] {
    let rows = try change.tx.rows(
      """
      SELECT s.id, s.state, s.plan, s.zone, m.lane, m.token, m.partner_customer
      FROM subscription AS s JOIN payment_method AS m ON m.id = s.method WHERE s.id \(in: ids)
      """)
    let plans = try Plan.byID(Set(try rows.map { try $0.integer("plan") }), in: change.tx)
    let stopped = try StopPlan.stopped(of: plans.keys, in: change)
    return try rows.reduce(into: [:]) { terms, row in
      guard let plan = plans[try row.integer("plan")] else { return }
      terms[try row.integer("id")] = Terms(
        state: Subscription.State(rawValue: try row.text("state")) ?? .active, plan: plan, zone: try row.text("zone"),
        lane: try row.text("lane"), token: try row.text("token"),
        partnerCustomer: try row.textOrNull("partner_customer"), isStopped: stopped.contains(plan.id))
    }
  }

  /// When the charge is tried again; `nil`: the schedule is used up.
  private static func next(_ obligation: inout Obligation, isDecline: Bool, _ terms: Terms, now: Instant) -> Instant? {
    guard isDecline else {
      obligation.failures += 1
      return now + pauses[min(Int(obligation.failures) - 1, pauses.count - 1)]
    }
    let used = Int(obligation.declines)
    obligation.declines += 1
    guard used < terms.plan.dunning.count else { return nil }
    // Counted from the due date, so that an outage in between does not stretch the schedule; never in the past.
    return max(obligation.periodStart + .days(terms.plan.dunning[used]), now + .hours(1))
  }

  /// A new attempt: a new reference, and the payment method that stands now.
  private static func retry(
    _ outcome: EffectNews, _ obligation: Obligation, _ terms: Terms, at next: Instant, in change: Change
  ) throws {
    let day = try BillingCalendar(zone: terms.zone).localDay(of: obligation.periodStart)
    let next = terms.isStopped ? next + StopPlan.putOff : next
    change.enqueue(
      NewEffect(
        lane: terms.lane, kind: Charge.kind, slot: outcome.effect.slot,
        payload: Charge.payload(
          amount: obligation.amount, currency: obligation.currency, token: terms.token,
          partnerCustomer: terms.partnerCustomer, description: "\(terms.plan.name) \(day)"),
        dueAt: next))
  }

  private static func end(_ obligation: Obligation, _ terms: Terms, wanted: Bool, in change: Change) throws {
    change.record(
      ObligationEnded(
        customer: obligation.customer, obligation: obligation.id, outcome: wanted ? "uncollectable" : "waived"))
    guard wanted else { return }
    try change.tx.execute(
      """
      UPDATE subscription SET state = 'cancelled', due_at = NULL, paused_at = NULL, ended_at = \(change.now),
        end_reason = 'unpaid' WHERE id = \(obligation.subscription)
      """)
    change.record(
      SubscriptionChanged(
        customer: obligation.customer, subscription: obligation.subscription, what: "ended",
        reason: "every charge of the schedule was refused"))
  }

  private static func row(_ obligation: Obligation, _ state: String, _ endedAt: Instant?) -> [SQLValue] {
    [
      .integer(obligation.id), .integer(obligation.declines), .integer(obligation.failures), .text(state),
      endedAt.sqlValue,
    ]
  }
}
