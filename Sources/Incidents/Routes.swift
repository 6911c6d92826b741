import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web

/// The console's pages of incidents, and what people do there.
package struct IncidentRoutes: Sendable {
  let desk: IncidentDesk
  let frame: Frame
  let journal: Journal
  let neighbours: IncidentNeighbours
  /// The service's name and the lines of its address, for reports.
  let sender: [String]

  package init(
    desk: IncidentDesk, frame: Frame, journal: Journal, neighbours: IncidentNeighbours = IncidentNeighbours(),
    sender: [String]
  ) {
    self.desk = desk
    self.frame = frame
    self.journal = journal
    self.neighbours = neighbours
    self.sender = sender
  }

  var store: Store { desk.kernel.store }

  package func add(to doors: Doors) {
    doors.get("incidents", needs: .readIncidents) { _, visit in try await list(visit) }
    doors.post("incidents", needs: .runIncidents) { _, visit -> Response in
      let form = visit.form
      let act = OpenIncident(
        kind: "byHand", about: form["about"], title: form["title"], severity: Int(form["severity"]) ?? 2)
      do {
        let id = try await desk.perform(act, by: try visit.known().actor, key: try key(visit, "open"))
        return Redirect(to: IncidentsPage.path(of: id)).response()
      } catch let refusal as Refusal { return try await list(visit, error: refusal.message).response() }
    }
    doors.get("incidents/:id", needs: .readIncidents) { _, visit in try await one(visit) }
    addActs(to: doors)
    addApprovals(to: doors)
    addPeople(to: doors)
    addReports(to: doors)
    addLessons(to: doors)
    addLaunches(to: doors)
    addChecklist(to: doors)
  }

  private func addActs(to doors: Doors) {
    doors.post("incidents/:id/contain", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { id, form in
        ApplyContainment(incident: id, kind: form["kind"], target: form["target"], reason: form["reason"])
      }
    }
    doors.post("incidents/:id/undo", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { _, form in
        UndoContainment(containment: Int64(form["containment"]) ?? 0, reason: form["reason"])
      }
    }
    doors.post("incidents/:id/contained", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { DeclareContained(incident: $0, reason: $1["reason"]) }
    }
    doors.post("incidents/:id/tell", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { TickTold(incident: $0, whom: $1["whom"]) }
    }
    doors.post("incidents/:id/to-tell", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { AddToTell(incident: $0, whom: $1["whom"]) }
    }
    doors.post("incidents/:id/note", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { NoteIncident(incident: $0, text: $1["text"]) }
    }
    doors.post("incidents/:id/find", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { id, form in
        guard let starts = Instant(iso8601: form["from"]), let ends = Instant(iso8601: form["until"]) else {
          throw Refusal(.invalid, "badTime", "A time is written 2026-03-01T09:00:00Z.")
        }
        return FindAffected(
          incident: id, finder: form["finder"], rule: HarmRule(starts: starts, ends: ends), reason: form["reason"])
      }
    }
    doors.post("incidents/:id/try", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { [parts = desk.parts] id, form in
        let steps = parts.remedies.compactMap { remedy -> RemedyRule.Step? in
          guard let number = Int64(form["gift.\(remedy.name)"]), number > 0 else { return nil }
          return RemedyRule.Step(remedy.name, percent: number, quantity: number)
        }
        return TryRemedy(incident: id, steps: steps, assumptions: form["assumptions"])
      }
    }
    doors.post("incidents/:id/run", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { RunRemedies(rule: Int64($1["rule"]) ?? 0) }
    }
    doors.post("incidents/:id/close", needs: .runIncidents) { _, visit -> Response in
      try await act(visit) { id, _ in CloseIncident(incident: id) }
    }
  }

  private func addApprovals(to doors: Doors) {
    doors.post("incidents/:id/approve-found", needs: .approveRemedies) { _, visit -> Response in
      try await act(visit) { ApproveCohort(cohort: Int64($1["cohort"]) ?? 0) }
    }
    doors.post("incidents/:id/approve", needs: .approveRemedies) { _, visit -> Response in
      try await act(visit) { _, form in
        var limits: [String: Int64] = [:]
        for text in form["limits"].split(separator: " ") {
          let parts = text.split(separator: "=")
          guard parts.count == 2, let number = Int64(parts[1]) else {
            throw Refusal(.invalid, "badLimit", "A limit is written EUR=100000, in minor units.")
          }
          limits[String(parts[0])] = number
        }
        return ApproveRemedy(rule: Int64(form["rule"]) ?? 0, limits: limits)
      }
    }
  }

  private func act<C: Command>(_ visit: Visit, _ make: (Int64, Form) throws -> C) async throws -> Response {
    try await acting(visit) { id, actor, key in
      _ = try await desk.perform(try make(id, visit.form), by: actor, key: key + C.name)
    }
  }

  private func act<C: UsesParts>(_ visit: Visit, _ make: (Int64, Form) throws -> C) async throws -> Response {
    try await acting(visit) { id, actor, key in
      _ = try await desk.perform(try make(id, visit.form), by: actor, key: key + C.name)
    }
  }

  private func acting(
    _ visit: Visit, _ body: (Int64, Actor, String) async throws -> Void
  ) async throws -> Response {
    let id = try number(visit)
    do { try await body(id, try visit.known().actor, try key(visit, "")) } catch let refusal as Refusal {
      return try await one(visit, error: refusal.message).response()
    }
    return Redirect(to: IncidentsPage.path(of: id)).response()
  }

  /// The page's own key, and whose it is: what one form sends twice is one act.
  func key(_ visit: Visit, _ act: String) throws -> String {
    let (given, identity) = (visit.form["key"].prefix(40), try visit.known())
    return "console/\(identity.account)/\(given.isEmpty ? fresh() : String(given))/\(act)"
  }

  func fresh() -> String { String(desk.kernel.world.random(), radix: 36) }

  func number(_ visit: Visit) throws -> Int64 {
    guard let id = Int64(try visit.parameters.require("id")) else { throw Self.missing }
    return id
  }

  private func list(_ visit: Visit, error: String? = nil) async throws -> HTMLResponse {
    let incidents = try await store.read { tx in try IncidentQuery.list(open: false, in: tx) }
    let page = IncidentsPage(
      incidents: incidents, mayRun: try visit.known().rights.contains(.runIncidents), key: fresh(), error: error)
    return HTMLResponse(page.html(in: frame.plain(for: visit)), status: error == nil ? .ok : .unprocessableContent)
  }

  private func one(_ visit: Visit, error: String? = nil) async throws -> HTMLResponse {
    let (id, key, parts) = (try number(visit), fresh(), desk.parts)
    let page = try await store.read { [neighbours] tx -> IncidentPage? in
      guard var page = try IncidentPage.read(id, parts, key: key, in: tx) else { return nil }
      page.names = try neighbours.names(of: page.actors, in: tx)
      page.links = try neighbours.links(page.named, for: visit.identity, in: tx)
      return page
    }
    guard var page else { throw Self.missing }
    page.error = error
    return HTMLResponse(page.html(in: frame.plain(for: visit)), status: error == nil ? .ok : .unprocessableContent)
  }

  static var missing: RefusalPage {
    RefusalPage(.notFound, detail: "There is no incident of that number.")
  }

  /// Names as the reader sees them.
  func names(_ people: [Int64: String], _ visit: Visit) throws -> Names {
    Names(people: people, reader: try visit.known().actor.description, words: visit.words)
  }

  /// Does it, once for a page and what was entered there: a form sent twice is one act, and a page that is still open in another
  /// tab can send another one.
  func does<C: Command>(_ command: C, _ visit: Visit) async throws -> C.Output {
    try await desk.perform(command, by: try visit.known().actor, key: try key(visit, for: command))
  }

  func does<C: UsesParts>(_ command: C, _ visit: Visit) async throws -> C.Output {
    try await desk.perform(command, by: try visit.known().actor, key: try key(visit, for: command))
  }

  private func key<C: Command>(_ visit: Visit, for command: C) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // FNV-1a, 64 bits: tells texts apart, and protects nothing.
    let digest = try encoder.encode(command).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return try key(visit, "\(C.name)/\(String(digest, radix: 36))")
  }

  /// A form that is shown again keeps its key: what was sent with it before was refused.
  func keep(_ visit: Visit) -> String {
    let given = visit.form["key"]
    return given.isEmpty ? fresh() : String(given.prefix(40))
  }

  /// What was written into a form, as a text has it: browsers end lines with CR LF.
  func text(_ visit: Visit, _ field: String) -> String {
    visit.form[field].replacing("\r\n", with: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
