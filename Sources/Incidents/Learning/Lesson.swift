import Kernel
import Store

// What is kept of it: a post-mortem in five parts, and actions that change something which would have caught it.

/// The parts of a post-mortem, in the order in which they are read.
package enum LessonPart: String, Sendable, CaseIterable {
  case context, failed
  /// What we did when we learned of it.
  case did
  case learned, differently
}

/// Why a post-mortem cannot be closed yet.
package enum LessonObstacle: Sendable, Equatable {
  /// Somebody is not whole.
  case incidentOpen
  case notWritten
  case empty([LessonPart])
  /// A lesson that changes nothing is not learned.
  case noAction
  /// So many have not changed a control that a second person has seen.
  case actionsOpen(Int64)

  /// In English, for the command line.
  package var words: String { refusal.message }

  fileprivate var refusal: Refusal {
    switch self {
    case .incidentOpen:
      Refusal(.conflict, "isOpen", "First everybody is made whole: the incident is still open.")
    case .notWritten: Refusal(.missing, "noLesson", "Nobody has written it yet.")
    case .empty(let parts):
      Refusal(
        .conflict, "partsMissing", "These parts are empty: \(parts.map(\.rawValue).joined(separator: ", ")).")
    case .noAction:
      Refusal(.conflict, "noAction", "A lesson that changes nothing is not learned: add an action.")
    case .actionsOpen(let count):
      Refusal(
        .conflict, "actionsOpen", "\(count) actions have not yet changed a control that a second person has seen.")
    }
  }
}

/// The five parts; written once and again until it is closed.
package struct WriteLesson: Command {
  package static let name = "writeLesson"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  package static let longest = 20_000

  package var incident: Int64
  package var context: String
  package var failed: String
  /// What we did when we learned of it.
  package var did: String
  package var learned: String
  package var differently: String
  /// When the text was written that the writer had before them; `nil`: none, or whoever writes does not ask.
  package var seen: Instant?
  /// Whether a newer text than `seen` stops it: two who write at once must not lose what the other wrote.
  package var asks: Bool?

  package init(
    incident: Int64, context: String, failed: String, did: String, learned: String, differently: String
  ) {
    self.incident = incident
    self.context = context
    self.failed = failed
    self.did = did
    self.learned = learned
    self.differently = differently
  }

  package func run(in change: Change) throws -> Bool {
    for part in [context, failed, did, learned, differently] { _ = try Text.limited(part, 0...Self.longest, "A part") }
    _ = try Incident.held(incident, in: change)
    if asks == true {
      let written = try change.tx.integer("SELECT written_at FROM lesson WHERE incident = \(incident)")
      guard written == seen?.microseconds else {
        throw Refusal(.conflict, "isNewer", "Somebody else has written it meanwhile: read theirs, then save again.")
      }
    }
    let saved = try change.tx.execute(
      """
      INSERT INTO lesson (incident, context, failed, did, learned, differently, written_at, written_by)
      VALUES (\(incident), \(context), \(failed), \(did), \(learned), \(differently), \(change.now),
        \(change.actor.description))
      ON CONFLICT (incident) DO UPDATE SET context = excluded.context, failed = excluded.failed, did = excluded.did,
        learned = excluded.learned, differently = excluded.differently, written_at = excluded.written_at,
        written_by = excluded.written_by WHERE lesson.closed_at IS NULL
      """)
    guard saved == 1 else { throw Refusal(.conflict, "isClosed", "The post-mortem of incident \(incident) is closed.") }
    change.record(IncidentFact(incident: incident, what: "lessonWritten"))
    return true
  }
}

/// Closed only when all five parts are there, and each action changed a control and somebody else has seen that it did.
package struct CloseLesson: Command {
  package static let name = "closeLesson"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var incident: Int64

  package init(incident: Int64) { self.incident = incident }

  package func run(in change: Change) throws -> Bool {
    let now = try Incident.held(incident, in: change)
    let closed = try change.tx.row("SELECT 1 AS one FROM lesson WHERE incident = \(incident) AND closed_at IS NOT NULL")
    guard closed == nil else { return false }
    if let first = try Self.obstacles(now, in: change.tx).first { throw first.refusal }
    try change.tx.execute(
      "UPDATE lesson SET closed_at = \(change.now), closed_by = \(change.actor.description) WHERE incident = \(incident)"
    )
    change.record(IncidentFact(incident: incident, what: "lessonClosed"))
    return true
  }
  /// Everything that stands in the way, for those who look at it.
  package static func obstacles(_ incident: Incident, in tx: Transaction) throws -> [LessonObstacle] {
    var obstacles: [LessonObstacle] = incident.state == .closed ? [] : [.incidentOpen]
    let row = try tx.row(
      "SELECT context, failed, did, learned, differently FROM lesson WHERE incident = \(incident.id)")
    if let row {
      let empty = try LessonPart.allCases.filter { try row.text($0.rawValue).isEmpty }
      if !empty.isEmpty { obstacles.append(.empty(empty)) }
    } else {
      obstacles.append(.notWritten)
    }
    let actions = try tx.row(
      """
      SELECT count(*) AS n, CAST(COALESCE(sum(CASE WHEN verified_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS open
      FROM lesson_action WHERE incident = \(incident.id)
      """)
    let open = try actions?.integer("open") ?? 0
    if try actions?.integer("n") ?? 0 == 0 { obstacles.append(.noAction) }
    if open > 0 { obstacles.append(.actionsOpen(open)) }
    return obstacles
  }
}
