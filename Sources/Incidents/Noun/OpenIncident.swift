import Kernel
import Store

/// Begins the loop: from here on, who was reached is searched for.
package struct OpenIncident: Command {
  package static let name = "openIncident"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support, .system]

  package var kind: String
  package var about: String
  package var title: String
  package var severity: Int
  /// When it probably began; `nil`: now.
  package var began: Instant?
  /// Who has to be told: partner, support, finance, the sites.
  package var tell: [String]

  package init(kind: String, about: String, title: String, severity: Int, began: Instant? = nil, tell: [String] = []) {
    self.kind = kind
    self.about = about
    self.title = title
    self.severity = severity
    self.began = began
    self.tell = tell
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.limited(title, 3...200, "A title")
    _ = try Text.limited(kind, 1...80, "A kind")
    _ = try Text.limited(about, 0...200, "What it is about")
    guard (1...4).contains(severity) else { throw Refusal(.invalid, "badSeverity", "A severity is 1 to 4.") }
    guard tell.count <= 50 else { throw Refusal(.limit, "tooMany", "At most 50 are told.") }
    if let open = try Self.open(kind, about, in: change.tx) {
      throw Refusal(.conflict, "isOpen", "Incident \(open) is open for this already.")
    }
    let began = min(began ?? change.now, change.now)
    let id = try change.id()
    let inserted = try change.tx.execute(
      """
      INSERT INTO incident (id, kind, about, title, severity, state, began_at, noticed_at, opened_by)
      VALUES (\(id), \(kind), \(about), \(title), \(severity), 'open', \(began), \(change.now), \(change.actor.description))
      ON CONFLICT DO NOTHING
      """)
    guard inserted == 1 else { throw Refusal(.conflict, "isOpen", "An incident is open for this already.") }
    change.record(IncidentFact(incident: id, what: "opened", about: about, number: Int64(severity)))
    for whom in tell { try AddToTell.add(whom, to: id, in: change) }
    return id
  }

  static func open(_ kind: String, _ about: String, in tx: Transaction) throws -> Int64? {
    try tx.integer("SELECT id FROM incident WHERE kind = \(kind) AND about = \(about) AND state <> 'closed'")
  }
}
