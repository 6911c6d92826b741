import Kernel
import Store

// A launch is held against the checklists of all lessons, and two people say that it may go.

/// Why a launch cannot be signed yet.
package enum LaunchObstacle: Sendable, Equatable {
  case unanswered(Int64)
  case saidNo(Int64)

  fileprivate var refusal: Refusal {
    switch self {
    case .unanswered(let count): Refusal(.conflict, "notAnswered", "\(count) items are not answered.")
    case .saidNo(let count): Refusal(.conflict, "saidNo", "\(count) items are answered with no.")
    }
  }
}

/// Takes every item that stands on the lists now.
package struct OpenLaunch: Command {
  package static let name = "openLaunch"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package var title: String

  package init(title: String) { self.title = title }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.limited(title, 3...200, "A title")
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO launch (id, title, opened_at, opened_by)
      VALUES (\(id), \(title), \(change.now), \(change.actor.description))
      """)
    let items = try change.tx.execute(
      "INSERT INTO launch_answer (launch, item) SELECT \(id), id FROM checklist_item WHERE retired_at IS NULL")
    guard items > 0 else {
      throw Refusal(.conflict, "noItems", "There is nothing to hold it against: put items on the checklists first.")
    }
    change.record(LaunchFact(launch: id, what: "opened", about: title))
    return id
  }
}

package struct AnswerItem: Command {
  package static let name = "answerItem"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]

  package enum Answer: String, Codable, Sendable { case yes, no, notNeeded }

  package var launch: Int64
  package var item: Int64
  package var answer: Answer
  /// Why not, or where it is shown. Needed unless the answer is yes.
  package var note: String?

  package init(launch: Int64, item: Int64, answer: Answer, note: String? = nil) {
    self.launch = launch
    self.item = item
    self.answer = answer
    self.note = note
  }

  package func run(in change: Change) throws -> Bool {
    if let note { _ = try Text.limited(note, 1...1_000, "A note") }
    guard answer == .yes || note != nil else {
      throw Refusal(.invalid, "noteMissing", "Say why, where the answer is not yes.")
    }
    let answered = try change.tx.execute(
      """
      UPDATE launch_answer SET answer = \(answer.rawValue), note = \(note), at = \(change.now),
        actor = \(change.actor.description)
      WHERE launch = \(launch) AND item = \(item)
        AND EXISTS (SELECT 1 FROM launch AS l WHERE l.id = launch_answer.launch AND l.first_by IS NULL)
      """)
    guard answered == 1 else {
      throw Refusal(.conflict, "notOpen", "This is no item of a launch that nobody has signed yet.")
    }
    change.record(LaunchFact(launch: launch, what: "answered.\(answer.rawValue)", about: "checklist:\(item)"))
    return true
  }
}

/// "It may go." The first signature closes the answers, the second one, of somebody else, lets it go.
package struct SignLaunch: Command {
  package static let name = "signLaunch"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var launch: Int64

  package init(launch: Int64) { self.launch = launch }

  /// - Returns: whether it may go now.
  package func run(in change: Change) throws -> Bool {
    let row = try change.tx.row("SELECT first_by, second_by FROM launch WHERE id = \(launch) \(.forUpdate)")
    guard let row else { throw Refusal(.missing, "noLaunch", "There is no launch \(launch).") }
    guard try row.textOrNull("second_by") == nil else { return true }
    let actor = change.actor.description
    guard let first = try row.textOrNull("first_by") else {
      if let first = try Self.obstacles(launch, in: change.tx).first { throw first.refusal }
      try change.tx.execute("UPDATE launch SET first_by = \(actor), first_at = \(change.now) WHERE id = \(launch)")
      change.record(LaunchFact(launch: launch, what: "signed"))
      return false
    }
    guard !change.actor.isWhoever(first) else { throw Refusal.secondPerson }
    try change.tx.execute("UPDATE launch SET second_by = \(actor), second_at = \(change.now) WHERE id = \(launch)")
    change.record(LaunchFact(launch: launch, what: "mayGo"))
    return true
  }

  package static func obstacles(_ launch: Int64, in tx: Transaction) throws -> [LaunchObstacle] {
    let open = try tx.integer("SELECT count(*) FROM launch_answer WHERE launch = \(launch) AND answer IS NULL") ?? 0
    let against = try tx.integer("SELECT count(*) FROM launch_answer WHERE launch = \(launch) AND answer = 'no'") ?? 0
    return (open > 0 ? [.unanswered(open)] : []) + (against > 0 ? [.saidNo(against)] : [])
  }
}
