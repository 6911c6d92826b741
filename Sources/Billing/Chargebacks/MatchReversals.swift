import Kernel
import Store

/// What was taken back of payments that another system took: they have no order of ours, so the inbox knows them by nothing. They
/// wait there, and are found here by the partner's number of the payment, or by the reference under which it was taken.
package struct MatchReversals: Sendable {
  let kernel: Kernel
  /// Of a test clock there is no such past.
  package var batch = 500

  package init(kernel: Kernel) { self.kernel = kernel }

  /// - Returns: how many were found.
  package func run() async throws -> Int {
    let waiting: SQL = "e.state = 'waiting' AND e.state IN ('new', 'waiting') AND e.says IN ('reversed', 'restored')"
    let columns: SQL =
      """
      e.id, e.lane, e.says, e.code, e.amount, e.currency, e.partner_id, c.id AS capture, c.customer, c.obligation
      """
    let found: SQL =
      """
      SELECT \(columns) FROM evidence AS e JOIN capture AS c ON c.lane = e.lane AND c.partner_id = e.partner_id
      WHERE \(waiting) AND \(TestLane.isNot("e.lane"))
      UNION ALL
      SELECT \(columns) FROM evidence AS e JOIN capture AS c ON c.lane = e.lane AND c.reference = e.reference
        AND c.reference IS NOT NULL
      WHERE \(waiting) AND \(TestLane.isNot("e.lane")) LIMIT \(batch)
      """
    guard try await kernel.store.read({ tx in try tx.row(found) }) != nil else { return 0 }
    let count = try await kernel.change(by: .system("inbox"), canRepeat: true) { change in
      let rows = try change.tx.rows(found)
      let ids = Set(try rows.map { try $0.integer("id") }).sorted()
      // Another worker may have taken some meanwhile.
      let mine = Set(
        try change.tx.rows(
          "UPDATE evidence SET state = 'applied' WHERE id \(in: ids) AND state = 'waiting' RETURNING id"
        ).map { try $0.integer("id") })
      let notices = try Dictionary(grouping: rows, by: { try $0.integer("id") }).sorted { $0.key < $1.key }
        .filter { mine.contains($0.key) }.compactMap { id, rows -> Chargeback.Notice? in
          guard let row = rows.first else { return nil }
          return Chargeback.Notice(
            isRestored: try row.text("says") == "restored", number: try row.textOrNull("code") ?? "evidence:\(id)",
            lane: try row.text("lane"), amount: try row.integerOrNull("amount"),
            currency: try row.textOrNull("currency"), evidence: id, customer: try row.integer("customer"),
            obligation: try row.integer("obligation"), captures: try rows.map { try $0.integer("capture") },
            payment: try row.textOrNull("partner_id"))
        }
      try Chargeback.take(notices, in: change)
      return mine.count
    }
    if count > 0 { try kernel.between(.applied) }
    return count
  }
}
