import Foundation
import Kernel
import Store

/// A version of who is affected: the rule, its window, and whom it found. Frozen, it never changes.
package struct Cohort: Sendable {
  package enum State: String, Sendable { case searching, frozen, approved, dropped }

  package var id: Int64
  package var incident: Int64
  package var n: Int64
  package var finder: String
  package var rule: HarmRule
  package var reason: String
  package var state: State
  /// The search has gone through everything before this key.
  package var key: Int64
  package var last: Int64
  package var madeAt: Instant
  package var madeBy: String
  package var people: Int64?
  package var items: Int64?
  package var added: Int64?
  package var removed: Int64?
  package var approvedBy: String?

  package static let columns: StaticString =
    """
    id, incident, n, finder, rule, reason, state, key, last, made_at, made_by, people, items, added, removed, approved_by
    """

  package init(_ row: Row) throws {
    id = try row.integer("id")
    incident = try row.integer("incident")
    n = try row.integer("n")
    finder = try row.text("finder")
    rule = try HarmRule(json: try row.text("rule"))
    reason = try row.text("reason")
    state = State(rawValue: try row.text("state")) ?? .dropped
    key = try row.integer("key")
    last = try row.integer("last")
    madeAt = try row.instant("made_at")
    madeBy = try row.text("made_by")
    people = try row.integerOrNull("people")
    items = try row.integerOrNull("items")
    added = try row.integerOrNull("added")
    removed = try row.integerOrNull("removed")
    approvedBy = try row.textOrNull("approved_by")
  }

  package static func find(_ id: Int64, in tx: Transaction) throws -> Cohort? {
    try tx.row("SELECT \(name: columns) FROM cohort WHERE id = \(id)").map(Cohort.init)
  }

  /// The version before this one that was approved.
  func before(in tx: Transaction) throws -> Cohort? {
    try tx.row(
      """
      SELECT \(name: Self.columns) FROM cohort WHERE incident = \(incident) AND n < \(n) AND state = 'approved'
      ORDER BY n DESC LIMIT 1
      """
    ).map(Cohort.init)
  }
}

extension HarmRule {
  /// Keys in the order of the alphabet, so that the same rule is the same text.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  init(json: String) throws { self = try JSONDecoder().decode(HarmRule.self, from: Data(json.utf8)) }
}
