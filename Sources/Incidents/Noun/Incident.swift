import Kernel
import Store

/// A mistake that reached people, or may have, from the moment it was noticed until everybody is whole.
package struct Incident: Sendable, Equatable {
  package enum State: String, Sendable { case open, contained, closed }

  package enum Role: String, Sendable, CaseIterable, Codable {
    case lead, communications, engineering, finance, support, scribe
  }

  package var id: Int64
  package var kind: String
  /// What it is about: `lane:carrier`.
  package var about: String
  package var title: String
  /// 1: many people, money or rights · 4: a nuisance.
  package var severity: Int
  package var state: State
  /// When it probably began, which may be long before anybody noticed.
  package var beganAt: Instant
  package var noticedAt: Instant
  package var containedAt: Instant?
  package var closedAt: Instant?
  /// So many in a hundred are to be whole by a date.
  package var target: Int?
  package var targetAt: Instant?
  /// The version of who is affected that a second person approved.
  package var cohort: Int64?

  package static let columns: StaticString =
    """
    id, kind, about, title, severity, state, began_at, noticed_at, contained_at, closed_at, target, target_at, cohort
    """

  package init(_ row: Row) throws {
    id = try row.integer("id")
    kind = try row.text("kind")
    about = try row.text("about")
    title = try row.text("title")
    severity = try row.int("severity")
    state = State(rawValue: try row.text("state")) ?? .open
    beganAt = try row.instant("began_at")
    noticedAt = try row.instant("noticed_at")
    containedAt = try row.instantOrNull("contained_at")
    closedAt = try row.instantOrNull("closed_at")
    target = try row.integerOrNull("target").map { Int($0) }
    targetAt = try row.instantOrNull("target_at")
    cohort = try row.integerOrNull("cohort")
  }

  package static func find(_ id: Int64, in tx: Transaction) throws -> Incident? {
    try tx.row("SELECT \(name: columns) FROM incident WHERE id = \(id)").map(Incident.init)
  }

  /// Reads and holds the row until the change ends. Whatever people do to an incident takes turns here.
  static func held(_ id: Int64, in change: Change) throws -> Incident {
    guard let row = try change.tx.row("SELECT \(name: columns) FROM incident WHERE id = \(id) \(.forUpdate)") else {
      throw Refusal(.missing, "noIncident", "There is no incident \(id).")
    }
    return try Incident(row)
  }

  /// As `held`, of one that is not closed.
  static func open(_ id: Int64, in change: Change) throws -> Incident {
    let incident = try held(id, in: change)
    guard incident.state != .closed else {
      throw Refusal(.conflict, "isClosed", "Incident \(id) is closed.")
    }
    return incident
  }
}

/// Texts from outside: everything has a limit, and says so.
enum Text {
  static func reason(_ text: String) throws(Refusal) -> String { try limited(text, 3...500, "a reason") }

  static func limited(_ text: String, _ range: ClosedRange<Int>, _ what: String) throws(Refusal) -> String {
    guard range.contains(text.count) else {
      throw Refusal(.invalid, "badText", "\(what) has \(range.lowerBound) to \(range.upperBound) characters.")
    }
    return text
  }
}
