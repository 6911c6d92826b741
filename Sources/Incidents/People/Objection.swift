import Kernel
import Store

/// "This is not right", said by somebody affected, or by somebody who was left out: it becomes work with an owner and a date. Also
/// after the incident was closed: many read what was done for them only then.
package struct Object: Command {
  package static let name = "objectToIncident"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support, .subscriber]
  package static let answeredWithin = Span.days(7)

  package var incident: Int64
  package var person: String
  package var text: String

  package init(incident: Int64, person: String, text: String) {
    self.incident = incident
    self.person = person
    self.text = text
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.limited(text, 3...2_000, "What is not right")
    _ = try Text.limited(person, 3...80, "A person")
    let incident = try Incident.held(incident, in: change)
    let affected = try row(incident, in: change)
    let id = try change.id()
    let inserted = try change.tx.execute(
      """
      INSERT INTO objection (id, incident, affected, text, raised_at, raised_by, owner, due_at)
      VALUES (\(id), \(incident.id), \(affected), \(text), \(change.now), \(change.actor.description), 'support',
        \(change.now + Self.answeredWithin)) ON CONFLICT DO NOTHING
      """)
    guard inserted == 1 else {
      throw Refusal(.conflict, "isOpen", "An earlier objection of theirs is not answered yet.")
    }
    change.record(PersonFact(person: person, incident: incident.id, what: "objected", about: "objection:\(id)"))
    try Affected.settle([affected], in: change)
    return id
  }

  /// Who is not among the affected becomes one of whom nothing is known yet: the incident cannot close over them.
  private func row(_ incident: Incident, in change: Change) throws -> Int64 {
    let known: SQL = "SELECT id FROM affected WHERE incident = \(incident.id) AND person = \(person)"
    if let id = try change.tx.integer(known) { return id }
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO affected (id, incident, person, cohort, state, todo)
      VALUES (\(id), \(incident.id), \(person), \(incident.cohort ?? 0), 'affected', 0) ON CONFLICT DO NOTHING
      """)
    return try change.tx.integer(known) ?? id
  }
}

/// An answer: they are right, and more has to be done, or nothing is owed, and why.
package struct AnswerObjection: Command {
  package static let name = "answerObjection"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package enum Outcome: String, Codable, Sendable { case right, wrong }

  package var objection: Int64
  package var outcome: Outcome
  package var answer: String

  package init(objection: Int64, outcome: Outcome, answer: String) {
    self.objection = objection
    self.outcome = outcome
    self.answer = answer
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.limited(answer, 3...2_000, "An answer")
    let row = try change.tx.row(
      """
      UPDATE objection SET answered_at = \(change.now), answered_by = \(change.actor.description), answer = \(answer),
        outcome = \(outcome.rawValue)
      WHERE id = \(objection) AND answered_at IS NULL
      RETURNING incident, affected, (SELECT person FROM affected AS a WHERE a.id = objection.affected) AS person
      """)
    guard let row else { throw Refusal(.conflict, "isAnswered", "There is no open objection \(objection).") }
    let affected = try row.integer("affected")
    switch outcome {
    // They are looked at once more; what they got before they do not get again.
    case .right:
      try reopen(try row.integer("incident"), in: change)
      try change.tx.execute(
        """
        UPDATE affected SET todo = 1, unharmed = NULL, unharmed_by = NULL, unharmed_cohort = NULL, whole_at = NULL
        WHERE id = \(affected)
        """)
    case .wrong:
      // Somebody in no cohort, to whom nothing happened.
      try change.tx.execute(
        """
        UPDATE affected SET unharmed = \("objection:\(objection)"), unharmed_by = \(change.actor.description), todo = 0
        WHERE id = \(affected) AND unharmed IS NULL
          AND NOT EXISTS (SELECT 1 FROM remedy AS r WHERE r.affected = affected.id)
          AND NOT EXISTS (SELECT 1 FROM incident AS i JOIN cohort_item AS c ON c.cohort = i.cohort
            WHERE i.id = affected.incident AND c.person = affected.person)
        """)
    }
    change.record(
      PersonFact(
        person: try row.text("person"), incident: try row.integer("incident"), what: "answered.\(outcome.rawValue)",
        about: "objection:\(objection)"))
    try Affected.settle([affected], in: change)
    return true
  }

  /// Somebody is not whole after all: it was closed too early.
  private func reopen(_ id: Int64, in change: Change) throws {
    let incident = try Incident.held(id, in: change)
    guard incident.state == .closed else { return }
    if let other = try OpenIncident.open(incident.kind, incident.about, in: change.tx) {
      throw Refusal(
        .conflict, "isOpen", "Incident \(other) is open for the same thing: close it first, then this one opens again.")
    }
    try change.tx.execute(
      "UPDATE incident SET state = 'contained', closed_at = NULL, closed_by = NULL WHERE id = \(id)")
    change.record(IncidentFact(incident: id, what: "reopened", about: "objection:\(objection)"))
  }
}
