import Kernel
import Store

/// Once more, after somebody mended what stood in the way: the same remedy, not a second one. For money that is held too, however
/// long ago its incident was closed.
package struct RetryRemedy: UsesParts {
  package static let name = "retryRemedy"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var remedy: Int64
  package var reason: String
  package var parts = HarmParts()

  private enum CodingKeys: String, CodingKey { case remedy, reason }

  package init(remedy: Int64, reason: String) {
    self.remedy = remedy
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    _ = try Text.reason(reason)
    let row = try change.tx.row(
      """
      SELECT r.id, r.incident, r.affected, r.kind, r.about, r.planned, r.back, r.unit, r.state, r.rule,
        (SELECT person FROM affected WHERE id = r.affected) AS person
      FROM remedy AS r WHERE r.id = \(remedy) \(.forUpdate)
      """)
    guard let row else { throw Refusal(.missing, "noRemedy", "There is no remedy \(remedy).") }
    let state = try row.text("state")
    guard state == "refused" || state == "held" else {
      throw Refusal(.conflict, "notRefused", "This remedy is \(state == "done" ? "done" : "under way").")
    }
    let part = try parts.remedy(try row.text("kind"))
    let incident = try row.integer("incident")
    let finder = try change.tx.row(
      "SELECT c.finder FROM incident AS i JOIN cohort AS c ON c.id = i.cohort WHERE i.id = \(incident)")
    let order = RemedyOrder(
      id: remedy, incident: incident, finder: try finder?.text("finder") ?? "", person: try row.text("person"),
      about: try row.text("about"), amount: try row.integer("planned"),
      back: try row.integer("back"), unit: try row.text("unit"))
    guard let start = try part.begin([order], in: change).first else { return false }
    let affected = try row.integer("affected")
    switch start {
    case .underWay(let reference, let amount):
      try set("underWay", reference, amount: amount, evidence: nil, code: nil, ends: nil, in: change)
    case .done(let evidence, let amount):
      try set("done", nil, amount: amount, evidence: evidence, code: nil, ends: change.now, in: change)
      if part.tells { try Affected.contacted([affected], means: "mail", reached: true, note: part.name, in: change) }
    case .impossible(let why):
      throw Refusal(.conflict, "stillImpossible", "It is still not possible: \(why).")
    }
    change.record(
      PersonFact(person: order.person, incident: incident, what: "remedy.again", about: part.name, reason: reason))
    try Affected.settle([affected], in: change)
    return true
  }

  private func set(
    _ state: String, _ reference: Int64?, amount: Int64, evidence: String?, code: String?, ends: Instant?,
    in change: Change
  ) throws {
    try change.tx.execute(
      """
      UPDATE remedy SET state = \(state), reference = \(reference), amount = \(amount), evidence = \(evidence),
        code = \(code), ended_at = \(ends), tries = tries + 1 WHERE id = \(remedy)
      """)
  }
}
