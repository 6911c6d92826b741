import Kernel
import Store

/// What is shown of who is affected.
package enum CohortQuery {
  package struct Total: Sendable {
    package var unit: String
    package var people: Int
    package var items: Int
    package var amount: Int64
    package var back: Int64
    package var coming: Int64
  }

  package struct Person: Sendable {
    package var person: String
    package var item: String
    /// Or why they are outside.
    package var evidence: String
    package var amount: Int64
    package var unit: String
  }

  /// The versions of an incident, the newest first.
  package static func versions(_ incident: Int64, in tx: Transaction) throws -> [Cohort] {
    try tx.rows(
      "SELECT \(name: Cohort.columns) FROM cohort WHERE incident = \(incident) ORDER BY n DESC LIMIT 100"
    ).map(Cohort.init)
  }

  package static func totals(_ cohort: Int64, in tx: Transaction) throws -> [Total] {
    try tx.rows(
      "SELECT unit, people, items, amount, back, coming FROM cohort_total WHERE cohort = \(cohort) ORDER BY unit LIMIT 100"
    ).map {
      Total(
        unit: try $0.text("unit"), people: try $0.int("people"), items: try $0.int("items"),
        amount: try $0.integer("amount"), back: try $0.integer("back"), coming: try $0.integer("coming"))
    }
  }

  /// A page of those in it, after a person.
  package static func people(_ cohort: Int64, after person: String = "", in tx: Transaction) throws -> [Person] {
    try tx.rows(
      """
      SELECT person, item, evidence, amount, unit FROM cohort_item WHERE cohort = \(cohort) AND person > \(person)
      ORDER BY person, item LIMIT \(IncidentQuery.page)
      """
    ).map {
      Person(
        person: try $0.text("person"), item: try $0.text("item"), evidence: try $0.text("evidence"),
        amount: try $0.integer("amount"), unit: try $0.text("unit"))
    }
  }

  /// The sample from outside the boundary.
  package static func outside(_ cohort: Int64, in tx: Transaction) throws -> [Person] {
    try tx.rows(
      "SELECT person, item, why, evidence FROM cohort_outside WHERE cohort = \(cohort) ORDER BY person, item LIMIT 100"
    ).map {
      Person(
        person: try $0.text("person"), item: try $0.text("item"),
        evidence: "\(try $0.text("why")) (\(try $0.text("evidence")))", amount: 0, unit: "")
    }
  }

  /// Who joined and who left with this version, and why.
  package static func changes(_ cohort: Int64, in tx: Transaction) throws -> [(
    person: String, what: String, why: String
  )] {
    try tx.rows(
      "SELECT person, what, why FROM cohort_change WHERE cohort = \(cohort) ORDER BY person LIMIT \(IncidentQuery.listed)"
    ).map { (try $0.text("person"), try $0.text("what"), try $0.text("why")) }
  }
}
