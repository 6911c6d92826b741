import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// What every launch is asked, the launches, and who signed them.
extension IncidentRoutes {
  func addLaunches(to doors: Doors) {
    doors.get("launches", needs: .readIncidents) { request, visit in
      try await launches(visit, before: request.uri.queryParameters["before"].flatMap { Int64($0) })
    }
    doors.post("launches", needs: .runIncidents) { _, visit -> Response in
      do {
        let id = try await does(OpenLaunch(title: text(visit, "title")), visit)
        return Redirect(to: LaunchPage.path(of: id)).response()
      } catch let refusal as Refusal { return try await launches(visit, wrong: Wrong(refusal)).response() }
    }
    doors.get("launches/:id", needs: .readIncidents) { _, visit in try await launch(visit) }
    doors.post("launches/:id/answer", needs: .runIncidents) { _, visit -> Response in
      let (id, item) = (try number(visit), Int64(visit.form["item"]) ?? 0)
      guard let answer = AnswerItem.Answer(rawValue: visit.form["answer"]) else {
        return try await launch(visit, wrong: (item, Wrong(visit.words.text(.launchChoose)))).response()
      }
      let note = text(visit, "note")
      do {
        _ = try await does(AnswerItem(launch: id, item: item, answer: answer, note: note.isEmpty ? nil : note), visit)
      } catch let refusal as Refusal { return try await launch(visit, wrong: (item, Wrong(refusal))).response() }
      return Redirect(to: LaunchPage.path(of: id) + "#item-\(item)").response()
    }
    doors.post("launches/:id/sign", needs: .signLaunches) { _, visit -> Response in
      let id = try number(visit)
      do { _ = try await does(SignLaunch(launch: id), visit) } catch let refusal as Refusal {
        return try await launch(visit, wrong: (0, Wrong(refusal))).response()
      }
      return Redirect(to: LaunchPage.path(of: id) + "#sign").response()
    }
  }

  func addChecklist(to doors: Doors) {
    doors.get("checklist", needs: .readIncidents) { _, visit in try await checklist(visit) }
    doors.post("checklist", needs: .runIncidents) { _, visit -> Response in
      guard let area = ChecklistArea(rawValue: visit.form["area"]) else { throw RefusalPage(.badRequest) }
      do { _ = try await does(AddChecklistItem(area: area, text: text(visit, "text")), visit) } catch let refusal
        as Refusal
      { return try await checklist(visit, wrong: (0, Wrong(refusal))).response() }
      return Redirect(to: ChecklistPage.path + "#\(area.rawValue)").response()
    }
    doors.post("checklist/:id/retire", needs: .runIncidents) { _, visit -> Response in
      let id = try number(visit)
      do { _ = try await does(RetireChecklistItem(item: id, reason: text(visit, "reason")), visit) } catch let refusal
        as Refusal
      { return try await checklist(visit, wrong: (id, Wrong(refusal))).response() }
      return Redirect(to: ChecklistPage.path).response()
    }
  }

  private func launches(_ visit: Visit, before: Int64? = nil, wrong: Wrong? = nil) async throws -> HTMLResponse {
    let (launches, items) = try await store.read { tx in
      (
        try LearningQuery.launches(before: before, in: tx),
        try tx.integer("SELECT count(*) FROM checklist_item WHERE retired_at IS NULL") ?? 0
      )
    }
    let page = LaunchesPage(
      launches: launches, items: items, isFirst: before == nil, key: keep(visit), wrong: wrong,
      title: visit.form["title"])
    return HTMLResponse(page.html(in: frame.plain(for: visit)), status: wrong == nil ? .ok : .unprocessableContent)
  }

  /// - Parameter wrong: and at which item; 0: about the launch itself.
  private func launch(_ visit: Visit, wrong: (item: Int64, Wrong)? = nil) async throws -> HTMLResponse {
    let id = try number(visit)
    let found = try await store.read { [neighbours] tx -> LaunchPage? in
      guard var page = try LaunchPage.read(id, in: tx) else { return nil }
      page.people = try neighbours.names(of: page.actors, in: tx)
      return page
    }
    guard var page = found else { throw RefusalPage(.notFound, detail: "There is no launch of that number.") }
    page.key = keep(visit)
    page.wrong = wrong
    if wrong != nil { page.entered = (visit.form["answer"], visit.form["note"]) }
    return HTMLResponse(
      page.html(in: frame.plain(for: visit), try names(page.people, visit)),
      status: wrong == nil ? .ok : .unprocessableContent)
  }

  private func checklist(_ visit: Visit, wrong: (item: Int64, Wrong)? = nil) async throws -> HTMLResponse {
    let items = try await store.read { tx in try LearningQuery.checklist(in: tx) }
    let page = ChecklistPage(
      items: items, key: keep(visit), wrong: wrong,
      entered: (visit.form["area"], visit.form["text"], visit.form["reason"]))
    return HTMLResponse(page.html(in: frame.plain(for: visit)), status: wrong == nil ? .ok : .unprocessableContent)
  }
}
