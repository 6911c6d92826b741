import Kernel
import Store

/// Charged more than once for one period: every capture beyond the one that counts. Which one counts is a unique index, so this
/// reads nothing but the others.
struct ChargedTwice: Finder {
  static let finder = "charges.twice"
  let name = Self.finder
  let words = "charged more than once for a period"
  let parameters = [HarmSQL.partner]
  let slice: Int64 = 2_000_000

  func keys(_ rule: HarmRule, in tx: Transaction) throws -> ClosedRange<Int64>? {
    try HarmSQL.keys(
      "SELECT min(id) FROM capture WHERE role = 'surplus'", "SELECT max(id) FROM capture WHERE role = 'surplus'", in: tx
    )
  }

  /// `at + 0`: the way in is the key. By the index of times each slice would read the whole window.
  func affected(_ rule: HarmRule, keys: ClosedRange<Int64>) throws(Refusal) -> SQL {
    """
    SELECT 'customer:' || c.customer AS person, 'capture:' || c.id AS item, c.amount, c.currency AS unit,
      \(HarmSQL.back) AS back, \(HarmSQL.coming) AS coming, \(HarmSQL.evidence("'obligation:' || c.obligation")) AS evidence
    FROM capture AS c WHERE c.role = 'surplus' AND c.id BETWEEN \(keys.lowerBound) AND \(keys.upperBound)
      AND c.at + 0 >= \(rule.starts) AND c.at + 0 < \(rule.ends) \(HarmSQL.onLane(rule))
    """
  }

  /// Charged twice a little before or after; and those charged in the same moments, once.
  func outside(_ rule: HarmRule, limit: Int) throws(Refusal) -> SQL {
    let margin = Span.days(7)
    func near(_ condition: SQL, _ order: SQL) -> SQL {
      """
      SELECT person, item, why, evidence FROM (
        SELECT 'customer:' || c.customer AS person, 'capture:' || c.id AS item, 'charged twice, outside of the window' AS why,
          'obligation:' || c.obligation AS evidence
        FROM capture AS c WHERE c.role = 'surplus' AND \(condition) \(HarmSQL.onLane(rule))
        ORDER BY \(order) LIMIT \(limit / 4)) AS near
      """
    }
    return """
      \(near("c.at >= \(rule.starts - margin) AND c.at < \(rule.starts)", "c.at DESC, c.id DESC"))
      UNION ALL \(near("c.at >= \(rule.ends) AND c.at < \(rule.ends + margin)", "c.at, c.id"))
      UNION ALL SELECT person, item, why, evidence FROM (
        SELECT 'customer:' || n.customer AS person, 'capture:' || n.id AS item,
          'charged in the same moment, once for the period' AS why, 'obligation:' || n.obligation AS evidence
        FROM (
          SELECT (SELECT d.id FROM capture AS d WHERE d.id > c.id AND d.role = 'due' ORDER BY d.id LIMIT 1) AS next
          FROM capture AS c WHERE c.role = 'surplus' AND \(HarmSQL.inWindow(rule)) \(HarmSQL.onLane(rule))
          ORDER BY c.at, c.id LIMIT \(limit / 2)) AS near
        JOIN capture AS n ON n.id = near.next
        WHERE NOT EXISTS (SELECT 1 FROM capture AS x WHERE x.obligation = n.obligation AND x.role = 'surplus')) AS beside
      """
  }
}
