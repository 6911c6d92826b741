import Kernel
import Store

/// Starts what was approved: workers carry it out for each person, once. Whoever is second finds it running.
package struct RunRemedies: Command {
  package static let name = "runRemedies"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var rule: Int64

  package init(rule: Int64) { self.rule = rule }

  package func run(in change: Change) throws -> Bool {
    let rule = try RemedyRule.held(rule, in: change)
    _ = try Incident.open(rule.incident, in: change)
    guard rule.state != .running else { throw Refusal(.conflict, "isRunning", "Version \(rule.n) is running already.") }
    guard rule.state != .tried else {
      throw Refusal(.conflict, "notApproved", "Nobody has approved version \(rule.n).")
    }
    let newest = try change.tx.integer(
      "SELECT max(n) FROM remedy_rule WHERE incident = \(rule.incident) AND state <> 'tried'")
    guard newest == rule.n else { throw Refusal(.conflict, "isOld", "A newer version is approved.") }
    try change.tx.execute(
      """
      UPDATE remedy_rule SET state = 'stopped', stopped = \("replaced by version \(rule.n)")
      WHERE incident = \(rule.incident) AND state = 'running'
      """)
    try change.tx.execute(
      """
      UPDATE remedy_rule SET state = 'running', stopped = NULL, started_at = COALESCE(started_at, \(change.now)),
        started_by = COALESCE(started_by, \(change.actor.description)) WHERE id = \(rule.id)
      """)
    if rule.startedAt == nil {
      // Everybody is looked at once more: what they have already got, they do not get again.
      try change.tx.execute(
        """
        UPDATE affected SET todo = 1,
          state = CASE WHEN state <> 'whole' THEN state ELSE 'told' END
        WHERE incident = \(rule.incident) AND unharmed IS NULL AND unreachable_at IS NULL
        """)
    }
    change.record(IncidentFact(incident: rule.incident, what: "remedyRunning", number: rule.n))
    return true
  }
}

/// Holds a run: what is under way comes to its end, nothing new begins.
package struct StopRemedies: Command {
  package static let name = "stopRemedies"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var rule: Int64
  package var reason: String

  package init(rule: Int64, reason: String) {
    self.rule = rule
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let rule = try RemedyRule.held(rule, in: change)
    return try Self.stop(rule.id, rule.incident, try Text.reason(reason), in: change)
  }

  static func stop(_ rule: Int64, _ incident: Int64, _ reason: String, in change: Change) throws -> Bool {
    let stopped = try change.tx.execute(
      "UPDATE remedy_rule SET state = 'stopped', stopped = \(reason) WHERE id = \(rule) AND state = 'running'")
    if stopped == 1 { change.record(IncidentFact(incident: incident, what: "remedyStopped", reason: reason)) }
    return stopped == 1
  }
}
