import Foundation
import Kernel
import Store

/// What is shown of incidents: reads, each along an index and up to a bound.
package enum IncidentQuery {
  package static let listed = 100
  package static let page = 50

  package struct Brief: Sendable {
    package var incident: Incident
    package var people: Int
    package var settled: Int
  }

  /// The newest first.
  package static func list(open: Bool, in tx: Transaction) throws -> [Brief] {
    let only: SQL = open ? "WHERE state <> 'closed'" : ""
    let rows = try tx.rows(
      """
      SELECT \(name: Incident.columns),
        (SELECT count(*) FROM affected AS a WHERE a.incident = incident.id) AS people,
        (SELECT count(*) FROM affected AS a WHERE a.incident = incident.id
          AND a.state IN ('whole', 'unharmed', 'unreachable')) AS settled
      FROM incident \(only) ORDER BY noticed_at DESC, id DESC LIMIT \(listed)
      """)
    return try rows.map {
      Brief(incident: try Incident($0), people: try $0.int("people"), settled: try $0.int("settled"))
    }
  }

  package struct Moment: Sendable {
    package var at: Instant
    package var actor: String
    /// A fact's `what`, or `note`.
    package var what: String
    /// A note's text, or a fact's body as JSON.
    package var text: String
    package var fact: FactNumber?
  }

  /// Facts, and notes, on a page and in a report: the newest of each.
  package static let moments = 500

  /// What happened, from the journal and the notes, in its order.
  package static func timeline(_ incident: Int64, in tx: Transaction) throws -> [Moment] {
    let facts = try tx.rows(
      """
      SELECT epoch, id, at, actor, body FROM fact WHERE subject = \("incident:\(incident)") AND \(isNoNote)
      ORDER BY id DESC LIMIT \(moments)
      """
    ).map {
      let body = try $0.text("body")
      return Moment(
        at: try $0.instant("at"), actor: try $0.text("actor"), what: what(body), text: body,
        fact: FactNumber(epoch: try $0.integer("epoch"), id: try $0.integer("id")))
    }
    let notes = try tx.rows(
      "SELECT at, author, text FROM incident_note WHERE incident = \(incident) ORDER BY at DESC LIMIT \(moments)"
    ).map { Moment(at: try $0.instant("at"), actor: try $0.text("author"), what: "note", text: try $0.text("text")) }
    return (facts + notes).sorted { $0.at < $1.at }
  }

  /// That something was noted: the note itself stands beside the facts.
  private static let isNoNote: SQL = "body NOT LIKE '%\"what\":\"noted\"%'"

  /// How many facts and notes there are in all.
  package static func count(_ incident: Int64, in tx: Transaction) throws -> Int {
    let facts = try tx.integer(
      "SELECT count(*) FROM fact WHERE subject = \("incident:\(incident)") AND \(isNoNote)")
    let notes = try tx.integer("SELECT count(*) FROM incident_note WHERE incident = \(incident)")
    return Int((facts ?? 0) + (notes ?? 0))
  }

  /// `"what":"opened"` of a fact's canonical JSON.
  private static func what(_ body: String) -> String {
    body.firstMatch(of: #/"what":"([A-Za-z.]*)"/#).map { String($0.1) } ?? ""
  }

  /// What these incidents are called.
  package static func titles(of ids: [Int64], in tx: Transaction) throws -> [(id: Int64, title: String)] {
    guard !ids.isEmpty else { return [] }
    return try tx.rows("SELECT id, title FROM incident WHERE id \(in: ids)").map {
      (try $0.integer("id"), try $0.text("title"))
    }
  }

  package struct Applied: Sendable {
    package var id: Int64
    package var kind: String
    package var target: String
    package var reason: String
    package var at: Instant
    package var undoneAt: Instant?
  }

  package static func containments(_ incident: Int64, in tx: Transaction) throws -> [Applied] {
    try tx.rows(
      """
      SELECT id, kind, target, reason, at, undone_at FROM containment WHERE incident = \(incident) ORDER BY id LIMIT 200
      """
    ).map {
      Applied(
        id: try $0.integer("id"), kind: try $0.text("kind"), target: try $0.text("target"),
        reason: try $0.text("reason"),
        at: try $0.instant("at"), undoneAt: try $0.instantOrNull("undone_at"))
    }
  }

  package static func toTell(_ incident: Int64, in tx: Transaction) throws -> [(whom: String, toldAt: Instant?)] {
    try tx.rows("SELECT whom, told_at FROM incident_tell WHERE incident = \(incident) ORDER BY id LIMIT 50").map {
      (try $0.text("whom"), try $0.instantOrNull("told_at"))
    }
  }

  package static func roles(_ incident: Int64, in tx: Transaction) throws -> [(role: String, person: String)] {
    try tx.rows("SELECT role, person FROM incident_role WHERE incident = \(incident) ORDER BY role, person LIMIT 100")
      .map {
        (try $0.text("role"), try $0.text("person"))
      }
  }
}
