import Kernel
import Store

/// What is shown of lessons, checklists and launches.
package enum LearningQuery {
  package struct Lesson: Sendable {
    package var context: String
    package var failed: String
    package var did: String
    package var learned: String
    package var differently: String
    package var closedAt: Instant?
  }

  package static func lesson(_ incident: Int64, in tx: Transaction) throws -> Lesson? {
    try tx.row(
      "SELECT context, failed, did, learned, differently, closed_at FROM lesson WHERE incident = \(incident)"
    ).map {
      Lesson(
        context: try $0.text("context"), failed: try $0.text("failed"), did: try $0.text("did"),
        learned: try $0.text("learned"), differently: try $0.text("differently"),
        closedAt: try $0.instantOrNull("closed_at"))
    }
  }

  package struct Action: Sendable {
    package var id: Int64
    package var text: String
    package var owner: String
    package var due: Instant
    /// `test Nobody is charged twice`.
    package var control: String?
    package var doneBy: String?
    package var verifiedBy: String?
  }

  package static func actions(_ incident: Int64, in tx: Transaction) throws -> [Action] {
    try tx.rows(
      """
      SELECT id, text, owner, due_at, control_kind, control, done_by, verified_by FROM lesson_action
      WHERE incident = \(incident) ORDER BY id LIMIT 100
      """
    ).map {
      let kind = try $0.textOrNull("control_kind")
      let control = try $0.textOrNull("control")
      return Action(
        id: try $0.integer("id"), text: try $0.text("text"), owner: try $0.text("owner"), due: try $0.instant("due_at"),
        control: kind.flatMap { kind in control.map { "\(kind) \($0)" } }, doneBy: try $0.textOrNull("done_by"),
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

  package static func checklist(in tx: Transaction) throws -> [Item] {
    try tx.rows(
      """
      SELECT c.id, c.area, c.text, a.incident FROM checklist_item AS c LEFT JOIN lesson_action AS a ON a.id = c.action
      WHERE c.retired_at IS NULL ORDER BY c.area, c.id LIMIT 300
      """
    ).map {
      Item(
        id: try $0.integer("id"), area: ChecklistArea(rawValue: try $0.text("area")) ?? .reliability,
        text: try $0.text("text"), incident: try $0.integerOrNull("incident"))
    }
  }

  package struct Launch: Sendable {
    package var id: Int64
    package var title: String
    package var openedAt: Instant
    package var items: Int
    package var answered: Int
    package var firstBy: String?
    package var secondBy: String?

    package var mayGo: Bool { secondBy != nil }
  }

  package static func launches(in tx: Transaction) throws -> [Launch] {
    try tx.rows(
      """
      SELECT l.id, l.title, l.opened_at, l.first_by, l.second_by,
        (SELECT count(*) FROM launch_answer AS a WHERE a.launch = l.id) AS items,
        (SELECT count(*) FROM launch_answer AS a WHERE a.launch = l.id AND a.answer IS NOT NULL) AS answered
      FROM launch AS l ORDER BY l.id DESC LIMIT 100
      """
    ).map {
      Launch(
        id: try $0.integer("id"), title: try $0.text("title"), openedAt: try $0.instant("opened_at"),
        items: try $0.int("items"), answered: try $0.int("answered"), firstBy: try $0.textOrNull("first_by"),
        secondBy: try $0.textOrNull("second_by"))
    }
  }

  package struct Answer: Sendable {
    package var item: Int64
    package var area: ChecklistArea
    package var text: String
    package var answer: String?
    package var note: String?
  }

  package static func answers(_ launch: Int64, in tx: Transaction) throws -> [Answer] {
    try tx.rows(
      """
      SELECT a.item, c.area, c.text, a.answer, a.note FROM launch_answer AS a JOIN checklist_item AS c ON c.id = a.item
      WHERE a.launch = \(launch) ORDER BY c.area, a.item LIMIT 300
      """
    ).map {
      Answer(
        item: try $0.integer("item"), area: ChecklistArea(rawValue: try $0.text("area")) ?? .reliability,
        text: try $0.text("text"), answer: try $0.textOrNull("answer"), note: try $0.textOrNull("note"))
    }
  }
}
