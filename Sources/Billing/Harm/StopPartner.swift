import Kernel
import Store

/// No new charge leaves for one partner.
struct StopPartner: Containment {
  let name = "charges.stopPartner"
  let words = "Stop new charges by one partner"
  let goesOn =
    "Other partners charge on. Refunds still leave for this one, and what is under way is found out. Nobody loses access: a period that is due waits."

  func targets(in tx: Transaction) throws -> [ContainmentTarget] {
    // A lane that no obligation ever used is no payment partner's.
    try tx.rows(
      """
      SELECT name, switch FROM lane AS l WHERE EXISTS (SELECT 1 FROM payment_method AS m WHERE m.lane = l.name)
        AND \(TestLane.isNot("l.name"))
      ORDER BY name LIMIT 200
      """
    ).map {
      .init(name: try $0.text("name"), words: try $0.text("name"), isStopped: try $0.text("switch") == "off")
    }
  }

  func apply(to target: String, reason: String, in change: Change) throws -> Bool {
    try SwitchLane(lane: target, on: false, reason: reason).run(in: change)
  }

  func undo(on target: String, reason: String, in change: Change) throws {
    _ = try SwitchLane(lane: target, on: true, reason: reason).run(in: change)
  }
}
