import Kernel
import Store

/// Finance has looked at money that a bank took back, and says what became of it: paid by other means, written off, disputed.
/// Nothing follows from it by itself: nobody is charged again, and no access ends.
package struct DecideChargeback: Command {
  package static let name = "decideChargeback"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var chargeback: Int64
  package var reason: String

  package init(chargeback: Int64, reason: String) {
    self.chargeback = chargeback
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    guard (3...500).contains(reason.count) else {
      throw Refusal(
        .invalid, "reasonMissing", "Say what was decided, in 3 to 500 characters: it stands in the journal.")
    }
    guard
      let row = try change.tx.row(
        "SELECT customer, owner FROM chargeback WHERE id = \(chargeback) \(.forUpdate)")
    else { throw Refusal.noChargeback }
    guard try row.textOrNull("owner") != nil else { throw Refusal.notWaiting }
    try change.tx.execute(
      "UPDATE chargeback SET owner = NULL, deadline = NULL, decided_at = \(change.now) WHERE id = \(chargeback)")
    change.record(
      ChargebackDecided(customer: try row.integer("customer"), chargeback: chargeback, reason: reason))
    return true
  }
}
