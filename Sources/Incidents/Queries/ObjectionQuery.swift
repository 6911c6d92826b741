import Kernel
import Store

/// What people said is not right.
package enum ObjectionQuery {
  package struct Objection: Sendable {
    package var id: Int64
    package var incident: Int64
    package var person: String
    package var text: String
    package var raisedAt: Instant
    /// As the journal names them; who wrote it down, where that was not the person.
    package var raisedBy: String
    package var owner: String
    package var dueAt: Instant
    package var answer: String?
    package var answeredBy: String?
    package var answeredAt: Instant?
    package var outcome: AnswerObjection.Outcome?

    fileprivate init(_ row: Row) throws {
      id = try row.integer("id")
      incident = try row.integer("incident")
      person = try row.text("person")
      text = try row.text("text")
      raisedAt = try row.instant("raised_at")
      raisedBy = try row.text("raised_by")
      owner = try row.text("owner")
      dueAt = try row.instant("due_at")
      answer = try row.textOrNull("answer")
      answeredBy = try row.textOrNull("answered_by")
      answeredAt = try row.instantOrNull("answered_at")
      outcome = try row.textOrNull("outcome").flatMap { AnswerObjection.Outcome(rawValue: $0) }
    }
  }

  private static let columns: StaticString =
    """
    o.id, o.incident, a.person, o.text, o.raised_at, o.raised_by, o.owner, o.due_at, o.answer, o.answered_by, o.answered_at,
      o.outcome
    """

  package static func objection(_ id: Int64, in tx: Transaction) throws -> Objection? {
    try tx.row(
      "SELECT \(name: columns) FROM objection AS o JOIN affected AS a ON a.id = o.affected WHERE o.id = \(id)"
    ).map(Objection.init)
  }

  /// Of one incident, without an answer, in the order in which they were found. `disputed` are those of whom one is open: found along `affected_state`.
  package static func waiting(of incident: Int64, limit: Int, in tx: Transaction) throws -> [Objection] {
    try tx.rows(
      """
      SELECT \(name: columns) FROM affected AS a
      JOIN objection AS o ON o.affected = a.id AND o.answered_at IS NULL
      WHERE a.incident = \(incident) AND a.state = 'disputed' ORDER BY a.id LIMIT \(limit)
      """
    ).map(Objection.init)
  }

  /// Without an answer, the most urgent first, after a place in that order.
  package static func waiting(
    afterDue due: Int64 = .min, id: Int64 = -1, limit: Int, in tx: Transaction
  ) throws -> [Objection] {
    try tx.rows(
      """
      SELECT \(name: columns) FROM objection AS o JOIN affected AS a ON a.id = o.affected
      WHERE o.answered_at IS NULL AND (o.due_at, o.id) > (\(due), \(id)) ORDER BY o.due_at, o.id LIMIT \(limit)
      """
    ).map(Objection.init)
  }
}
