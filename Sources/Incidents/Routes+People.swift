import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// Each person in an incident: who is late, and who said that it is not right.
extension IncidentRoutes {
  func addPeople(to doors: Doors) {
    doors.get("incidents/:id/people", needs: .readIncidents) { request, visit in
      let id = try number(visit)
      let asked = request.uri.queryParameters["state"].flatMap { Affected.State(rawValue: String($0)) }
      let after = request.uri.queryParameters["after"].flatMap { Int64($0) } ?? 0
      let page = try await store.read { [neighbours] tx -> PeoplePage? in
        guard var page = try PeoplePage.read(id, asked, after: after, in: tx) else { return nil }
        page.links = try neighbours.links(page.people.map(\.person), for: visit.identity, in: tx)
        return page
      }
      guard let page else { throw Self.missing }
      return HTMLResponse(page.html(in: frame.plain(for: visit)))
    }
    doors.get("objections/:id", needs: .readIncidents) { _, visit in try await objection(visit) }
    doors.post("objections/:id", needs: .answerObjections) { _, visit -> Response in
      let id = try number(visit)
      guard let outcome = AnswerObjection.Outcome(rawValue: visit.form["outcome"]) else {
        return try await objection(visit, wrong: Wrong(visit.words.text(.objectionChoose))).response()
      }
      do {
        _ = try await does(AnswerObjection(objection: id, outcome: outcome, answer: text(visit, "answer")), visit)
      } catch let refusal as Refusal { return try await objection(visit, wrong: Wrong(refusal)).response() }
      return Redirect(to: ObjectionPage.path(of: id)).response()
    }
  }

  private func objection(_ visit: Visit, wrong: Wrong? = nil) async throws -> HTMLResponse {
    let id = try number(visit)
    let found = try await store.read { [neighbours] tx -> ObjectionPage? in
      guard let objection = try ObjectionQuery.objection(id, in: tx),
        let incident = try Incident.find(objection.incident, in: tx)
      else { return nil }
      var page = ObjectionPage(objection: objection, incident: incident)
      page.names = try neighbours.names(of: page.actors, in: tx)
      page.links = try neighbours.links([objection.person], for: visit.identity, in: tx)
      page.was = try PersonIncident.all(of: objection.person, in: tx).first { $0.incident.id == incident.id }
      return page
    }
    guard var page = found else { throw RefusalPage(.notFound, detail: "There is no objection of that number.") }
    page.key = keep(visit)
    page.wrong = wrong
    page.entered = (visit.form["outcome"], visit.form["answer"])
    return HTMLResponse(
      page.html(in: frame.plain(for: visit), try names(page.names, visit)),
      status: wrong == nil ? .ok : .unprocessableContent)
  }
}
