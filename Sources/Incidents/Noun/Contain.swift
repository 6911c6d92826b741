import Kernel
import Store

/// One of the parts' stops, applied: from now on nobody else is reached this way.
package struct ApplyContainment: UsesParts {
  package static let name = "applyContainment"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var incident: Int64
  package var kind: String
  package var target: String
  package var reason: String
  package var parts = HarmParts()

  private enum CodingKeys: String, CodingKey { case incident, kind, target, reason }

  package init(incident: Int64, kind: String, target: String, reason: String) {
    self.incident = incident
    self.kind = kind
    self.target = target
    self.reason = reason
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.reason(reason)
    _ = try Incident.open(incident, in: change)
    let containment = try parts.containment(kind)
    guard try containment.targets(in: change.tx).contains(where: { $0.name == target }) else {
      throw Refusal(.missing, "noTarget", "\(kind) cannot be applied to '\(target)'.")
    }
    let known = try change.tx.integer(
      "SELECT id FROM containment WHERE incident = \(incident) AND kind = \(kind) AND target = \(target) AND undone_at IS NULL"
    )
    if let known { return known }
    let stopped = try containment.apply(to: target, reason: reason, in: change)
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO containment (id, incident, kind, target, reason, at, actor, stopped)
      VALUES (\(id), \(incident), \(kind), \(target), \(reason), \(change.now), \(change.actor.description), \(stopped))
      """)
    change.record(
      IncidentFact(incident: incident, what: "stopped", about: "\(kind) \(target)", reason: reason, number: id))
    return id
  }
}

/// Lets it go on again, unless another incident holds it too, or it had been stopped before by somebody: then whoever that was
/// had a reason, and lets it go on where they stopped it.
package struct UndoContainment: UsesParts {
  package static let name = "undoContainment"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var containment: Int64
  package var reason: String
  package var parts = HarmParts()

  private enum CodingKeys: String, CodingKey { case containment, reason }

  package init(containment: Int64, reason: String) {
    self.containment = containment
    self.reason = reason
  }

  /// - Returns: whether it goes on now; false: it stays stopped.
  package func run(in change: Change) throws -> Bool {
    _ = try Text.reason(reason)
    let row = try change.tx.row(
      """
      UPDATE containment SET undone_at = \(change.now), undone_by = \(change.actor.description), undo_reason = \(reason)
      WHERE id = \(containment) AND undone_at IS NULL RETURNING incident, kind, target, stopped
      """)
    guard let row else {
      throw Refusal(.conflict, "notStopped", "There is no containment \(containment) that is still on.")
    }
    let (incident, kind, target) = (try row.integer("incident"), try row.text("kind"), try row.text("target"))
    let stopped = try row.integer("stopped") == 1
    let other = try change.tx.integer(
      "SELECT min(id) FROM containment WHERE kind = \(kind) AND target = \(target) AND undone_at IS NULL")
    let goesOn = stopped && other == nil
    if goesOn {
      try parts.containment(kind).undo(on: target, reason: reason, in: change)
    } else if stopped, let other {
      // It is that incident's stop from now on.
      try change.tx.execute("UPDATE containment SET stopped = 1 WHERE id = \(other)")
    }
    let about = "\(kind) \(target)"
    change.record(
      goesOn
        ? IncidentFact(incident: incident, what: "goesOn", about: about, reason: reason, number: containment)
        : IncidentFact(incident: incident, what: "letGo", about: about, reason: reason, number: containment))
    return goesOn
  }
}

/// Says that nobody else is reached any more, and why that is known.
package struct DeclareContained: Command {
  package static let name = "declareContained"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var incident: Int64
  package var reason: String

  package init(incident: Int64, reason: String) {
    self.incident = incident
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.reason(reason)
    let now = try Incident.open(incident, in: change)
    guard now.state == .open else { return false }
    try change.tx.execute(
      "UPDATE incident SET state = 'contained', contained_at = \(change.now) WHERE id = \(incident)")
    change.record(IncidentFact(incident: incident, what: "contained", reason: reason))
    return true
  }
}
