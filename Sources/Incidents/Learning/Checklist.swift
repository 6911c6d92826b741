import Kernel
import Store

/// What a launch is asked about, beside the areas that the first story named.
package enum ChecklistArea: String, Codable, Sendable, CaseIterable {
  case performance, scalability, reliability
  /// Failures of outside systems.
  case outside
  case tests
  /// How to go back.
  case wayBack
}

/// An item that every launch from now on is held against; it may come from an action of a lesson.
package struct AddChecklistItem: Command {
  package static let name = "addChecklistItem"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  /// Of one area, so that a list is read to its end.
  package static let most = 40

  package var area: ChecklistArea
  package var text: String
  package var action: Int64?

  package init(area: ChecklistArea, text: String, action: Int64? = nil) {
    self.area = area
    self.text = text
    self.action = action
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.limited(text, 5...500, "An item")
    if let action {
      guard try change.tx.row("SELECT id FROM lesson_action WHERE id = \(action)") != nil else {
        throw Refusal(.missing, "noAction", "There is no action \(action).")
      }
    }
    let count =
      try change.tx.integer(
        "SELECT count(*) FROM checklist_item WHERE area = \(area.rawValue) AND retired_at IS NULL") ?? 0
    guard count < Self.most else {
      throw Refusal(.limit, "tooMany", "\(area.rawValue) has \(Self.most) items: retire one that is no more needed.")
    }
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO checklist_item (id, area, text, action, added_at, added_by)
      VALUES (\(id), \(area.rawValue), \(text), \(action), \(change.now), \(change.actor.description))
      """)
    change.record(ChecklistFact(item: id, what: "added"))
    return id
  }
}

/// It is not asked any more, and why.
package struct RetireChecklistItem: Command {
  package static let name = "retireChecklistItem"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var item: Int64
  package var reason: String

  package init(item: Int64, reason: String) {
    self.item = item
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.reason(reason)
    let retired = try change.tx.execute(
      """
      UPDATE checklist_item SET retired_at = \(change.now), retired_by = \(change.actor.description), retire_reason = \(reason)
      WHERE id = \(item) AND retired_at IS NULL
      """)
    guard retired == 1 else { throw Refusal(.conflict, "notThere", "There is no item \(item) on the list.") }
    change.record(ChecklistFact(item: item, what: "retired", reason: reason))
    return true
  }
}
