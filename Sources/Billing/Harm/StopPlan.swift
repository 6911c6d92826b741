import Kernel
import Store

/// No new charge of one plan leaves: new periods are not opened, and what is written down and has not left waits.
struct StopPlan: Containment {
  let name = "charges.stopPlan"
  let words = "Stop new charges of one plan"
  let goesOn =
    "Other plans are charged on. Refunds leave, and what is under way is found out. Nobody loses access: a period that is due waits, and is charged when this is undone."

  /// Charges that wait are put off by this much, and back again: longer than any stop lasts.
  static let putOff = Span.days(3_650)

  func targets(in tx: Transaction) throws -> [ContainmentTarget] {
    try tx.rows(
      """
      SELECT p.code, p.name, s.plan AS stopped FROM plan AS p LEFT JOIN plan_stop AS s ON s.plan = p.id
      ORDER BY p.code LIMIT 200
      """
    ).map {
      .init(name: try $0.text("code"), words: try $0.text("name"), isStopped: try $0.integerOrNull("stopped") != nil)
    }
  }

  func apply(to target: String, reason: String, in change: Change) throws -> Bool {
    let plan = try plan(target, in: change)
    let isNew = try change.tx.execute(
      """
      INSERT INTO plan_stop (plan, at, actor, reason) VALUES (\(plan), \(change.now), \(change.actor.description), \(reason))
      ON CONFLICT DO NOTHING
      """)
    guard isNew == 1 else { return false }
    try move(plan, by: Self.putOff, in: change)
    change.record(PlanSwitched(plan: target, on: false, reason: reason))
    return true
  }

  func undo(on target: String, reason: String, in change: Change) throws {
    let plan = try plan(target, in: change)
    guard try change.tx.execute("DELETE FROM plan_stop WHERE plan = \(plan)") == 1 else { return }
    try move(plan, by: Span(microseconds: -Self.putOff.microseconds), in: change)
    change.record(PlanSwitched(plan: target, on: true, reason: reason))
  }

  /// Which of these plans are stopped. They stay as they are until the change ends: whoever stops one meanwhile waits, and then
  /// finds the charges that this change writes down.
  static func stopped(of plans: some Sequence<Int64>, in change: Change) throws -> Set<Int64> {
    let ids = Set(plans).sorted()
    _ = try change.tx.rows("SELECT id FROM plan WHERE id \(in: ids) ORDER BY id \(.forShare)")
    return Set(
      try change.tx.rows("SELECT plan FROM plan_stop WHERE plan \(in: ids)").map { try $0.integer("plan") })
  }

  private func plan(_ code: String, in change: Change) throws -> Int64 {
    guard let id = try change.tx.integer("SELECT id FROM plan WHERE code = \(code) \(.forUpdate)") else {
      throw Refusal(.missing, "noPlan", "There is no plan \(code).")
    }
    return id
  }

  private func move(_ plan: Int64, by span: Span, in change: Change) throws {
    try change.tx.execute(
      """
      UPDATE effect SET due_at = due_at + \(span.microseconds) WHERE state = 'prepared' AND slot IN (
        SELECT 'obligation:' || o.id FROM obligation AS o JOIN subscription AS s ON s.id = o.subscription
        WHERE o.state = 'open' AND s.plan = \(plan))
      """)
  }
}

struct PlanSwitched: Fact {
  static let kind = "planSwitched"
  let plan: String
  let on: Bool
  let reason: String
  var subject: String { "plan:\(plan)" }
  var body: FactBody { ["on": .number(on ? 1 : 0), "reason": .text(reason)] }
}
