import Kernel
import Store

/// A refund that its partner refused, and no other was asked for since: money that is held and belongs to somebody.
package struct RefusedRefund: Sendable {
  package var id: Int64
  package var customer: Int64
  package var amount: Int64
  package var currency: String
  package var lane: String
  package var code: String?
  package var endedAt: Instant

  /// The money is still there to be given back. It is not where the payer's bank took it; and a payment that counts because the
  /// bank took back the other one is no surplus any more.
  static let isHeld: SQL =
    """
    c.given_back + c.taken_back < c.amount
      AND NOT (c.role = 'due' AND (r.cause = 'surplus' OR COALESCE(r.code, '') = 'takenBack'))
    """

  /// Nobody has asked anew since it was refused. What was asked for before that is for something else.
  static let isNotAskedAnew: SQL =
    "NOT EXISTS (SELECT 1 FROM refund AS n WHERE n.capture = r.capture AND n.id > r.id AND n.asked_at >= r.ended_at)"

  /// The oldest first, after a place in that order. The same question as the check `refundsRefused` asks.
  package static func waiting(
    now: Instant, after: Instant, id: Int64, limit: Int, in tx: Transaction
  ) throws -> [RefusedRefund] {
    try tx.rows(
      """
      SELECT r.id, r.customer, r.amount, r.currency, r.code, r.ended_at, c.lane
      FROM refund AS r JOIN capture AS c ON c.id = r.capture
      WHERE r.state = 'refused' AND (r.ended_at, r.id) > (\(after), \(id)) AND \(isHeld)
        AND (r.cause = 'surplus' OR r.ended_at >= \(now - .days(30)))
        AND \(isNotAskedAnew)
      ORDER BY r.ended_at, r.id LIMIT \(limit)
      """
    ).map { row in
      RefusedRefund(
        id: try row.integer("id"), customer: try row.integer("customer"), amount: try row.integer("amount"),
        currency: try row.text("currency"), lane: try row.text("lane"), code: try row.textOrNull("code"),
        endedAt: try row.instant("ended_at"))
    }
  }
}

/// Whose something is, for pages that know nothing of billing.
package enum SubjectOwners {
  /// Of `customer:7`, `obligation:42`, `refund:3`, `capture:9`, `subscription:5` and `chargeback:2`: the customer and their name.
  package static func find(
    _ subjects: Set<String>, in tx: Transaction
  ) throws -> [String: (customer: Int64, name: String)] {
    var numbers: [String: Set<Int64>] = [:]
    for subject in subjects {
      let parts = subject.split(separator: ":")
      guard parts.count == 2, let number = Int64(parts[1]) else { continue }
      numbers[String(parts[0]), default: []].insert(number)
    }
    var found: [String: Int64] = [:]
    for (kind, ids) in numbers {
      let table: SQL
      switch kind {
      case "customer":
        for id in ids { found["customer:\(id)"] = id }
        continue
      case "obligation": table = "obligation"
      case "refund": table = "refund"
      case "capture": table = "capture"
      case "subscription": table = "subscription"
      case "chargeback": table = "chargeback"
      default: continue
      }
      for row in try tx.rows("SELECT id, customer FROM \(table) WHERE id \(in: ids.sorted())") {
        found["\(kind):\(try row.integer("id"))"] = try row.integer("customer")
      }
    }
    let names = try tx.rows("SELECT id, name FROM customer WHERE id \(in: Set(found.values).sorted())")
    let known = Dictionary(
      try names.map { (try $0.integer("id"), try $0.text("name")) }, uniquingKeysWith: { first, _ in first })
    return found.compactMapValues { customer in known[customer].map { (customer, $0) } }
  }
}
