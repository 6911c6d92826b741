import Kernel
import Store

/// A delivery that somebody is about to try.
struct Claim: Sendable {
  /// Four waves of which each has one that hangs, and time to write it down.
  static let lease = Span.seconds(75)

  var id: Int64
  /// When it was due before it was claimed.
  var dueAt: Instant
  var givesUpAt: Instant
  /// With this attempt. It tells this claim from a later one.
  var tries: Int
  var message: String
  var payload: String

  /// Takes what is due first, and puts it off until the lease is over.
  static func take(_ limit: Int, of endpoint: Int64, in change: Change) throws -> [Claim] {
    let due = try change.tx.rows(
      """
      SELECT id, due_at FROM webhook_delivery WHERE endpoint = \(endpoint) AND state = 'waiting' AND due_at <= \(change.now)
      ORDER BY due_at, id LIMIT \(limit) \(.skipLocked)
      """)
    guard !due.isEmpty else { return [] }
    let ids = try due.map { try $0.integer("id") }
    try change.tx.execute(
      """
      UPDATE webhook_delivery SET due_at = \(change.now + lease), tries = tries + 1 WHERE id \(in: ids)
      """)
    let rows = try change.tx.rows(
      """
      SELECT d.id, d.tries, d.gives_up_at, e.fact_epoch, e.fact_id, e.payload
      FROM webhook_delivery AS d JOIN webhook_event AS e ON e.id = d.event WHERE d.id \(in: ids)
      """)
    let found = try rows.reduce(into: [Int64: Row]()) { $0[try $1.integer("id")] = $1 }
    return try due.compactMap { before in
      guard let row = found[try before.integer("id")] else { return nil }
      return Claim(
        id: try row.integer("id"), dueAt: try before.instant("due_at"), givesUpAt: try row.instant("gives_up_at"),
        tries: try row.int("tries"),
        message: EventPayload.id(FactNumber(epoch: try row.integer("fact_epoch"), id: try row.integer("fact_id"))),
        payload: try row.text("payload"))
    }
  }
}
