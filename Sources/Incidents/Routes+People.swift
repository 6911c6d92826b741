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
    doors.get("incidents/:id/people/:person", needs: .readIncidents) { _, visit in try await affected(visit) }
    doors.post("incidents/:id/people/:person/retry", needs: .runIncidents) { _, visit -> Response in
      let remedy = Int64(visit.form["remedy"]) ?? 0
      return try await act(visit, entered: .init(remedy: remedy, mended: visit.form["reason"])) { page in
        guard page.one.given.contains(where: { $0.id == remedy }) else { throw Self.noRemedy }
        _ = try await does(RetryRemedy(remedy: remedy, reason: text(visit, "reason")), visit)
      }
    }
    doors.post("incidents/:id/people/:person/contact", needs: .tellAffected) { _, visit -> Response in
      let (form, note) = (visit.form, text(visit, "note"))
      return try await act(visit, entered: .init(means: form["means"], reached: form["reached"], note: note)) { page in
        guard let means = Means(rawValue: form["means"]), ["yes", "no"].contains(form["reached"]) else {
          throw Self.notSaid
        }
        let act = RecordContact(
          incident: page.one.incident.id, person: page.person, means: means, reached: form["reached"] == "yes",
          note: note)
        _ = try await does(act, visit)
      }
    }
    doors.post("incidents/:id/people/:person/unreachable", needs: .tellAffected) { _, visit -> Response in
      let reason = text(visit, "reason")
      return try await act(visit, entered: .init(reason: reason)) { page in
        let act = DeclareUnreachable(incident: page.one.incident.id, person: page.person, reason: reason)
        _ = try await does(act, visit)
      }
    }
    doors.post("incidents/:id/people/:person/unharmed", needs: .tellAffected) { _, visit -> Response in
      let evidence = text(visit, "evidence")
      return try await act(visit, entered: .init(evidence: evidence)) { page in
        let act = ProveUnharmed(incident: page.one.incident.id, person: page.person, evidence: evidence)
        _ = try await does(act, visit)
      }
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

  private static let noRemedy = Refusal(.missing, "noRemedy", "They have no remedy of that number.")
  private static let notSaid = Refusal(.invalid, "notSaid", "Say by which means, and whether they were reached.")

  /// Does it for this person, and shows them again; what is refused comes back with what was entered.
  private func act(
    _ visit: Visit, entered: AffectedPage.Entered, _ body: (AffectedPage) async throws -> Void
  ) async throws -> Response {
    let page = try await read(visit)
    do { try await body(page) } catch let refusal as Refusal {
      return try await affected(visit, entered: entered, wrong: Wrong(refusal, visit.words)).response()
    }
    return Redirect(to: AffectedPage.path(of: page.affected, in: page.one.incident.id)).response()
  }

  private func read(_ visit: Visit) async throws -> AffectedPage {
    let id = try number(visit)
    let affected = Int64(try visit.parameters.require("person")) ?? 0
    let found = try await store.read { [neighbours] tx -> AffectedPage? in
      guard var page = try AffectedPage.read(affected, in: id, tx) else { return nil }
      page.names = try neighbours.names(of: page.actors, in: tx)
      page.links = try neighbours.links([page.person], for: visit.identity, in: tx)
      return page
    }
    guard let found else { throw RefusalPage(.notFound, detail: "Nobody of that number is affected by this incident.") }
    return found
  }

  private func affected(
    _ visit: Visit, entered: AffectedPage.Entered = .init(), wrong: Wrong? = nil
  ) async throws -> HTMLResponse {
    var page = try await read(visit)
    page.key = keep(visit)
    (page.entered, page.wrong) = (entered, wrong)
    return HTMLResponse(
      page.html(in: frame.plain(for: visit), try names(page.names, visit)),
      status: wrong == nil ? .ok : .unprocessableContent)
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
