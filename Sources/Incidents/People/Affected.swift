import Kernel
import Store

/// One person in one incident.
package enum Affected {
  package enum State: String, Sendable, CaseIterable {
    case affected, told, whole, unharmed, unreachable, disputed

    /// Nothing has to be done any more.
    package var isSettled: Bool { self == .whole || self == .unharmed || self == .unreachable }
  }

  /// Whether evidence says of a thing, in SQL, that it did a person no harm: it was in the version that was approved when the
  /// evidence was written down.
  static func isShownUnharmed(_ affected: StaticString, item: StaticString) -> SQL {
    """
    EXISTS (SELECT 1 FROM cohort_item AS u WHERE u.cohort = \(name: affected).unharmed_cohort
      AND u.person = \(name: affected).person AND u.item = \(name: item))
    """
  }

  /// Where a person stands follows from what is known of them, and from nothing else. Run by every step that changes any of it.
  static func settle(_ ids: some Sequence<Int64>, in change: Change) throws {
    let list = Set(ids).sorted()
    guard !list.isEmpty else { return }
    let isWhole: SQL =
      """
      todo = 0 AND told_at IS NOT NULL AND EXISTS (SELECT 1 FROM remedy AS r WHERE r.affected = affected.id)
        AND NOT EXISTS (SELECT 1 FROM remedy AS r WHERE r.affected = affected.id AND r.state <> 'done')
      """
    try change.tx.execute(
      """
      UPDATE affected SET whole_at = CASE WHEN \(isWhole) THEN COALESCE(whole_at, \(change.now)) ELSE NULL END, state = CASE
          WHEN EXISTS (SELECT 1 FROM objection AS o WHERE o.affected = affected.id AND o.answered_at IS NULL) THEN 'disputed'
          WHEN unharmed IS NOT NULL THEN 'unharmed'
          WHEN \(isWhole) THEN 'whole'
          WHEN unreachable_at IS NOT NULL AND todo = 0
            AND NOT EXISTS (SELECT 1 FROM remedy AS r WHERE r.affected = affected.id AND r.state IN ('underWay', 'refused'))
            THEN 'unreachable'
          WHEN told_at IS NOT NULL THEN 'told' ELSE 'affected' END
      WHERE id \(in: list)
      """)
  }

  /// Somebody was spoken to, or not reached.
  static func contacted(_ ids: [Int64], means: String, reached: Bool, note: String, in change: Change) throws {
    guard !ids.isEmpty else { return }
    let rows = try zip(change.ids(ids.count), ids).map { id, affected -> [SQLValue] in
      [
        .integer(id), .integer(affected), .text(means), reached.sqlValue, change.now.sqlValue,
        .text(change.actor.description), .text(note),
      ]
    }
    try change.tx.insert(
      into: "contact_try",
      [
        .integer("id"), .integer("affected"), .text("means"), .integer("reached"), .integer("at"), .text("actor"),
        .text("note"),
      ], rows: rows)
    guard reached else { return }
    try change.tx.execute(
      "UPDATE affected SET told_at = COALESCE(told_at, \(change.now)), unreachable_at = NULL WHERE id \(in: ids)")
  }

  /// The row of a person in an incident, held until the change ends.
  static func held(_ person: String, in incident: Int64, _ change: Change) throws -> Row {
    guard
      let row = try change.tx.row(
        """
        SELECT id, state, todo, told_at, unharmed, unreachable_at FROM affected
        WHERE incident = \(incident) AND person = \(person) \(.forUpdate)
        """)
    else { throw Refusal(.missing, "notAffected", "\(person) is not among the affected of incident \(incident).") }
    return row
  }
}
