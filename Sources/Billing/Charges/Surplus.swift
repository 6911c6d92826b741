import Kernel
import Store

/// Money that came a second time for one obligation. It belongs to the customer, and is given back by itself, once.
enum Surplus {
  /// Looks at a success that is not the one that counts: the same capture told again, or another capture.
  static func take(_ outcome: EffectNews, _ obligation: Obligation?, in change: Change) throws {
    guard let obligation else { return }
    guard let transaction = outcome.partnerID ?? (outcome.state == .surplus ? standIn(outcome) : nil) else { return }
    let lane = outcome.effect.lane
    let known = try change.tx.row("SELECT id FROM capture WHERE lane = \(lane) AND partner_id = \(transaction)")
    guard known == nil, try !namesStandIn(outcome, transaction, in: change) else { return }

    let capture = try change.id()
    let amount = outcome.amount ?? obligation.amount
    let currency = outcome.currency ?? obligation.currency
    try change.tx.execute(
      """
      INSERT INTO capture (id, obligation, customer, effect, lane, partner_id, amount, currency, role, at, evidence)
      VALUES (\(capture), \(obligation.id), \(obligation.customer), \(outcome.effect.id), \(lane), \(transaction), \(amount),
        \(currency), 'surplus', \(change.now), \(outcome.evidence))
      """)
    change.record(
      SurplusFound(
        customer: obligation.customer, obligation: obligation.id, capture: capture, amount: amount, currency: currency))
    // The bank may have taken back the other payment, or this one, before we knew that it was there.
    try Chargeback.hold([obligation.id], in: change)
    try Chargeback.paid([obligation.id], in: change)
    // Without the partner's own id nothing can be given back; the check `surplus` shows it until the id is known.
    if outcome.partnerID != nil { try giveBack(capture, in: change) }
  }

  /// What is left of it, if it still is one.
  static func giveBack(_ capture: Int64, in change: Change) throws {
    let left = try change.tx.integer(
      "SELECT amount - given_back - taken_back FROM capture WHERE id = \(capture) AND role = 'surplus'")
    guard let left, left > 0 else { return }
    _ = try Refund.ask(
      capture: capture, amount: left, cause: .surplus, reason: "charged more than once for one period", in: change)
  }

  private static func standIn(_ outcome: EffectNews) -> String { Capture.standIn(for: outcome.effect.reference) }

  /// The first word of this capture came without the partner's id; now the id is known.
  private static func namesStandIn(_ outcome: EffectNews, _ transaction: String, in change: Change) throws -> Bool {
    let named = try change.tx.row(
      """
      UPDATE capture SET partner_id = \(transaction)
      WHERE lane = \(outcome.effect.lane) AND partner_id = \(standIn(outcome)) RETURNING id, role
      """)
    guard let named else { return false }
    if try named.text("role") == "surplus" { try giveBack(try named.integer("id"), in: change) }
    return true
  }
}
