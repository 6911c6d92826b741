import Kernel
import Store

/// One person's page: what happened to me, what you did about it, is it settled.
package struct PersonIncident: Sendable {
  package struct Item: Sendable {
    package var item: String
    package var amount: Int64
    package var unit: String
  }

  package struct Given: Sendable {
    package var id: Int64
    package var kind: String
    /// What it is for; empty: for the person.
    package var about: String
    package var state: String
    /// Of one that was refused: why.
    package var code: String?
    package var amount: Int64
    package var unit: String
    package var at: Instant
    package var endedAt: Instant?
  }

  package struct Objection: Sendable {
    package var id: Int64
    package var text: String
    package var raisedAt: Instant
    package var dueAt: Instant
    package var answer: String?
  }

  package var incident: Incident
  /// What happened, by the finder's name.
  package var finder: String?
  package var state: Affected.State
  package var toldAt: Instant?
  package var wholeAt: Instant?
  /// Why nothing reached them.
  package var unharmed: String?
  package var items: [Item]
  package var given: [Given]
  package var objections: [Objection]

  /// Things that reached somebody, and things given for them, in one incident: a handful, as a rule.
  package static let listed = 200

  package static func count(of person: String, in tx: Transaction) throws -> Int {
    Int(try tx.integer("SELECT count(*) FROM affected WHERE person = \(person)") ?? 0)
  }

  /// Everything of a person, as facts name them: `customer:42`. The newest first.
  package static func all(of person: String, limit: Int = 50, in tx: Transaction) throws -> [PersonIncident] {
    let rows = try tx.rows(
      """
      SELECT id, incident, state, told_at, whole_at, unharmed FROM affected WHERE person = \(person)
      ORDER BY id DESC LIMIT \(limit)
      """)
    return try rows.compactMap { row in
      guard let incident = try Incident.find(try row.integer("incident"), in: tx) else { return nil }
      return try read(row, of: person, incident, in: tx)
    }
  }

  /// One person in one incident, by the number of the row.
  package static func one(
    _ affected: Int64, in incident: Incident, _ tx: Transaction
  ) throws -> (person: String, PersonIncident)? {
    let row = try tx.row(
      """
      SELECT id, person, state, told_at, whole_at, unharmed FROM affected
      WHERE id = \(affected) AND incident = \(incident.id)
      """)
    guard let row else { return nil }
    let person = try row.text("person")
    return (person, try read(row, of: person, incident, in: tx))
  }

  private static func read(
    _ row: Row, of person: String, _ incident: Incident, in tx: Transaction
  ) throws -> PersonIncident {
    let id = try row.integer("id")
    let cohort = try incident.cohort.flatMap { try Cohort.find($0, in: tx) }
    return PersonIncident(
      incident: incident, finder: cohort?.finder, state: Affected.State(rawValue: try row.text("state")) ?? .affected,
      toldAt: try row.instantOrNull("told_at"), wholeAt: try row.instantOrNull("whole_at"),
      unharmed: try row.textOrNull("unharmed"), items: try items(of: person, cohort?.id ?? 0, in: tx),
      given: try given(id, in: tx), objections: try objections(id, in: tx))
  }

  private static func items(of person: String, _ cohort: Int64, in tx: Transaction) throws -> [Item] {
    try tx.rows(
      """
      SELECT item, amount, unit FROM cohort_item WHERE cohort = \(cohort) AND person = \(person) ORDER BY item LIMIT \(listed)
      """
    ).map { Item(item: try $0.text("item"), amount: try $0.integer("amount"), unit: try $0.text("unit")) }
  }

  private static func given(_ affected: Int64, in tx: Transaction) throws -> [Given] {
    try tx.rows(
      """
      SELECT id, kind, about, state, code, amount, unit, made_at, ended_at FROM remedy WHERE affected = \(affected)
      ORDER BY kind, about LIMIT \(listed)
      """
    ).map {
      Given(
        id: try $0.integer("id"), kind: try $0.text("kind"), about: try $0.text("about"),
        state: try $0.text("state"), code: try $0.textOrNull("code"), amount: try $0.integer("amount"),
        unit: try $0.text("unit"), at: try $0.instant("made_at"), endedAt: try $0.instantOrNull("ended_at"))
    }
  }

  private static func objections(_ affected: Int64, in tx: Transaction) throws -> [Objection] {
    try tx.rows(
      "SELECT id, text, raised_at, due_at, answer FROM objection WHERE affected = \(affected) ORDER BY id DESC LIMIT 50"
    ).map {
      Objection(
        id: try $0.integer("id"), text: try $0.text("text"), raisedAt: try $0.instant("raised_at"),
        dueAt: try $0.instant("due_at"), answer: try $0.textOrNull("answer"))
    }
  }
}

extension PersonHarm {
  /// What those see who know the person, and nothing of incidents.
  package init(_ one: PersonIncident) {
    self.init(
      incident: one.incident.id, title: one.incident.title, finder: one.finder, standing: Standing(one.state),
      noticedAt: one.incident.noticedAt, toldAt: one.toldAt, wholeAt: one.wholeAt,
      items: one.items.map { Item(item: $0.item, amount: $0.amount, unit: $0.unit) },
      given: one.given.map {
        Given(
          remedy: $0.kind, state: Given.State(rawValue: $0.state) ?? .refused, amount: $0.amount, unit: $0.unit,
          at: $0.endedAt ?? $0.at)
      },
      objections: one.objections.map {
        Objection(id: $0.id, text: $0.text, raisedAt: $0.raisedAt, dueAt: $0.dueAt, answer: $0.answer)
      })
  }
}

extension PersonHarm.Standing {
  fileprivate init(_ state: Affected.State) {
    self =
      switch state {
      case .affected: .open
      case .told: .told
      case .whole: .whole
      case .unharmed: .unharmed
      case .unreachable: .unreachable
      case .disputed: .disputed
      }
  }
}
