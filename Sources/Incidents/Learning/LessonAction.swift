import Kernel
import Store

/// What was changed so that it is caught next time.
package enum ControlKind: String, Codable, Sendable, CaseIterable { case check, guardrail = "guard", checklist, test }

/// Something to do differently, with an owner and a date.
package struct AddAction: Command {
  package static let name = "addAction"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  package static let most = 100

  package var incident: Int64
  package var text: String
  package var owner: String
  package var due: Instant

  package init(incident: Int64, text: String, owner: String, due: Instant) {
    self.incident = incident
    self.text = text
    self.owner = owner
    self.due = due
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.limited(text, 3...1_000, "An action")
    _ = try Text.limited(owner, 1...80, "An owner")
    _ = try Incident.held(incident, in: change)
    let closed = try change.tx.row("SELECT 1 AS one FROM lesson WHERE incident = \(incident) AND closed_at IS NOT NULL")
    guard closed == nil else { throw Refusal(.conflict, "isClosed", "The post-mortem is closed.") }
    let count = try change.tx.integer("SELECT count(*) FROM lesson_action WHERE incident = \(incident)") ?? 0
    guard count < Self.most else { throw Refusal(.limit, "tooMany", "At most \(Self.most) actions.") }
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO lesson_action (id, incident, text, owner, due_at)
      VALUES (\(id), \(incident), \(text), \(owner), \(due))
      """)
    change.record(IncidentFact(incident: incident, what: "actionAdded", about: owner, number: id))
    return id
  }
}

/// It is done, and this is the control that it changed: the name of a check, a guard, a checklist item or a test.
package struct FinishAction: Command {
  package static let name = "finishAction"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var action: Int64
  package var kind: ControlKind
  package var control: String

  package init(action: Int64, kind: ControlKind, control: String) {
    self.action = action
    self.kind = kind
    self.control = control
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.limited(control, 1...300, "A control")
    if kind == .checklist {
      let item = Int64(control).map { "\($0)" } ?? control
      let known = try change.tx.row(
        "SELECT id FROM checklist_item WHERE CAST(id AS TEXT) = \(item) AND retired_at IS NULL")
      guard known != nil else { throw Refusal(.missing, "noItem", "There is no checklist item \(control).") }
    }
    let row = try change.tx.row(
      """
      UPDATE lesson_action SET control_kind = \(kind.rawValue), control = \(control), done_at = \(change.now),
        done_by = \(change.actor.description)
      WHERE id = \(action) AND verified_at IS NULL RETURNING incident
      """)
    guard let row else { throw Refusal(.conflict, "notOpen", "There is no open action \(action).") }
    change.record(
      IncidentFact(
        incident: try row.integer("incident"), what: "actionDone", about: "\(kind.rawValue) \(control)", number: action)
    )
    return true
  }
}

/// A second person has seen the control at work.
package struct VerifyAction: Command {
  package static let name = "verifyAction"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support, .auditor]

  package var action: Int64

  package init(action: Int64) { self.action = action }

  package func run(in change: Change) throws -> Bool {
    let row = try change.tx.row(
      "SELECT incident, done_by, verified_at FROM lesson_action WHERE id = \(action) \(.forUpdate)")
    guard let row, let doer = try row.textOrNull("done_by") else {
      throw Refusal(.conflict, "notDone", "Nobody has said that action \(action) is done.")
    }
    guard try row.instantOrNull("verified_at") == nil else { return false }
    guard !change.actor.isWhoever(doer) else { throw Refusal.secondPerson }
    try change.tx.execute(
      """
      UPDATE lesson_action SET verified_at = \(change.now), verified_by = \(change.actor.description) WHERE id = \(action)
      """)
    change.record(IncidentFact(incident: try row.integer("incident"), what: "actionVerified", number: action))
    return true
  }
}
