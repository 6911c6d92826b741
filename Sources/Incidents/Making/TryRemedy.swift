import Kernel
import Store

/// A rule, tried on those who are affected: who would get what, what it comes to, who stands out. Nothing is done yet.
package struct TryRemedy: UsesParts {
  package static let name = "tryRemedy"
  package static let allowed: Set<Actor.Role> = [.operator, .finance, .support]
  static let outliers = 20

  package var incident: Int64
  package var steps: [RemedyRule.Step]
  /// What is assumed where it is not known, in the person's favour.
  package var assumptions: String
  package var parts = HarmParts()

  private enum CodingKeys: String, CodingKey { case incident, steps, assumptions }

  package init(incident: Int64, steps: [RemedyRule.Step], assumptions: String) {
    self.incident = incident
    self.steps = steps
    self.assumptions = assumptions
  }

  package func run(in change: Change) throws -> Int64 {
    _ = try Text.limited(assumptions, 3...2_000, "The assumptions")
    let now = try Incident.open(incident, in: change)
    try check()
    guard let cohort = now.cohort else {
      throw Refusal(.conflict, "noCohort", "Nobody has approved yet who is affected.")
    }
    let n = (try change.tx.integer("SELECT max(n) FROM remedy_rule WHERE incident = \(incident)") ?? 0) + 1
    let people =
      try change.tx.integer("SELECT count(*) FROM affected WHERE incident = \(incident) AND unharmed IS NULL") ?? 0
    let id = try change.id()
    try change.tx.execute(
      """
      INSERT INTO remedy_rule (id, incident, n, steps, assumptions, cohort, people, state, made_at, made_by)
      VALUES (\(id), \(incident), \(n), \(try RemedyRule.json(steps)), \(assumptions), \(cohort), \(people), 'tried',
        \(change.now), \(change.actor.description))
      """)
    for step in steps { try count(step, of: id, cohort, in: change) }
    change.record(IncidentFact(incident: incident, what: "remedyTried", number: n, count: people))
    return id
  }

  private func check() throws(Refusal) {
    guard (1...10).contains(steps.count), Set(steps.map(\.remedy)).count == steps.count else {
      throw Refusal(.invalid, "badSteps", "A rule has one to ten different remedies.")
    }
    for step in steps {
      let remedy = try parts.remedy(step.remedy)
      switch remedy.basis {
      case .items:
        guard let percent = step.percent, (1...100).contains(percent) else {
          throw Refusal(.invalid, "badPercent", "\(remedy.name) needs a share of 1 to 100 per cent of what is owed.")
        }
      case .person(let unit, let most):
        guard let quantity = step.quantity, (1...most).contains(quantity) else {
          throw Refusal(.invalid, "badQuantity", "\(remedy.name) needs 1 to \(most) (\(unit)) for each person.")
        }
      case .words: break
      }
    }
  }

  private func count(_ step: RemedyRule.Step, of rule: Int64, _ cohort: Int64, in change: Change) throws {
    let shares: SQL
    switch try parts.remedy(step.remedy).basis {
    case .items:
      shares = """
        SELECT i.person, i.unit, CAST(sum(((i.amount - i.back) * \(step.percent ?? 0) + 99) / 100) AS BIGINT) AS gets
        FROM affected AS a JOIN cohort_item AS i ON i.cohort = \(cohort) AND i.person = a.person
        WHERE a.incident = \(incident) AND a.unharmed IS NULL AND NOT EXISTS (
          SELECT 1 FROM remedy AS r WHERE r.affected = a.id AND r.kind = \(step.remedy) AND r.about = i.item
            AND (r.owed >= i.amount OR r.state <> 'done'))
          AND NOT \(Affected.isShownUnharmed("a", item: "i.item"))
        GROUP BY i.person, i.unit
        """
    case .person(let unit, _): shares = people(step, unit, step.quantity ?? 0)
    case .words: shares = people(step, "", 0)
    }
    try change.tx.execute(
      """
      INSERT INTO remedy_total (rule, kind, unit, people, amount, most)
      SELECT \(rule), \(step.remedy), s.unit, count(*), CAST(sum(s.gets) AS BIGINT), max(s.gets) FROM (\(shares)) AS s
      GROUP BY s.unit
      """)
    try change.tx.execute(
      """
      INSERT INTO remedy_outlier (rule, kind, unit, person, amount)
      SELECT \(rule), \(step.remedy), s.unit, s.person, s.gets FROM (\(shares)) AS s WHERE s.gets > 0
      ORDER BY s.gets DESC, s.person LIMIT \(Self.outliers)
      """)
  }

  private func people(_ step: RemedyRule.Step, _ unit: String, _ quantity: Int64) -> SQL {
    """
    SELECT a.person, \(unit) AS unit, \(quantity) AS gets FROM affected AS a
    WHERE a.incident = \(incident) AND a.unharmed IS NULL
      AND NOT EXISTS (SELECT 1 FROM remedy AS r WHERE r.affected = a.id AND r.kind = \(step.remedy))
    """
  }
}
