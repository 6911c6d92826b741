import Kernel
import Store

/// What is shown of making people whole.
package enum MakingQuery {
  /// From affected to whole. Somebody who is whole was told too.
  package struct Funnel: Sendable, Equatable {
    package var states: [Affected.State: Int] = [:]
    package var told = 0

    package init() {}

    package var affected: Int { states.values.reduce(0, +) }
    package var settled: Int { states.filter { $0.key.isSettled }.values.reduce(0, +) }
    /// Of those whom it reached, in a hundred.
    package var share: Int { affected == 0 ? 100 : settled * 100 / affected }
  }

  package static func funnel(_ incident: Int64, in tx: Transaction) throws -> Funnel {
    var funnel = Funnel()
    let rows = try tx.rows(
      """
      SELECT state, count(*) AS people, CAST(COALESCE(sum(CASE WHEN told_at IS NULL THEN 0 ELSE 1 END), 0) AS BIGINT) AS told
      FROM affected WHERE incident = \(incident) GROUP BY state
      """)
    for row in rows {
      guard let state = Affected.State(rawValue: try row.text("state")) else { continue }
      funnel.states[state] = try row.int("people")
      funnel.told += try row.int("told")
    }
    return funnel
  }

  package struct Person: Sendable {
    package var id: Int64
    package var person: String
    package var state: Affected.State
    package var toldAt: Instant?
    package var wholeAt: Instant?
  }

  /// A page of those in a state, after a number; nil: of those who are not settled.
  package static func people(
    _ incident: Int64, in state: Affected.State?, after id: Int64 = 0, _ tx: Transaction
  ) throws -> [Person] {
    let states = state.map { [$0.rawValue] } ?? Affected.State.allCases.filter { !$0.isSettled }.map(\.rawValue)
    return try tx.rows(
      """
      SELECT id, person, state, told_at, whole_at FROM affected WHERE incident = \(incident) AND state \(in: states)
        AND id > \(id) ORDER BY id LIMIT \(IncidentQuery.page)
      """
    ).map {
      Person(
        id: try $0.integer("id"), person: try $0.text("person"),
        state: Affected.State(rawValue: try $0.text("state")) ?? .affected, toldAt: try $0.instantOrNull("told_at"),
        wholeAt: try $0.instantOrNull("whole_at"))
    }
  }

  package struct Total: Sendable {
    package var kind: String
    package var unit: String
    package var people: Int
    package var amount: Int64
    package var most: Int64
    package var allowed: Int64?
    package var spent: Int64
  }

  package static func rules(_ incident: Int64, in tx: Transaction) throws -> [RemedyRule] {
    try tx.rows(
      "SELECT \(name: RemedyRule.columns) FROM remedy_rule WHERE incident = \(incident) ORDER BY n DESC LIMIT 100"
    ).map(RemedyRule.init)
  }

  package static func totals(_ rule: Int64, in tx: Transaction) throws -> [Total] {
    try tx.rows(
      """
      SELECT kind, unit, people, amount, most, allowed, spent FROM remedy_total WHERE rule = \(rule)
      ORDER BY kind, unit LIMIT 100
      """
    ).map {
      Total(
        kind: try $0.text("kind"), unit: try $0.text("unit"), people: try $0.int("people"),
        amount: try $0.integer("amount"), most: try $0.integer("most"), allowed: try $0.integerOrNull("allowed"),
        spent: try $0.integer("spent"))
    }
  }

  /// Who would get most.
  package static func outliers(_ rule: Int64, in tx: Transaction) throws -> [(
    person: String, amount: Int64, unit: String
  )] {
    try tx.rows(
      "SELECT person, amount, unit FROM remedy_outlier WHERE rule = \(rule) ORDER BY amount DESC, person LIMIT 100"
    ).map { (try $0.text("person"), try $0.integer("amount"), try $0.text("unit")) }
  }

  package struct State: Sendable {
    package var kind: String
    package var state: String
    package var unit: String
    package var count: Int
    package var amount: Int64
  }

  /// How far the remedies are.
  package static func remedies(_ incident: Int64, in tx: Transaction) throws -> [State] {
    try tx.rows(
      """
      SELECT kind, state, unit, count(*) AS n, CAST(sum(amount) AS BIGINT) AS amount FROM remedy
      WHERE incident = \(incident) GROUP BY kind, state, unit ORDER BY kind, state, unit LIMIT 200
      """
    ).map {
      State(
        kind: try $0.text("kind"), state: try $0.text("state"), unit: try $0.text("unit"), count: try $0.int("n"),
        amount: try $0.integer("amount"))
    }
  }
}
