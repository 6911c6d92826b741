import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// What is kept of an incident: the post-mortem, and its actions.
extension IncidentRoutes {
  /// Five parts in any script, as browsers encode them: at most three times the bytes of UTF-8.
  private static let limit = 5 * WriteLesson.longest * 12 + Form.limit

  func addLessons(to doors: Doors) {
    doors.get("incidents/:id/lesson", needs: .readIncidents) { _, visit in try await lesson(visit) }
    doors.post("incidents/:id/lesson", needs: .runIncidents, limit: Self.limit) { _, visit -> Response in
      try await learning(visit, at: .parts) { id in
        var act = WriteLesson(
          incident: id, context: text(visit, "context"), failed: text(visit, "failed"), did: text(visit, "did"),
          learned: text(visit, "learned"), differently: text(visit, "differently"))
        act.seen = Int64(visit.form["seen"]).map { Instant(microseconds: $0) }
        act.asks = true
        _ = try await does(act, visit)
      }
    }
    doors.post("incidents/:id/lesson/actions", needs: .runIncidents) { _, visit -> Response in
      try await learning(visit, at: .newAction) { id in
        guard let due = day(visit.form["due"], frame.plain(for: visit).zone) else { throw WrongDay() }
        _ = try await does(
          AddAction(incident: id, text: text(visit, "text"), owner: text(visit, "owner"), due: due), visit)
      }
    }
    doors.post("incidents/:id/lesson/done", needs: .runIncidents) { _, visit -> Response in
      let action = Int64(visit.form["action"]) ?? 0
      return try await learning(visit, at: .action(action)) { id in try await finish(action, of: id, visit) }
    }
    doors.post("incidents/:id/lesson/seen", needs: .signLaunches) { _, visit -> Response in
      let action = Int64(visit.form["action"]) ?? 0
      return try await learning(visit, at: .action(action)) { id in
        try await belongs(action, to: id)
        _ = try await does(VerifyAction(action: action), visit)
      }
    }
    doors.post("incidents/:id/lesson/close", needs: .runIncidents) { _, visit -> Response in
      try await learning(visit, at: .close) { id in _ = try await does(CloseLesson(incident: id), visit) }
    }
  }

  /// A checklist's item is named by its number, or put on the list here: then it comes from this action.
  private func finish(_ action: Int64, of incident: Int64, _ visit: Visit) async throws {
    try await belongs(action, to: incident)
    guard let kind = ControlKind(rawValue: visit.form["kind"]) else {
      throw Refusal(.invalid, "noKind", "Say what it changed: a check, a guard, a checklist or a test.")
    }
    var control = text(visit, "control")
    if kind == .checklist, Int64(control) == nil {
      guard let area = ChecklistArea(rawValue: visit.form["area"]) else {
        throw Refusal(.invalid, "noArea", "Say on which part of the checklist it stands.")
      }
      control = "\(try await does(AddChecklistItem(area: area, text: control, action: action), visit))"
    }
    _ = try await does(FinishAction(action: action, kind: kind, control: control), visit)
  }

  private func belongs(_ action: Int64, to incident: Int64) async throws {
    let found = try await store.read { tx in
      try tx.row("SELECT 1 AS one FROM lesson_action WHERE id = \(action) AND incident = \(incident)")
    }
    guard found != nil else { throw Refusal(.missing, "noAction", "There is no action \(action) here.") }
  }

  /// The end of a day in the console's zone.
  private func day(_ text: String, _ zone: TimeZone) -> Instant? {
    guard text.wholeMatch(of: #/\d{4}-\d{2}-\d{2}/#) != nil,
      let start = try? Date(text, strategy: Date.ISO8601FormatStyle(timeZone: zone).year().month().day())
    else { return nil }
    return Instant(seconds: Int64(start.timeIntervalSince1970)) + .days(1) - .seconds(1)
  }

  struct WrongDay: Error {}

  private func learning(
    _ visit: Visit, at place: LessonPage.Place, _ body: (Int64) async throws -> Void
  ) async throws -> Response {
    let id = try number(visit)
    do { try await body(id) } catch let refusal as Refusal {
      return try await lesson(visit, wrong: (place, Wrong(refusal)), isNewer: refusal.code == "isNewer").response()
    } catch is WrongDay {
      return try await lesson(visit, wrong: (place, Wrong(visit.words.text(.lessonNoDay)))).response()
    }
    return Redirect(to: LessonPage.path(of: id) + place.anchor).response()
  }

  private func lesson(
    _ visit: Visit, wrong: (LessonPage.Place, Wrong)? = nil, isNewer: Bool = false
  ) async throws -> HTMLResponse {
    let id = try number(visit)
    let found = try await store.read { [neighbours] tx -> LessonPage? in
      guard var page = try LessonPage.read(id, in: tx) else { return nil }
      page.people = try neighbours.names(of: page.actors, in: tx)
      return page
    }
    guard var page = found else { throw Self.missing }
    page.key = keep(visit)
    page.wrong = wrong
    page.isNewer = isNewer
    if wrong != nil { page.entered = visit.form }
    return HTMLResponse(
      page.html(in: frame.plain(for: visit), try names(page.people, visit)),
      status: wrong == nil ? .ok : .unprocessableContent)
  }
}
