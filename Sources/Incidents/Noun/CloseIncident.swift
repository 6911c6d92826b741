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
    let problems = try Self.problems(now, parts, in: change.tx)
    guard problems.isEmpty else {
      throw Refusal(.conflict, "notYet", "It cannot be closed yet: \(problems.joined(separator: "; ")).")
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

  /// What stands in the way, for people.
  package static func problems(_ incident: Incident, _ parts: HarmParts, in tx: Transaction) throws -> [String] {
    var problems: [String] = []
    func count(_ sql: SQL, _ words: (Int64) -> String) throws {
      let count = try tx.integer(sql) ?? 0
      if count > 0 { problems.append(words(count)) }
    }
    let id = incident.id
    if incident.state != .contained { problems.append("nobody has said that it is contained") }
    guard let version = try incident.cohort.flatMap({ try Cohort.find($0, in: tx) }) else {
      return problems + ["nobody has approved who is affected"]
    }
    try count(
      "SELECT count(*) FROM cohort WHERE incident = \(id) AND n > \(version.n) AND state IN ('searching', 'frozen')"
    ) { _ in "a newer version of who is affected is not decided" }
    try count("SELECT count(*) FROM incident_tell WHERE incident = \(id) AND told_at IS NULL") {
      "\($0) on the list have not been told"
    }
    try count("SELECT count(*) FROM affected WHERE incident = \(id) AND state IN ('affected', 'told')") {
      "\($0) people are not whole"
    }
    try count("SELECT count(*) FROM affected WHERE incident = \(id) AND state = 'disputed'") {
      "\($0) people say that it is not right"
    }
    try count("SELECT count(*) FROM affected WHERE incident = \(id) AND todo = 1") {
      "\($0) people are still to be looked at"
    }
    try count("SELECT count(*) FROM remedy WHERE incident = \(id) AND state = 'underWay'") {
      "\($0) remedies are under way"
    }
    try count(try Self.missing(version, parts, in: tx)) { "the rule finds \($0) people who still lack something" }
    for window in Self.beyond(version.rule, incident) {
      try count(try Self.unseen(version, window, parts, in: tx)) {
        "\($0) people were reached outside of the window of version \(version.n), between when it may have begun and when it "
          + "was contained: find them once more, from \(incident.beganAt.iso8601) until \((incident.containedAt ?? incident.noticedAt).iso8601)"
      }
    }
    return problems
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
    return [(incident.beganAt, min(rule.starts, end)), (max(rule.ends, incident.beganAt), end)].filter { $0.0 < $0.1 }.map {
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
