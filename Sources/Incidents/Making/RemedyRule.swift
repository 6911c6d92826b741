import Foundation
import Kernel
import Store

/// What everybody affected gets, in versions: what is done, the assumptions in their favour, who allowed how much.
package struct RemedyRule: Sendable {
  package enum State: String, Sendable { case tried, approved, running, stopped }

  /// One remedy of a rule.
  package struct Step: Sendable, Codable, Equatable {
    /// By the remedy's name.
    package var remedy: String
    /// Of what is owed for each thing: 1 to 100 in a hundred, rounded up.
    package var percent: Int64?
    /// For each person: so many periods, or whatever the remedy counts in.
    package var quantity: Int64?

    package init(_ remedy: String, percent: Int64? = nil, quantity: Int64? = nil) {
      self.remedy = remedy
      self.percent = percent
      self.quantity = quantity
    }

    /// The formula, in the person's favour: what does not come out even is rounded up.
    static func amount(owed: Int64, percent: Int64) -> Int64 { (owed * percent + 99) / 100 }
  }

  package var id: Int64
  package var incident: Int64
  package var n: Int64
  package var steps: [Step]
  package var assumptions: String
  package var cohort: Int64
  package var people: Int64
  package var state: State
  package var madeBy: String
  package var approvedBy: String?
  package var startedAt: Instant?
  package var stopped: String?

  package static let columns: StaticString =
    "id, incident, n, steps, assumptions, cohort, people, state, made_by, approved_by, started_at, stopped"

  package init(_ row: Row) throws {
    id = try row.integer("id")
    incident = try row.integer("incident")
    n = try row.integer("n")
    steps = try JSONDecoder().decode([Step].self, from: Data(try row.text("steps").utf8))
    assumptions = try row.text("assumptions")
    cohort = try row.integer("cohort")
    people = try row.integer("people")
    state = State(rawValue: try row.text("state")) ?? .stopped
    madeBy = try row.text("made_by")
    approvedBy = try row.textOrNull("approved_by")
    startedAt = try row.instantOrNull("started_at")
    stopped = try row.textOrNull("stopped")
  }

  static func held(_ id: Int64, in change: Change) throws -> RemedyRule {
    guard let row = try change.tx.row("SELECT \(name: columns) FROM remedy_rule WHERE id = \(id) \(.forUpdate)") else {
      throw Refusal(.missing, "noRule", "There is no remedy rule \(id).")
    }
    return try RemedyRule(row)
  }

  static func json(_ steps: [Step]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(steps), as: UTF8.self)
  }
}
