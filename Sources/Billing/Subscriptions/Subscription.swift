import Kernel
import Store

/// A customer's agreement to a plan, renewed period by period.
package struct Subscription: Sendable, Equatable {
  package enum State: String, Codable, Sendable, CaseIterable { case trial, active, pastDue, paused, cancelled }

  package var id: Int64
  package var customer: Int64
  package var plan: Int64
  package var method: Int64
  package var amount: Int64
  package var currency: String
  package var zone: String
  /// The start of the first paid period. Every later period is counted from here, never from the last date.
  package var anchor: Instant
  package var state: State
  /// The next period that has no obligation yet, counted from 0.
  package var period: Int64
  package var dueAt: Instant?
  package var trialUntil: Instant?
  package var paidUntil: Instant?
  package var endsAtPeriodEnd: Bool
  package var pausedAt: Instant?
  package var endedAt: Instant?
  package var endReason: String?
  package var createdAt: Instant
  /// The test clock that it lives by; nil: the real time.
  package var clock: Int64?

  package static let columns: StaticString =
    """
    id, customer, plan, method, amount, currency, zone, anchor, state, period, due_at, trial_until, paid_until,
    ends_at_period_end, paused_at, ended_at, end_reason, created_at, clock
    """

  package init(_ row: Row) throws {
    id = try row.integer("id")
    customer = try row.integer("customer")
    plan = try row.integer("plan")
    method = try row.integer("method")
    amount = try row.integer("amount")
    currency = try row.text("currency")
    zone = try row.text("zone")
    anchor = try row.instant("anchor")
    state = State(rawValue: try row.text("state")) ?? .active
    period = try row.integer("period")
    dueAt = try row.instantOrNull("due_at")
    trialUntil = try row.instantOrNull("trial_until")
    paidUntil = try row.instantOrNull("paid_until")
    endsAtPeriodEnd = try row.bool("ends_at_period_end")
    pausedAt = try row.instantOrNull("paused_at")
    endedAt = try row.instantOrNull("ended_at")
    endReason = try row.textOrNull("end_reason")
    createdAt = try row.instant("created_at")
    clock = try row.integerOrNull("clock")
  }

  // MARK: Transitions

  /// No further period begins. Access goes on until what is paid is over.
  package func cancelledAtPeriodEnd(at now: Instant) throws(Refusal) -> Subscription {
    try notCancelled()
    var copy = self
    guard state == .paused else {
      copy.endsAtPeriodEnd = true
      return copy
    }
    // No period is to come that would end it: it ends with what was paid, or now.
    copy.state = .cancelled
    copy.endedAt = max(now, paidUntil ?? now, trialUntil ?? now)
    copy.endReason = Self.endedAtPeriodEnd
    return copy
  }

  /// Not cancelled after all.
  package func kept(at now: Instant) throws(Refusal) -> Subscription {
    var copy = self
    if endsAtPeriodEnd, state != .cancelled {
      copy.endsAtPeriodEnd = false
    } else if isPausedBeforeItsEnd(at: now) {
      copy.state = .paused
      copy.endedAt = nil
      copy.endReason = nil
    } else {
      throw state == .cancelled ? .alreadyCancelled : .notCancelled
    }
    return copy
  }

  /// Cancelled while it was paused, and what is paid is not over yet.
  package func isPausedBeforeItsEnd(at now: Instant) -> Bool {
    state == .cancelled && pausedAt != nil && endReason == Self.endedAtPeriodEnd && endedAt.map { now < $0 } == true
  }

  static let endedAtPeriodEnd = "cancelledAtPeriodEnd"

  package func cancelledNow(at now: Instant, reason: String) throws(Refusal) -> Subscription {
    try notCancelled()
    var copy = self
    copy.state = .cancelled
    copy.endedAt = now
    copy.endReason = reason
    copy.dueAt = nil
    return copy
  }

  package func paused(at now: Instant) throws(Refusal) -> Subscription {
    try notCancelled()
    guard state == .active || state == .trial else {
      throw state == .paused ? .isPaused : .isPastDue
    }
    var copy = self
    copy.state = .paused
    copy.pausedAt = now
    copy.dueAt = nil
    return copy
  }

  /// Goes on with the next period of the old rhythm that begins after what was paid and not before now.
  package func resumed(at now: Instant, periods: Periods) throws -> Subscription {
    try notCancelled()
    guard state == .paused else { throw Refusal.notPaused }
    var copy = self
    copy.pausedAt = nil
    let from = max(now, paidUntil ?? now, trialUntil ?? now)
    var index = max(Int(period), from <= anchor ? 0 : try periods.index(containing: from))
    if try periods.start(index) < from { index += 1 }
    copy.period = Int64(index)
    copy.dueAt = try periods.start(index)
    copy.state = trialUntil.map { now < $0 } == true ? .trial : .active
    return copy
  }

  private func notCancelled() throws(Refusal) {
    if state == .cancelled { throw .alreadyCancelled }
  }

  package func save(in change: Change) throws {
    try change.tx.execute(
      """
      UPDATE subscription SET method = \(method), state = \(state), period = \(period), due_at = \(dueAt),
        paid_until = \(paidUntil), ends_at_period_end = \(endsAtPeriodEnd), paused_at = \(pausedAt), ended_at = \(endedAt),
        end_reason = \(endReason) WHERE id = \(id)
      """)
  }

  static func byIDs(_ ids: [Int64], in tx: Transaction) throws -> [Int64: Subscription] {
    let list = try tx.rows("SELECT \(name: columns) FROM subscription WHERE id \(in: ids)").map(Subscription.init)
    return Dictionary(list.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The newest first, those before a number.
  static func page(before: Int64, _ limit: Int, customer: Int64?, in tx: Transaction) throws -> [Subscription] {
    let only: SQL = if let customer { "AND customer = \(customer)" } else { "" }
    return try tx.rows(
      """
      SELECT \(name: columns) FROM subscription WHERE id < \(before) \(only) ORDER BY id DESC LIMIT \(limit)
      """
    ).map(Subscription.init)
  }

  /// Reads and holds the row until the change ends.
  package static func held(_ id: Int64, in change: Change) throws -> Subscription {
    guard
      let row = try change.tx.row("SELECT \(name: columns) FROM subscription WHERE id = \(id) \(.forUpdate)")
    else { throw Refusal.noSubscription(id) }
    return try Subscription(row)
  }
}

extension Subscription.State: SQLConvertible {}

extension Refusal {
  static func noSubscription(_ id: Int64) -> Refusal {
    Refusal(.missing, "noSubscription", "There is no subscription \(id).")
  }
  static let notCancelled = Refusal(.conflict, "notCancelled", "This subscription is not cancelled.")
  static let alreadyCancelled = Refusal(.conflict, "alreadyCancelled", "This subscription was cancelled before.")
  static let isPaused = Refusal(.conflict, "isPaused", "This subscription is paused; resume or cancel it.")
  static let isPastDue = Refusal(
    .conflict, "isPastDue", "A payment is outstanding; a subscription can be paused when it is settled.")
}
