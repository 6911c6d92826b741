import Kernel
import Store

/// More was taken than was owed; what is too much is owed back.
struct ChargedAnotherAmount: Finder {
  static let finder = "charges.anotherAmount"
  let name = Self.finder
  let words = "charged more than was owed"
  let parameters = [HarmSQL.partner]
  let slice: Int64 = 2_000_000

  func keys(_ rule: HarmRule, in tx: Transaction) throws -> ClosedRange<Int64>? {
    try HarmSQL.keys(
      "SELECT min(id) FROM capture WHERE differs = 1", "SELECT max(id) FROM capture WHERE differs = 1", in: tx)
  }

  func affected(_ rule: HarmRule, keys: ClosedRange<Int64>) throws(Refusal) -> SQL {
    """
    SELECT 'customer:' || c.customer AS person, 'capture:' || c.id AS item, c.amount - o.amount AS amount,
      c.currency AS unit, \(.least)(c.amount - o.amount, \(HarmSQL.back)) AS back, \(HarmSQL.coming) AS coming,
      \(HarmSQL.evidence("'obligation:' || c.obligation")) AS evidence
    FROM capture AS c JOIN obligation AS o ON o.id = c.obligation
    WHERE c.differs = 1 AND c.id BETWEEN \(keys.lowerBound) AND \(keys.upperBound) AND c.role = 'due'
      AND c.currency = o.currency AND c.amount > o.amount AND \(HarmSQL.inWindow(rule)) \(HarmSQL.onLane(rule))
    """
  }

  /// Less was taken than was owed, or in another currency: for finance, and nobody's loss by this rule.
  func outside(_ rule: HarmRule, limit: Int) throws(Refusal) -> SQL {
    """
    SELECT 'customer:' || c.customer AS person, 'capture:' || c.id AS item,
      CASE WHEN c.currency = o.currency THEN 'less was taken than was owed' ELSE 'taken in another currency' END AS why,
      'obligation:' || c.obligation AS evidence
    FROM capture AS c JOIN obligation AS o ON o.id = c.obligation
    WHERE c.differs = 1 AND c.role = 'due' AND (c.currency <> o.currency OR c.amount < o.amount)
      AND \(HarmSQL.inWindow(rule)) \(HarmSQL.onLane(rule)) ORDER BY c.id LIMIT \(limit)
    """
  }
}
