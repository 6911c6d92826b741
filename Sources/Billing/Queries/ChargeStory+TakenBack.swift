import Kernel
import Store
import Web

extension ChargeStory {
  /// What the payer's bank took back, and what follows from it.
  func takenBack() throws -> [StoryEntry] {
    let rows = try tx.rows(
      """
      SELECT b.id, b.lane, b.capture, b.amount, b.currency, b.heard_at, b.restored_at, b.owner, b.twice, b.evidence,
        c.given_back
      FROM chargeback AS b LEFT JOIN capture AS c ON c.id = b.capture WHERE b.obligation = \(obligation.id)
      ORDER BY b.id LIMIT 50
      """)
    guard !rows.isEmpty else { return [] }
    let said = try evidence("id \(in: try rows.map { try $0.integer("evidence") })")
    var entries: [StoryEntry] = []
    for row in rows {
      let (evidence, heard) = (try row.integer("evidence"), try row.instant("heard_at"))
      let amount = Amount(try row.integer("amount"), try row.text("currency"))
      let restored = try row.instantOrNull("restored_at")
      let isKnown = try row.integerOrNull("capture") != nil
      if isKnown || restored == nil {
        entries.append(
          StoryEntry(
            at: heard, .takenBack, .takenBack(partner: try row.text("lane"), amount),
            evidence: said.filter { $0.id == evidence }.map(\.view)))
      }
      if let owner = try row.textOrNull("owner") {
        entries.append(StoryEntry(at: heard, .parked, .takenBackMeans(try Self.means(row), owner: owner)))
      }
      if let restored, isKnown { entries.append(StoryEntry(at: restored, .settled, .restored(amount))) }
    }
    if let moved = try fact("paymentCounts", where: { $0.number("obligation") == obligation.id }) {
      entries.append(StoryEntry(at: moved.at, .decided, .paymentCounts, fact: moved.view))
    }
    return entries
  }

  private static func means(_ row: Row) throws -> Sentence.TakenBack {
    guard try row.integerOrNull("capture") != nil else { return .unknown }
    if try row.integer("twice") > 0 { return .twice }
    return try row.integer("given_back") > 0 ? .both : .unpaid
  }
}
