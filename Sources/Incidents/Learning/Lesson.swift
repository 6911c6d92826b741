import Kernel
import Store

// What is kept of it: a post-mortem in five parts, and actions that change something which would have caught it.

/// The five parts; written once and again until it is closed.
package struct WriteLesson: Command {
  package static let name = "writeLesson"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  static let longest = 20_000

  package var incident: Int64
  package var context: String
  package var failed: String
  /// What we did when we learned of it.
  package var did: String
  package var learned: String
  package var differently: String

  package init(
    incident: Int64, context: String, failed: String, did: String, learned: String, differently: String
  ) {
    self.incident = incident
    self.context = context
    self.failed = failed
    self.did = did
    self.learned = learned
    self.differently = differently
  }

  package func run(in change: Change) throws -> Bool {
    for part in [context, failed, did, learned, differently] { _ = try Text.limited(part, 0...Self.longest, "A part") }
    _ = try Incident.held(incident, in: change)
    let saved = try change.tx.execute(
      """
      INSERT INTO lesson (incident, context, failed, did, learned, differently, written_at, written_by)
      VALUES (\(incident), \(context), \(failed), \(did), \(learned), \(differently), \(change.now),
        \(change.actor.description))
      ON CONFLICT (incident) DO UPDATE SET context = excluded.context, failed = excluded.failed, did = excluded.did,
        learned = excluded.learned, differently = excluded.differently, written_at = excluded.written_at,
        written_by = excluded.written_by WHERE lesson.closed_at IS NULL
      """)
    guard saved == 1 else { throw Refusal(.conflict, "isClosed", "The post-mortem of incident \(incident) is closed.") }
    change.record(IncidentFact(incident: incident, what: "lessonWritten"))
    return true
  }
}

/// Closed only when all five parts are there, and each action changed a control and somebody else has seen that it did.
package struct CloseLesson: Command {
  package static let name = "closeLesson"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var incident: Int64

  package init(incident: Int64) { self.incident = incident }

  package func run(in change: Change) throws -> Bool {
    let now = try Incident.held(incident, in: change)
    guard now.state == .closed else {
      throw Refusal(.conflict, "isOpen", "First everybody is made whole: incident \(incident) is still open.")
    }
    guard
      let row = try change.tx.row(
        "SELECT context, failed, did, learned, differently, closed_at FROM lesson WHERE incident = \(incident)")
    else { throw Refusal(.missing, "noLesson", "Nobody has written it yet.") }
    guard try row.instantOrNull("closed_at") == nil else { return false }
    let parts = ["context", "failed", "did", "learned", "differently"]
    let empty = try parts.filter { try row.text($0).isEmpty }
    guard empty.isEmpty else {
      throw Refusal(.conflict, "partsMissing", "These parts are empty: \(empty.joined(separator: ", ")).")
    }
    let actions = try change.tx.row(
      """
      SELECT count(*) AS n, CAST(COALESCE(sum(CASE WHEN verified_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS open
      FROM lesson_action WHERE incident = \(incident)
      """)
    guard let actions, try actions.integer("n") > 0 else {
      throw Refusal(.conflict, "noAction", "A lesson that changes nothing is not learned: add an action.")
    }
    let open = try actions.integer("open")
    guard open == 0 else {
      throw Refusal(
        .conflict, "actionsOpen", "\(open) actions have not yet changed a control that a second person has seen.")
    }
    try change.tx.execute(
      "UPDATE lesson SET closed_at = \(change.now), closed_by = \(change.actor.description) WHERE incident = \(incident)"
    )
    change.record(IncidentFact(incident: incident, what: "lessonClosed"))
    return true
  }
}
