import Kernel
import Store

/// Charged for a period that began after the subscription was cancelled, or by an order that left after it.
struct ChargedAfterCancelling: Finder {
  static let finder = "charges.afterCancelling"
  let name = Self.finder
  let words = "charged after cancelling"
  let parameters = [HarmSQL.partner]
  let slice: Int64 = 1_000_000

  func keys(_ rule: HarmRule, in tx: Transaction) throws -> ClosedRange<Int64>? {
    try HarmSQL.keys("SELECT min(id) FROM subscription", "SELECT max(id) FROM subscription", in: tx)
  }

  /// Who did not pay, and then did, was not charged wrongly; and what was owed for a period before the end is still owed.
  private static let wrongly: SQL =
    """
    s.state = 'cancelled' AND s.ended_at IS NOT NULL AND s.end_reason <> 'unpaid' AND c.role = 'due'
      AND (o.period_start >= s.ended_at OR (s.end_reason <> 'cancelledAtPeriodEnd' AND e.sent_at > s.ended_at))
    """

  func affected(_ rule: HarmRule, keys: ClosedRange<Int64>) throws(Refusal) -> SQL {
    """
    SELECT 'customer:' || c.customer AS person, 'capture:' || c.id AS item, c.amount, c.currency AS unit,
      \(HarmSQL.back) AS back, \(HarmSQL.coming) AS coming, \(HarmSQL.evidence("'subscription:' || s.id")) AS evidence
    FROM subscription AS s JOIN obligation AS o ON o.subscription = s.id JOIN capture AS c ON c.obligation = o.id
      LEFT JOIN effect AS e ON e.id = c.effect
    WHERE s.id BETWEEN \(keys.lowerBound) AND \(keys.upperBound) AND \(Self.wrongly)
      AND \(HarmSQL.inWindow(rule)) \(HarmSQL.onLane(rule))
    """
  }

  /// The last charges of people who cancelled: for a period that had begun before.
  func outside(_ rule: HarmRule, limit: Int) throws(Refusal) -> SQL {
    """
    SELECT 'customer:' || c.customer AS person, 'capture:' || c.id AS item,
      'the period had begun before they cancelled' AS why, 'subscription:' || s.id AS evidence
    FROM (SELECT id, ended_at FROM subscription WHERE state = 'cancelled' AND end_reason <> 'unpaid' AND ended_at >= \(rule.starts)
      AND ended_at < \(rule.ends) ORDER BY id LIMIT \(limit)) AS s
    JOIN obligation AS o ON o.subscription = s.id AND o.period_start < s.ended_at AND o.period_end >= s.ended_at
    JOIN capture AS c ON c.obligation = o.id AND c.role = 'due' \(HarmSQL.onLane(rule)) LIMIT \(limit)
    """
  }
}
