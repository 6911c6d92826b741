import Kernel
import Store

/// The end: everybody is whole, shown to be unharmed, or unreachable with their money held, and the part's own rule, asked once
/// more, finds nobody else.
package struct CloseIncident: UsesParts {
  package static let name = "closeIncident"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var incident: Int64
  package var parts = HarmParts()

  private enum CodingKeys: String, CodingKey { case incident }

  package init(incident: Int64) { self.incident = incident }

  package func run(in change: Change) throws -> Bool {
    let now = try Incident.open(incident, in: change)
    let obstacles = try Self.obstacles(now, parts, in: change.tx)
    guard obstacles.isEmpty else {
      let words = obstacles.map(\.words).joined(separator: "; ")
      throw Refusal(.conflict, "notYet", "It cannot be closed yet: \(words).")
    }
    try change.tx.execute(
      """
      UPDATE incident SET state = 'closed', closed_at = \(change.now), closed_by = \(change.actor.description)
      WHERE id = \(incident)
      """)
    try change.tx.execute(
      "UPDATE remedy_rule SET state = 'stopped', stopped = 'closed' WHERE incident = \(incident) AND state = 'running'")
    change.record(IncidentFact(incident: incident, what: "closed"))
    return true
  }

  /// What stands in the way.
  package enum Obstacle: Sendable, Equatable, Encodable {
    case notContained, nobodyApproved, newerVersion
    /// On the list of whom to tell.
    case toTell(Int64)
    case notWhole(Int64)
    case disputed(Int64)
    case toLookAt(Int64)
    /// Remedies.
    case underWay(Int64)
    case stillFound(Int64)
    /// Between when it may have begun and when it was contained.
    case outsideWindow(Int64)

    /// In English, for the command line and for programs.
    package var words: String {
      switch self {
      case .notContained: "nobody has said that it is contained"
      case .nobodyApproved: "nobody has approved who is affected"
      case .newerVersion: "a newer version of who is affected is not decided"
      case .toTell(let count): "\(count) on the list have not been told"
      case .notWhole(let count): "\(count) people are not whole"
      case .disputed(let count): "\(count) people say that it is not right"
      case .toLookAt(let count): "\(count) people are still to be looked at"
      case .underWay(let count): "\(count) remedies are under way"
      case .stillFound(let count): "the rule finds \(count) people who still lack something"
      case .outsideWindow(let count):
        "\(count) people were reached outside of the window, before it was contained: find them once more"
      }
    }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(words)
    }
  }

  package static func obstacles(_ incident: Incident, _ parts: HarmParts, in tx: Transaction) throws -> [Obstacle] {
    var obstacles: [Obstacle] = []
    func count(_ sql: SQL, _ obstacle: (Int64) -> Obstacle) throws {
      let count = try tx.integer(sql) ?? 0
      if count > 0 { obstacles.append(obstacle(count)) }
    }
    let id = incident.id
    if incident.state != .contained { obstacles.append(.notContained) }
    guard let version = try incident.cohort.flatMap({ try Cohort.find($0, in: tx) }) else {
      return obstacles + [.nobodyApproved]
    }
    try count(
      "SELECT count(*) FROM cohort WHERE incident = \(id) AND n > \(version.n) AND state IN ('searching', 'frozen')"
    ) { _ in .newerVersion }
    try count("SELECT count(*) FROM incident_tell WHERE incident = \(id) AND told_at IS NULL") { .toTell($0) }
    try count("SELECT count(*) FROM affected WHERE incident = \(id) AND state IN ('affected', 'told')") {
      .notWhole($0)
    }
    try count("SELECT count(*) FROM affected WHERE incident = \(id) AND state = 'disputed'") { .disputed($0) }
    try count("SELECT count(*) FROM affected WHERE incident = \(id) AND todo = 1") { .toLookAt($0) }
    try count("SELECT count(*) FROM remedy WHERE incident = \(id) AND state = 'underWay'") { .underWay($0) }
    try count(try Self.missing(version, parts, in: tx)) { .stillFound($0) }
    for window in Self.beyond(version.rule, incident) {
      try count(try Self.unseen(version, window, parts, in: tx)) { .outsideWindow($0) }
    }
    return obstacles
  }

  /// Whom the part's rule finds now, with something that neither went back, nor was made good, nor is held. A remedy is enough as
  /// long as what it was meant to give is back, and no more is owed than it was meant for.
  private static func missing(_ version: Cohort, _ parts: HarmParts, in tx: Transaction) throws -> SQL {
    let finder = try parts.finder(version.finder)
    guard let keys = try finder.keys(version.rule, in: tx) else { return "SELECT 0" }
    return """
      SELECT count(DISTINCT f.person) FROM (\(try finder.affected(version.rule, keys: keys))) AS f
      WHERE f.back < f.amount AND NOT EXISTS (
        SELECT 1 FROM affected AS a LEFT JOIN remedy AS r ON r.affected = a.id AND r.about = f.item
        WHERE a.incident = \(version.incident) AND a.person = f.person
          AND (r.state = 'held' OR (r.state = 'done' AND r.owed >= f.amount AND f.back >= r.back + r.planned)
            OR \(Affected.isShownUnharmed("a", item: "f.item"))))
      """
  }

  /// When people may have been reached although nobody looked there.
  private static func beyond(_ rule: HarmRule, _ incident: Incident) -> [HarmRule] {
    let end = incident.containedAt ?? incident.noticedAt
    return [(incident.beganAt, min(rule.starts, end)), (max(rule.ends, incident.beganAt), end)].filter { $0.0 < $0.1 }
      .map {
        HarmRule(starts: $0.0, ends: $0.1, parameters: rule.parameters)
      }
  }

  /// Whom the rule finds in another window, with something that is not back, and that no incident knows of.
  private static func unseen(
    _ version: Cohort, _ window: HarmRule, _ parts: HarmParts, in tx: Transaction
  ) throws -> SQL {
    let finder = try parts.finder(version.finder)
    guard let keys = try finder.keys(window, in: tx) else { return "SELECT 0" }
    return """
      SELECT count(DISTINCT f.person) FROM (\(try finder.affected(window, keys: keys))) AS f
      WHERE f.back < f.amount AND NOT EXISTS (
        SELECT 1 FROM affected AS a JOIN incident AS n ON n.id = a.incident
        JOIN cohort_item AS i ON i.cohort = n.cohort AND i.person = a.person AND i.item = f.item
        WHERE a.person = f.person)
      """
  }
}
