import Kernel
import Store

package enum Means: String, Codable, Sendable, CaseIterable { case mail, letter, phone, page, message }

/// Somebody was tried to be told, by this means, and reached or not.
package struct RecordContact: Command {
  package static let name = "recordContact"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var incident: Int64
  package var person: String
  package var means: Means
  package var reached: Bool
  /// No names, no addresses.
  package var note: String

  package init(incident: Int64, person: String, means: Means, reached: Bool, note: String) {
    self.incident = incident
    self.person = person
    self.means = means
    self.reached = reached
    self.note = note
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.limited(note, 0...500, "A note")
    let id = try Affected.held(person, in: incident, change).integer("id")
    try Affected.contacted([id], means: means.rawValue, reached: reached, note: note, in: change)
    if reached {
      // Told is told, by whatever means: the letter that came back is not sent again.
      try change.tx.execute(
        """
        UPDATE remedy SET state = 'done', evidence = \("told by \(means.rawValue)"), code = NULL, ended_at = \(change.now)
        WHERE affected = \(id) AND tells = 1 AND state IN ('refused', 'held')
        """)
    }
    change.record(
      PersonFact(person: person, incident: incident, what: reached ? "told" : "notReached", about: means.rawValue))
    try Affected.settle([id], in: change)
    return reached
  }
}

/// Nobody reached them, by two means at least: what is theirs is held, and not kept.
package struct DeclareUnreachable: Command {
  package static let name = "declareUnreachable"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  static let leastMeans = 2

  package var incident: Int64
  package var person: String
  package var reason: String

  package init(incident: Int64, person: String, reason: String) {
    self.incident = incident
    self.person = person
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.reason(reason)
    let row = try Affected.held(person, in: incident, change)
    let id = try row.integer("id")
    if let first = try Self.obstacles(id, in: change.tx).first { throw first.refusal }
    try change.tx.execute("UPDATE affected SET unreachable_at = \(change.now) WHERE id = \(id)")
    try change.tx.execute("UPDATE remedy SET state = 'held' WHERE affected = \(id) AND state = 'refused'")
    change.record(PersonFact(person: person, incident: incident, what: "unreachable", reason: reason))
    try Affected.settle([id], in: change)
    return true
  }
}

extension DeclareUnreachable {
  package enum Obstacle: Sendable, Equatable {
    /// By how many means they were tried.
    case notTried(Int64)
    case stillToDo

    var refusal: Refusal {
      switch self {
      case .notTried(let means):
        Refusal(.conflict, "notTried", "They have to be tried by \(leastMeans) means; \(means) are written down.")
      case .stillToDo:
        Refusal(.conflict, "stillToDo", "What they get has not been worked out yet: run the remedies first.")
      }
    }
  }

  /// Everything that stands in the way, for those who look at it.
  package static func obstacles(_ affected: Int64, in tx: Transaction) throws -> [Obstacle] {
    let means =
      try tx.integer("SELECT count(DISTINCT means) FROM contact_try WHERE affected = \(affected) AND reached = 0") ?? 0
    let todo = try tx.integer("SELECT todo FROM affected WHERE id = \(affected)") ?? 0
    return (means < leastMeans ? [.notTried(means)] : []) + (todo != 0 ? [.stillToDo] : [])
  }
}

/// It is shown that nothing reached them.
package struct ProveUnharmed: Command {
  package static let name = "proveUnharmed"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var incident: Int64
  package var person: String
  /// What shows it. No names.
  package var evidence: String

  package init(incident: Int64, person: String, evidence: String) {
    self.incident = incident
    self.person = person
    self.evidence = evidence
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.limited(evidence, 10...1_000, "The evidence")
    let id = try Affected.held(person, in: incident, change).integer("id")
    guard try !Self.wasGiven(id, in: change.tx) else {
      throw Refusal(.conflict, "wasGiven", "They have got something for it already: they were not unharmed.")
    }
    try change.tx.execute(
      """
      UPDATE affected SET unharmed = \(evidence), unharmed_by = \(change.actor.description), todo = 0,
        unharmed_cohort = (SELECT i.cohort FROM incident AS i WHERE i.id = affected.incident)
      WHERE id = \(id)
      """)
    change.record(PersonFact(person: person, incident: incident, what: "unharmed", reason: evidence))
    try Affected.settle([id], in: change)
    return true
  }

  /// Whether something is under way, or done, for a thing that reached them.
  package static func wasGiven(_ affected: Int64, in tx: Transaction) throws -> Bool {
    let under = try tx.integer(
      "SELECT count(*) FROM remedy WHERE affected = \(affected) AND state IN ('underWay', 'done') AND about <> ''")
    return (under ?? 0) > 0
  }
}
