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
    // Nothing counts for the obligation yet (a second capture told before the first): then this one does.
    let isDue = try change.tx.row("SELECT id FROM capture WHERE obligation = \(obligation.id) AND role = 'due'") == nil
    let role = isDue && outcome.state == .done ? "due" : "surplus"
    try change.tx.execute(
      """
      INSERT INTO capture (id, obligation, customer, effect, lane, partner_id, amount, currency, role, at, evidence)
      VALUES (\(capture), \(obligation.id), \(obligation.customer), \(outcome.effect.id), \(lane), \(transaction), \(amount),
        \(currency), \(role), \(change.now), \(outcome.evidence))
      """)
    guard role == "surplus" else { return }
    change.record(
      SurplusFound(
        customer: obligation.customer, obligation: obligation.id, capture: capture, amount: amount, currency: currency))
    _ = try Refund.ask(
      capture: capture, amount: amount, cause: .surplus, reason: "charged more than once for one period", in: change)
  }

  private static func standIn(_ outcome: EffectNews) -> String { Capture.standIn(for: outcome.effect.reference) }

  /// The first word of this capture came without the partner's id; now the id is known.
  private static func namesStandIn(_ outcome: EffectNews, _ transaction: String, in change: Change) throws -> Bool {
    try change.tx.execute(
      """
      UPDATE capture SET partner_id = \(transaction)
      WHERE lane = \(outcome.effect.lane) AND partner_id = \(standIn(outcome))
      """) > 0
  }
}
