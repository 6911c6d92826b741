import Kernel
import Store

/// What is shown of lessons, checklists and launches.
package enum LearningQuery {
  package struct Lesson: Sendable {
    package var parts: [LessonPart: String]
    package var writtenAt: Instant
    package var writtenBy: String
    package var closedAt: Instant?
    package var closedBy: String?

    package subscript(_ part: LessonPart) -> String { parts[part] ?? "" }
  }

  package static func lesson(_ incident: Int64, in tx: Transaction) throws -> Lesson? {
    try tx.row(
      """
      SELECT context, failed, did, learned, differently, written_at, written_by, closed_at, closed_by FROM lesson
      WHERE incident = \(incident)
      """
    ).map { row in
      Lesson(
        parts: Dictionary(
          uniqueKeysWithValues: try LessonPart.allCases.map { ($0, try row.text($0.rawValue)) }),
        writtenAt: try row.instant("written_at"), writtenBy: try row.text("written_by"),
        closedAt: try row.instantOrNull("closed_at"), closedBy: try row.textOrNull("closed_by"))
    }
  }

  package struct Action: Sendable {
    package var id: Int64
    package var text: String
    package var owner: String
    package var due: Instant
    package var kind: ControlKind?
    /// Its name; of a checklist the item's number.
    package var control: String?
    /// Of a checklist: what every launch is asked.
    package var item: String?
    package var doneBy: String?
    package var verifiedBy: String?
  }

  package static func actions(_ incident: Int64, in tx: Transaction) throws -> [Action] {
    try tx.rows(
      """
      SELECT a.id, a.text, a.owner, a.due_at, a.control_kind, a.control, a.done_by, a.verified_by,
        CASE WHEN a.control_kind = 'checklist'
          THEN (SELECT c.text FROM checklist_item AS c WHERE CAST(c.id AS TEXT) = a.control) END AS item
      FROM lesson_action AS a WHERE a.incident = \(incident) ORDER BY a.id LIMIT \(AddAction.most)
      """
    ).map {
      Action(
        id: try $0.integer("id"), text: try $0.text("text"), owner: try $0.text("owner"), due: try $0.instant("due_at"),
        kind: try $0.textOrNull("control_kind").flatMap { ControlKind(rawValue: $0) },
        control: try $0.textOrNull("control"), item: try $0.textOrNull("item"), doneBy: try $0.textOrNull("done_by"),
        verifiedBy: try $0.textOrNull("verified_by"))
    }
  }

  package struct Item: Sendable {
    package var id: Int64
    package var area: ChecklistArea
    package var text: String
    /// Where it comes from.
    package var incident: Int64?
  }

  /// All of it: no area has more than `AddChecklistItem.most`.
  package static func checklist(in tx: Transaction) throws -> [Item] {
    try tx.rows(
      """
      SELECT c.id, c.area, c.text, a.incident FROM checklist_item AS c LEFT JOIN lesson_action AS a ON a.id = c.action
      WHERE c.retired_at IS NULL ORDER BY c.area, c.id LIMIT \(most)
      """
    ).map {
      Item(
        id: try $0.integer("id"), area: ChecklistArea(rawValue: try $0.text("area")) ?? .reliability,
        text: try $0.text("text"), incident: try $0.integerOrNull("incident"))
    }
  }

  private static let most = AddChecklistItem.most * ChecklistArea.allCases.count

  package struct Launch: Sendable {
    package var id: Int64
    package var title: String
    package var openedAt: Instant
    package var openedBy: String
    package var items: Int
    package var answered: Int
    /// Answered with no.
    package var against: Int
    package var firstBy: String?
    package var firstAt: Instant?
    package var secondBy: String?
    package var secondAt: Instant?

    package var mayGo: Bool { secondBy != nil }

    fileprivate init(_ row: Row) throws {
      id = try row.integer("id")
      title = try row.text("title")
      openedAt = try row.instant("opened_at")
      openedBy = try row.text("opened_by")
      items = try row.int("items")
      answered = try row.int("answered")
      against = try row.int("against")
      firstBy = try row.textOrNull("first_by")
      firstAt = try row.instantOrNull("first_at")
      secondBy = try row.textOrNull("second_by")
      secondAt = try row.instantOrNull("second_at")
    }
  }

  private static let columns: SQL =
    """
    l.id, l.title, l.opened_at, l.opened_by, l.first_by, l.first_at, l.second_by, l.second_at,
      (SELECT count(*) FROM launch_answer AS a WHERE a.launch = l.id) AS items,
      (SELECT count(*) FROM launch_answer AS a WHERE a.launch = l.id AND a.answer IS NOT NULL) AS answered,
      (SELECT count(*) FROM launch_answer AS a WHERE a.launch = l.id AND a.answer = 'no') AS against
    """

  /// Launches on one page.
  package static let listed = 50

  /// The newest first, before a number; one more than `listed` where there are more.
  package static func launches(before id: Int64? = nil, in tx: Transaction) throws -> [Launch] {
    try tx.rows(
      """
      SELECT \(columns) FROM launch AS l WHERE l.id < \(id ?? .max) ORDER BY l.id DESC LIMIT \(listed + 1)
      """
    ).map(Launch.init)
  }

  /// What these launches are called.
  package static func titles(of ids: [Int64], in tx: Transaction) throws -> [(id: Int64, title: String)] {
    guard !ids.isEmpty else { return [] }
    return try tx.rows("SELECT id, title FROM launch WHERE id \(in: ids)").map {
      (try $0.integer("id"), try $0.text("title"))
    }
  }

  package static func launch(_ id: Int64, in tx: Transaction) throws -> Launch? {
    try tx.row("SELECT \(columns) FROM launch AS l WHERE l.id = \(id)").map(Launch.init)
  }

  package struct Answer: Sendable {
    package var item: Int64
    package var area: ChecklistArea
    package var text: String
    /// Where the question comes from.
    package var incident: Int64?
    package var answer: AnswerItem.Answer?
    package var note: String?
    package var at: Instant?
    package var actor: String?
  }

  package static func answers(_ launch: Int64, in tx: Transaction) throws -> [Answer] {
    try tx.rows(
      """
      SELECT a.item, c.area, c.text, l.incident, a.answer, a.note, a.at, a.actor FROM launch_answer AS a
      JOIN checklist_item AS c ON c.id = a.item LEFT JOIN lesson_action AS l ON l.id = c.action
      WHERE a.launch = \(launch) ORDER BY c.area, a.item LIMIT \(most)
      """
    ).map {
      Answer(
        item: try $0.integer("item"), area: ChecklistArea(rawValue: try $0.text("area")) ?? .reliability,
        text: try $0.text("text"), incident: try $0.integerOrNull("incident"),
        answer: try $0.textOrNull("answer").flatMap { AnswerItem.Answer(rawValue: $0) },
        note: try $0.textOrNull("note"), at: try $0.instantOrNull("at"), actor: try $0.textOrNull("actor"))
    }
  }
}
