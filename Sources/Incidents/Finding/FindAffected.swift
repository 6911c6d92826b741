import Kernel
import Store

/// Begins a search for everybody affected: a new version of the cohort, which a worker fills.
package struct FindAffected: UsesParts {
  package static let name = "findAffected"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var incident: Int64
  package var finder: String
  package var rule: HarmRule
  /// Why this rule, or why once more.
  package var reason: String
  package var parts = HarmParts()

  private enum CodingKeys: String, CodingKey { case incident, finder, rule, reason }

  package init(incident: Int64, finder: String, rule: HarmRule, reason: String) {
    self.incident = incident
    self.finder = finder
    self.rule = rule
    self.reason = reason
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.reason(reason)
    _ = try Incident.open(incident, in: change)
    let finder = try parts.finder(finder)
    try finder.check(rule)
    let searching = try change.tx.row("SELECT n FROM cohort WHERE incident = \(incident) AND state = 'searching'")
    if let searching {
      throw Refusal(
        .conflict, "isSearching", "Version \(try searching.integer("n")) is being searched for; wait for it.")
    }
    let n = (try change.tx.integer("SELECT max(n) FROM cohort WHERE incident = \(incident)") ?? 0) + 1
    // What comes in behind the last key while it runs belongs to the next version.
    let keys = try finder.keys(rule, in: change.tx) ?? 0...0
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO cohort (id, incident, n, finder, rule, reason, state, key, last, made_at, made_by)
      VALUES (\(id), \(incident), \(n), \(finder.name), \(try rule.json), \(reason), 'searching', \(keys.lowerBound),
        \(keys.upperBound), \(change.now), \(change.actor.description))
      """)
    change.record(
      IncidentFact(incident: incident, what: "searching", about: finder.name, reason: reason, number: n))
    return id
  }
}

/// A version that is not used: its rule was wrong.
package struct DropCohort: Command {
  package static let name = "dropCohort"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var cohort: Int64
  package var reason: String

  package init(cohort: Int64, reason: String) {
    self.cohort = cohort
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.reason(reason)
    guard let named = try Cohort.find(cohort, in: change.tx) else {
      throw Refusal(.missing, "noCohort", "There is no version \(cohort).")
    }
    // Dropping and approving take turns.
    _ = try Incident.held(named.incident, in: change)
    let row = try change.tx.row(
      """
      UPDATE cohort SET state = 'dropped' WHERE id = \(cohort) AND state IN ('searching', 'frozen') RETURNING incident, n
      """)
    guard let row else { throw Refusal(.conflict, "notOpen", "This version is approved or dropped already.") }
    change.record(
      IncidentFact(
        incident: try row.integer("incident"), what: "cohortDropped", reason: reason, number: try row.integer("n")))
    return true
  }
}
