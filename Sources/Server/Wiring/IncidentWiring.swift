import Billing
import Desk
import Incidents
import Kernel
import Store
import Web

/// What incidents and the other parts show of each other.
enum IncidentWiring {
  /// For the pages about one person: what reached them, and "this is not right".
  static func harms(_ desk: IncidentDesk) -> PersonHarms {
    PersonHarms(
      of: { person, limit, tx in
        // Few are affected by anything: one look along an index says so.
        let count = try PersonIncident.count(of: person, in: tx)
        guard count > 0 else { return ([], 0) }
        return (try PersonIncident.all(of: person, limit: limit, in: tx).map { PersonHarm($0) }, count)
      },
      object: { incident, person, text, actor, key in
        _ = try await desk.perform(Object(incident: incident, person: person, text: text), by: actor, key: key)
      })
  }

  /// For the pages of incidents: who people are.
  static let neighbours = IncidentNeighbours(accounts: KnownNames.accounts, people: KnownNames.people)

  /// "This is not right" waits for a person, in the queue.
  static let objections = WaitingSource(kind: "objection") { tx, window in
    guard window.owner == nil || window.owner == "support" else { return [] }
    return try ObjectionQuery.waiting(
      afterDue: window.afterDeadline, id: window.afterID, limit: window.limit, in: tx
    ).map {
      WaitingItem(
        kind: "objection", id: $0.id, subject: $0.person, lane: "", owner: $0.owner, deadline: $0.dueAt,
        href: "/objections/\($0.id)")
    }
  }

  /// Where facts about incidents and launches lead.
  static func links(_ subjects: Set<String>, in tx: Transaction) throws -> [String: NamedLink] {
    func numbers(_ kind: String) -> [Int64] {
      subjects.compactMap { $0.hasPrefix(kind) ? Int64($0.dropFirst(kind.count)) : nil }.sorted()
    }
    let incidents = try IncidentQuery.titles(of: numbers("incident:"), in: tx)
    let launches = try LearningQuery.titles(of: numbers("launch:"), in: tx)
    var links: [String: NamedLink] = [:]
    for (id, title) in incidents { links["incident:\(id)"] = NamedLink(title: title, href: "\(Paths.incidents)/\(id)") }
    for (id, title) in launches { links["launch:\(id)"] = NamedLink(title: title, href: "/launches/\(id)") }
    return links
  }
}
