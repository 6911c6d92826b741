import Kernel
import Store

/// A second person says that these, and nobody else, are affected: from here on each of them is somebody to be made whole.
package struct ApproveCohort: Command {
  package static let name = "approveCohort"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var cohort: Int64

  package init(cohort: Int64) { self.cohort = cohort }

  package func run(in change: Change) throws -> Int64 {
    guard let named = try Cohort.find(cohort, in: change.tx) else {
      throw Refusal(.missing, "noCohort", "There is no version \(cohort).")
    }
    _ = try Incident.open(named.incident, in: change)
    // Read again now that the incident is held.
    guard let version = try Cohort.find(cohort, in: change.tx), version.state == .frozen else {
      throw Refusal(.conflict, "notFrozen", "Only a version that is searched to its end, and not decided, is approved.")
    }
    guard !change.actor.isWhoever(version.madeBy) else { throw Refusal.secondPerson }
    if let newer = try change.tx.integer(
      "SELECT max(n) FROM cohort WHERE incident = \(version.incident) AND state = 'approved'"), newer > version.n
    {
      throw Refusal(.conflict, "isOld", "Version \(newer) is approved already.")
    }
    try change.tx.execute(
      """
      UPDATE cohort SET state = 'approved', approved_at = \(change.now), approved_by = \(change.actor.description)
      WHERE id = \(cohort) AND state = 'frozen'
      """)
    try change.tx.execute("UPDATE incident SET cohort = \(cohort) WHERE id = \(version.incident)")
    try take(version, in: change)
    try leave(version, in: change)
    change.record(
      IncidentFact(incident: version.incident, what: "cohortApproved", number: version.n, count: version.people))
    return version.people ?? 0
  }

  /// Who is in it and was not known yet; and of those known, who has something that nobody has looked at, or to whom more is owed
  /// for it than was thought. Evidence that nothing reached them covers what was known when it was written down.
  private func take(_ version: Cohort, in change: Change) throws {
    let fresh: SQL =
      """
      SELECT DISTINCT i.person FROM cohort_item AS i WHERE i.cohort = \(version.id)
        AND NOT EXISTS (SELECT 1 FROM affected AS a WHERE a.incident = \(version.incident) AND a.person = i.person)
      """
    let count = try change.tx.integer("SELECT count(*) FROM (\(fresh)) AS f") ?? 0
    try change.tx.execute(
      """
      UPDATE affected SET todo = 1, unharmed = NULL, unharmed_by = NULL, unreachable_at = NULL,
        state = CASE WHEN state = 'disputed' THEN state WHEN told_at IS NULL THEN 'affected' ELSE 'told' END
      WHERE incident = \(version.incident)
        AND EXISTS (SELECT 1 FROM cohort_item AS i WHERE i.cohort = \(version.id) AND i.person = affected.person
          AND NOT EXISTS (SELECT 1 FROM remedy AS r
            WHERE r.affected = affected.id AND r.about = i.item AND r.owed >= i.amount)
          AND NOT \(Affected.isShownUnharmed("affected", item: "i.item")))
      """)
    guard count > 0 else { return }
    let ids = try change.ids(Int(count))
    try change.tx.execute(
      """
      INSERT INTO affected (id, incident, person, cohort, state)
      SELECT \(ids.lowerBound) - 1 + row_number() OVER (ORDER BY f.person), \(version.incident), f.person, \(version.id),
        'affected'
      FROM (\(fresh)) AS f
      """)
  }

  /// Who is no more in it, and got nothing yet, was not reached: that this version leaves them out is the evidence.
  private func leave(_ version: Cohort, in change: Change) throws {
    try change.tx.execute(
      """
      UPDATE affected SET todo = 0, unharmed = \("version \(version.n) leaves them out: \(version.reason)"),
        unharmed_by = 'cohort', state = CASE WHEN state = 'disputed' THEN state ELSE 'unharmed' END
      WHERE incident = \(version.incident) AND unharmed IS NULL
        AND NOT EXISTS (SELECT 1 FROM cohort_item AS i WHERE i.cohort = \(version.id) AND i.person = affected.person)
        AND NOT EXISTS (SELECT 1 FROM remedy AS r WHERE r.affected = affected.id)
      """)
  }
}

extension Refusal {
  static let secondPerson = Refusal(
    .forbidden, "secondPerson", "Whoever made it cannot approve it: a second person has to.")
}
