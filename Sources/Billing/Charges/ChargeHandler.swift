import Kernel
import Store

/// What billing does when it is known what became of charges. Called for many at once, in the transaction that saves
/// their states; nothing here costs a round trip a row but what is rare.
struct ChargeHandler: EffectHandler {
  let kind = Charge.kind

  func changed(_ outcomes: [EffectNews], in change: Change) throws {
    let owed = try Obligation.byID(outcomes.map(\.effect.slotNumber), in: change.tx)
    let settled = outcomes.filter { $0.isNew && $0.state == .done }
    let more = outcomes.filter { $0.verdict == .done && !($0.isNew && $0.state == .done) }
    let failed = outcomes.filter { $0.isNew && $0.state.rank == 5 }
    let open = outcomes.filter { $0.isNew && !$0.state.isFinal }
    try settle(settled, owed, in: change)
    for outcome in more { try Surplus.take(outcome, owed[outcome.effect.slotNumber], in: change) }
    try Chargeback.paid(settled.map(\.effect.slotNumber), in: change)
    try Chargeback.take(outcomes.compactMap { Chargeback.Notice($0, owed[$0.effect.slotNumber]) }, in: change)
    try Dunning.take(failed, owed, in: change)
    for outcome in open {
      guard let obligation = owed[outcome.effect.slotNumber] else { continue }
      change.record(
        ChargeOutcome(
          customer: obligation.customer, obligation: obligation.id, outcome: outcome.state.rawValue, code: outcome.code,
          next: nil))
    }
  }

  private static let captureColumns: [Column] = [
    .integer("id"), .integer("obligation"), .integer("customer"), .integer("effect"), .text("lane"),
    .text("partner_id"),
    .integer("amount"), .text("currency"), .text("role"), .integer("at"), .integer("evidence"), .integer("differs"),
  ]

  private func settle(_ outcomes: [EffectNews], _ owed: [Int64: Obligation], in change: Change) throws {
    guard !outcomes.isEmpty else { return }
    let ids = try change.ids(outcomes.count)
    var captures: [[SQLValue]] = []
    var told: [(id: Int64, obligation: Obligation, amount: Int64, currency: String)] = []
    var obligations: [Int64] = []
    var subscriptions: [[SQLValue]] = []
    for (id, outcome) in zip(ids, outcomes) {
      guard let obligation = owed[outcome.effect.slotNumber] else { continue }
      // Without the partner's own id our reference stands in for it; `Surplus` knows how to tell them apart.
      let transaction = outcome.partnerID ?? Capture.standIn(for: outcome.effect.reference)
      let amount = outcome.amount ?? obligation.amount
      let currency = outcome.currency ?? obligation.currency
      let differs = amount != obligation.amount || currency != obligation.currency
      captures.append([
        .integer(id), .integer(obligation.id), .integer(obligation.customer), .integer(outcome.effect.id),
        .text(outcome.effect.lane), .text(transaction), .integer(amount),
        .text(currency), .text("due"), change.now.sqlValue, .integer(outcome.evidence), differs.sqlValue,
      ])
      obligations.append(obligation.id)
      subscriptions.append([.integer(obligation.subscription), obligation.periodEnd.sqlValue])
      change.record(
        ChargeSettled(
          customer: obligation.customer, obligation: obligation.id, amount: amount,
          currency: currency, transaction: transaction, evidence: outcome.evidence))
      told.append((id, obligation, amount, currency))
    }
    try change.tx.insert(into: "capture", Self.captureColumns, rows: captures)
    try ReceiptLetters.send(told, in: change)
    // A late success also settles what had been given up: the money is there.
    try change.tx.execute(
      "UPDATE obligation SET state = 'settled', ended_at = \(change.now) WHERE id \(in: obligations)")
    try change.tx.update(
      "subscription", [.integer("id"), .integer("paid_until")], rows: subscriptions,
      set: """
        paid_until = \(.greatest)(COALESCE(subscription.paid_until, 0), \(column: "paid_until")),
        state = CASE WHEN state = 'pastDue' THEN 'active' ELSE state END
        """,
      where: "subscription.id = \(column: "id")")
    try reactivate(
      outcomes.compactMap { owed[$0.effect.slotNumber] }.filter { $0.state == "uncollectable" }, in: change)
  }

  /// The schedule was used up and the subscription ended for lack of payment, and then the money came: it goes on.
  private func reactivate(_ obligations: [Obligation], in change: Change) throws {
    for obligation in obligations {
      let revived = try change.tx.execute(
        """
        UPDATE subscription SET state = 'active', due_at = \(obligation.periodEnd), ended_at = NULL, end_reason = NULL
        WHERE id = \(obligation.subscription) AND state = 'cancelled' AND end_reason = 'unpaid'
          AND \(change.now) < \(obligation.periodEnd)
        """)
      guard revived > 0 else { continue }
      change.record(
        SubscriptionChanged(
          customer: obligation.customer, subscription: obligation.subscription, what: "resumed",
          reason: "a payment that had been given up came after all"))
    }
  }
}

/// What is owed for one period.
package struct Obligation: Sendable {
  package var id: Int64
  package var subscription: Int64
  package var customer: Int64
  package var lane: String
  package var periodStart: Instant
  package var periodEnd: Instant
  package var amount: Int64
  package var currency: String
  package var state: String
  package var declines: Int64
  package var failures: Int64

  static let columns: StaticString =
    """
    id, subscription, customer, lane, period_start, period_end, amount, currency, state, declines, failures
    """

  init(_ row: Row) throws {
    id = try row.integer("id")
    subscription = try row.integer("subscription")
    customer = try row.integer("customer")
    lane = try row.text("lane")
    periodStart = try row.instant("period_start")
    periodEnd = try row.instant("period_end")
    amount = try row.integer("amount")
    currency = try row.text("currency")
    state = try row.text("state")
    declines = try row.integer("declines")
    failures = try row.integer("failures")
  }

  static func byID(_ ids: [Int64], in tx: Transaction) throws -> [Int64: Obligation] {
    let list = try tx.rows("SELECT \(name: columns) FROM obligation WHERE id \(in: ids)").map(Obligation.init)
    return Dictionary(list.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

enum Capture {
  static func standIn(for reference: String) -> String { "ref:\(reference)" }
  static func isStandIn(_ partnerID: String) -> Bool { partnerID.hasPrefix(standIn(for: "")) }
}
