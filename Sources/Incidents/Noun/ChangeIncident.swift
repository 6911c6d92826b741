import Kernel
import Store

// The small acts on an incident: what is known of it, who works on it, who has been told, what was noted.

/// Corrects what is known: how bad it is, when it probably began, what is to be reached by when.
package struct AssessIncident: Command {
  package static let name = "assessIncident"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var incident: Int64
  package var severity: Int?
  package var began: Instant?
  /// In a hundred.
  package var target: Int?
  package var targetAt: Instant?
  package var reason: String

  package init(
    incident: Int64, severity: Int? = nil, began: Instant? = nil, target: Int? = nil, targetAt: Instant? = nil,
    reason: String
  ) {
    self.incident = incident
    self.severity = severity
    self.began = began
    self.target = target
    self.targetAt = targetAt
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.reason(reason)
    let now = try Incident.open(incident, in: change)
    if let severity, !(1...4).contains(severity) {
      throw Refusal(.invalid, "badSeverity", "A severity is 1 to 4.")
    }
    if let began, began > now.noticedAt {
      throw Refusal(.invalid, "badBeginning", "It cannot have begun after it was noticed.")
    }
    guard (target == nil) == (targetAt == nil), target.map({ (1...100).contains($0) }) ?? true else {
      throw Refusal(.invalid, "badTarget", "A target is 1 to 100 per cent, and has a date.")
    }
    try change.tx.execute(
      """
      UPDATE incident SET severity = \(severity ?? now.severity), began_at = \(began ?? now.beganAt),
        target = \(target ?? now.target), target_at = \(targetAt ?? now.targetAt) WHERE id = \(incident)
      """)
    change.record(
      IncidentFact(incident: incident, what: "assessed", reason: reason, number: Int64(severity ?? now.severity)))
    return true
  }
}

/// Somebody takes a role.
package struct TakeRole: Command {
  package static let name = "takeIncidentRole"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var incident: Int64
  package var role: Incident.Role
  /// As the journal names people: `operator:65540`.
  package var person: String

  package init(incident: Int64, role: Incident.Role, person: String) {
    self.incident = incident
    self.role = role
    self.person = person
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.limited(person, 1...80, "A person")
    _ = try Incident.open(incident, in: change)
    let new = try change.tx.execute(
      """
      INSERT INTO incident_role (incident, role, person, since)
      VALUES (\(incident), \(role.rawValue), \(person), \(change.now)) ON CONFLICT DO NOTHING
      """)
    if new == 1 { change.record(IncidentFact(incident: incident, what: "role", about: "\(role.rawValue) \(person)")) }
    return new == 1
  }
}

/// What somebody wants to have remembered.
package struct NoteIncident: Command {
  package static let name = "noteIncident"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var incident: Int64
  package var text: String

  package init(incident: Int64, text: String) {
    self.incident = incident
    self.text = text
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.limited(text, 1...4_000, "A note")
    _ = try Incident.held(incident, in: change)
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO incident_note (id, incident, at, author, text)
      VALUES (\(id), \(incident), \(change.now), \(change.actor.description), \(text))
      """)
    change.record(IncidentFact(incident: incident, what: "noted", number: id))
    return id
  }
}

/// One more who has to be told.
package struct AddToTell: Command {
  package static let name = "addToTell"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  static let most = 50

  package var incident: Int64
  package var whom: String

  package init(incident: Int64, whom: String) {
    self.incident = incident
    self.whom = whom
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Incident.open(incident, in: change)
    return try Self.add(whom, to: incident, in: change)
  }

  @discardableResult
  static func add(_ whom: String, to incident: Int64, in change: Change) throws -> Bool {
    _ = try Text.limited(whom, 1...120, "Who is told")
    let count = try change.tx.integer("SELECT count(*) FROM incident_tell WHERE incident = \(incident)") ?? 0
    guard count < most else { throw Refusal(.limit, "tooMany", "At most \(most) are told.") }
    return try change.tx.execute(
      """
      INSERT INTO incident_tell (id, incident, whom) VALUES (\(try change.id()), \(incident), \(whom))
      ON CONFLICT DO NOTHING
      """) == 1
  }
}

/// They have been told.
package struct TickTold: Command {
  package static let name = "tickTold"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var incident: Int64
  package var whom: String

  package init(incident: Int64, whom: String) {
    self.incident = incident
    self.whom = whom
  }

  package func run(in change: Change) throws -> Bool {
    let ticked = try change.tx.execute(
      """
      UPDATE incident_tell SET told_at = \(change.now), told_by = \(change.actor.description)
      WHERE incident = \(incident) AND whom = \(whom) AND told_at IS NULL
      """)
    if ticked == 0 {
      let known = try change.tx.row("SELECT id FROM incident_tell WHERE incident = \(incident) AND whom = \(whom)")
      guard known != nil else { throw Refusal(.missing, "notListed", "\(whom) is not on the list.") }
      return false
    }
    change.record(IncidentFact(incident: incident, what: "told", about: whom))
    return true
  }
}
