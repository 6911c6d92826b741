import Kernel
import Store

/// Where a worker's moving cursor stands among the due subscriptions (see `SendCursor`).
package struct RenewalCursor: Sendable {
  var dueAt: Int64 = -1
  var id: Int64 = -1
  var scans = 0

  package init() {}
}

/// Opens the obligations that have fallen due, and writes down the charges for them: one transaction for a batch, and not
/// one round trip a row.
package struct RenewDue: Sendable {
  let kernel: Kernel
  /// Whose subscriptions: those of a test clock, or, if nil, everybody's who lives by the real time.
  let clock: Int64?
  package var batch = 1_000

  package init(kernel: Kernel, clock: Int64? = nil) {
    self.kernel = kernel
    self.clock = clock
  }

  /// - Parameter until: periods that begin by then; the clock's own time if nil. Never later than the clock.
  /// - Returns: how many subscriptions were looked at; 0: nothing is due.
  package func run(cursor: inout RenewalCursor, until: Instant? = nil) async throws -> Int {
    let start = cursor
    let (count, next) = try await kernel.change(by: .system("renewals"), canRepeat: true) { [batch, clock] change in
      var cursor = start
      let limit = min(until ?? change.now, change.now)
      let due = try Self.due(by: limit, after: cursor, limit: batch, clock, in: change)
      if due.isEmpty && cursor.id >= 0 {
        // From the start again: what was put in behind the cursor is found now.
        cursor = RenewalCursor()
        return (try Self.due(by: limit, after: cursor, limit: 1, clock, in: change).count, cursor)
      }
      try Self.renew(due, in: change)
      if let last = due.last, due.count == batch {
        cursor.dueAt = last.dueAt.microseconds
        cursor.id = last.id
      } else {
        cursor = RenewalCursor()
      }
      cursor.scans = start.scans + 1
      return (due.count, cursor)
    }
    cursor = next
    if count > 0 { try kernel.between(.renewed) }
    return count
  }

  private struct Due {
    let id: Int64
    let customer: Int64
    let plan: Int64
    let period: Int64
    let dueAt: Instant
    let anchor: Instant
    let zone: String
    let amount: Int64
    let currency: String
    let ends: Bool
    let lane: String
    let token: String
    let partnerCustomer: String?

    init(_ row: Row) throws {
      id = try row.integer("id")
      customer = try row.integer("customer")
      plan = try row.integer("plan")
      period = try row.integer("period")
      dueAt = try row.instant("due_at")
      anchor = try row.instant("anchor")
      zone = try row.text("zone")
      amount = try row.integer("amount")
      currency = try row.text("currency")
      ends = try row.bool("ends_at_period_end")
      lane = try row.text("lane")
      token = try row.text("token")
      partnerCustomer = try row.textOrNull("partner_customer")
    }
  }

  /// The statement that takes what is due. It runs along an index and reads no more rows than it takes; `make bench` looks
  /// at its plan.
  /// - Parameter exceptStopped: pass over the subscribers of plans that are stopped. It reads these rows at each look.
  package static func claim(
    by limit: Instant, after cursor: RenewalCursor, limit count: Int, clock: Int64? = nil,
    exceptStopped: Bool = false
  ) -> SQL {
    let whose: SQL = clock.map { "clock = \($0)" } ?? "clock IS NULL"
    let goesOn: SQL = exceptStopped ? "AND plan NOT IN (SELECT plan FROM plan_stop)" : ""
    return """
      SELECT id FROM subscription WHERE \(whose) AND due_at <= \(limit) AND (due_at, id) > (\(cursor.dueAt), \(cursor.id))
        \(goesOn)
      ORDER BY due_at, id LIMIT \(count) \(.skipLocked)
      """
  }

  private static func due(
    by limit: Instant, after cursor: RenewalCursor, limit count: Int, _ clock: Int64?, in change: Change
  ) throws -> [Due] {
    // Claimed first and joined then: rows of other tables must not be locked.
    let isAnyStopped = try change.tx.row("SELECT plan FROM plan_stop LIMIT 1") != nil
    let ids = try change.tx.rows(
      claim(by: limit, after: cursor, limit: count, clock: clock, exceptStopped: isAnyStopped)
    ).map { try $0.integer("id") }
    guard !ids.isEmpty else { return [] }
    return try change.tx.rows(
      """
      SELECT s.id, s.customer, s.plan, s.period, s.due_at, s.anchor, s.zone, s.amount, s.currency, s.ends_at_period_end,
        m.lane, m.token, m.partner_customer
      FROM subscription AS s JOIN payment_method AS m ON m.id = s.method WHERE s.id \(in: ids) ORDER BY s.due_at, s.id
      """
    ).map(Due.init)
  }

  private static let obligationColumns: [Column] = [
    .integer("id"), .integer("subscription"), .integer("customer"), .text("lane"), .integer("period"),
    .integer("period_start"), .integer("period_end"), .integer("amount"), .integer("opened_at"), .text("currency"),
    .text("state"),
  ]

  private static func renew(_ due: [Due], in change: Change) throws {
    try end(due.filter(\.ends), in: change)
    let stopped = try StopPlan.stopped(of: due.map(\.plan), in: change)
    let going = due.filter { !$0.ends && !stopped.contains($0.plan) }
    guard !going.isEmpty else { return }
    let plans = try Plan.byID(Set(going.map(\.plan)), in: change.tx)
    var calendars: [String: BillingCalendar] = [:]
    let ids = try change.ids(going.count)
    var obligations: [[SQLValue]] = []
    var moved: [[SQLValue]] = []
    for (id, subscription) in zip(ids, going) {
      guard let plan = plans[subscription.plan] else { continue }
      let calendar = try calendars[subscription.zone] ?? BillingCalendar(zone: subscription.zone)
      calendars[subscription.zone] = calendar
      let periods = try calendar.periods(from: subscription.anchor, every: plan.interval)
      let start = subscription.dueAt
      // A calendar can lose a day (Pacific/Apia, 30 December 2011): such a period is empty and owes nothing.
      var next = Int(subscription.period) + 1
      var end = try periods.start(next)
      while end <= start {
        next += 1
        end = try periods.start(next)
      }
      obligations.append([
        .integer(id), .integer(subscription.id), .integer(subscription.customer), .text(subscription.lane),
        .integer(subscription.period), start.sqlValue, end.sqlValue, .integer(subscription.amount), change.now.sqlValue,
        .text(subscription.currency), .text("open"),
      ])
      moved.append([.integer(subscription.id), .integer(Int64(next)), end.sqlValue])
      let reference = change.reference()
      let day = calendar.localDay(of: start)
      change.enqueue(
        NewEffect(
          lane: subscription.lane, kind: Charge.kind, slot: Charge.slot(of: id),
          payload: Charge.payload(
            amount: subscription.amount, currency: subscription.currency, token: subscription.token,
            partnerCustomer: subscription.partnerCustomer, description: "\(plan.name) \(day)"),
          reference: reference))
      change.record(
        RenewalDue(
          customer: subscription.customer, obligation: id, amount: subscription.amount, currency: subscription.currency,
          lane: subscription.lane, reference: reference))
    }
    try change.tx.insert(into: "obligation", obligationColumns, rows: obligations)
    change.count("amends_renewals_opened_total", by: obligations.count)
    try change.tx.update(
      "subscription", [.integer("id"), .integer("period"), .integer("due_at")], rows: moved,
      set: """
        period = \(column: "period"), due_at = \(column: "due_at"),
        state = CASE WHEN state = 'trial' THEN 'active' ELSE state END
        """,
      where: "subscription.id = \(column: "id")")
  }

  /// The last period of those who cancelled is over.
  private static func end(_ due: [Due], in change: Change) throws {
    guard !due.isEmpty else { return }
    try change.tx.update(
      "subscription", [.integer("id"), .integer("ended_at")], rows: due.map { [.integer($0.id), $0.dueAt.sqlValue] },
      set: "state = 'cancelled', due_at = NULL, ended_at = \(column: "ended_at"), end_reason = 'cancelledAtPeriodEnd'",
      where: "subscription.id = \(column: "id")")
    for subscription in due {
      change.record(
        SubscriptionChanged(
          customer: subscription.customer, subscription: subscription.id, what: "ended",
          reason: "cancelled at the period's end"))
    }
  }
}
