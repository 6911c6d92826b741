import Kernel
import Store
import Web

/// Money that a payer's bank took back and that somebody has to look at.
package struct WaitingChargeback: Sendable {
  package var id: Int64
  package var customer: Int64
  package var lane: String
  package var amount: Amount
  package var owner: String
  package var deadline: Instant
  /// Where it is decided.
  package var href: String { Paths.chargeback(of: String(customer), id) }

  /// What names a payment that is not known yet is given a day: its line may come with the next statement.
  static func isDue(_ now: Instant) -> SQL {
    "b.owner IS NOT NULL AND (b.capture IS NOT NULL OR b.heard_at <= \(now - .days(1))) AND \(TestLane.isNot("b.lane"))"
  }

  /// The most urgent first, after a place in that order. The same question as the check `chargedBack` asks.
  package static func page(
    now: Instant, after: Instant, id: Int64, limit: Int, in tx: Transaction
  ) throws -> [WaitingChargeback] {
    try tx.rows(
      """
      SELECT b.id, b.customer, b.lane, b.amount, b.currency, b.owner, b.deadline FROM chargeback AS b
      WHERE \(isDue(now)) AND (b.deadline, b.id) > (\(after), \(id)) ORDER BY b.deadline, b.id LIMIT \(limit)
      """
    ).map { row in
      WaitingChargeback(
        id: try row.integer("id"), customer: try row.integer("customer"), lane: try row.text("lane"),
        amount: Amount(try row.integer("amount"), try row.text("currency")), owner: try row.text("owner"),
        deadline: try row.instant("deadline"))
    }
  }
}
