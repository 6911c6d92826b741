import Kernel
import Store

/// A second person allows a rule, up to a limit of each unit.
package struct ApproveRemedy: Command {
  package static let name = "approveRemedy"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var rule: Int64
  /// By unit, the most that may be given in all: minor units of a currency, periods. Those who join the affected later, with a
  /// new version of the cohort, get theirs out of it too.
  package var limits: [String: Int64]

  package init(rule: Int64, limits: [String: Int64]) {
    self.rule = rule
    self.limits = limits
  }

  package func run(in change: Change) throws -> Bool {
    let rule = try RemedyRule.held(rule, in: change)
    _ = try Incident.open(rule.incident, in: change)
    guard rule.state == .tried else {
      throw Refusal(.conflict, "isDecided", "Version \(rule.n) is approved already.")
    }
    guard !change.actor.isWhoever(rule.madeBy) else { throw Refusal.secondPerson }
    let newer =
      try change.tx.integer(
        "SELECT max(n) FROM remedy_rule WHERE incident = \(rule.incident) AND state <> 'tried'") ?? 0
    guard newer < rule.n else { throw Refusal(.conflict, "isOld", "Version \(newer) is approved already.") }
    for total in try change.tx.rows("SELECT kind, unit, amount FROM remedy_total WHERE rule = \(rule.id)") {
      let (kind, unit, amount) = (try total.text("kind"), try total.text("unit"), try total.integer("amount"))
      guard unit.isEmpty || limits[unit] != nil, limits[unit] ?? 0 >= amount else {
        throw Refusal(
          .limit, "overLimit", "\(kind) comes to \(amount) \(unit); the limit is \(limits[unit] ?? 0).")
      }
      try change.tx.execute(
        "UPDATE remedy_total SET allowed = \(limits[unit] ?? 0) WHERE rule = \(rule.id) AND kind = \(kind) AND unit = \(unit)"
      )
    }
    try change.tx.execute(
      """
      UPDATE remedy_rule SET state = 'approved', approved_at = \(change.now), approved_by = \(change.actor.description)
      WHERE id = \(rule.id)
      """)
    change.record(
      IncidentFact(
        incident: rule.incident, what: "remedyApproved",
        about: limits.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "), number: rule.n
      ))
    return true
  }
}
