import Kernel
import Store

/// What billing offers for the day on which a mistake reaches people: who was charged wrongly, what can be stopped, how money
/// goes back.
enum BillingHarm {
  static let parts = HarmParts(
    finders: [ChargedTwice(), ChargedAfterCancelling(), ChargedAnotherAmount()],
    containments: [StopPartner(), StopPlan()],
    remedies: [GiveMoneyBack(), FreePeriods()],
    signals: [
      HarmSignal(
        alert: BillingChecks.unknownShare.name, kind: "charges.partner", severity: 2,
        title: "A partner does not say what became of charges", looksBack: .minutes(10),
        tell: ["the partner", "support", "finance"]),
      HarmSignal(
        alert: BillingChecks.notificationDelay.name, kind: "charges.partner", severity: 2,
        title: "A partner’s notifications come late or never", looksBack: .days(1),
        tell: ["the partner", "support", "finance"]),
      HarmSignal(
        alert: BillingChecks.surplus.name, kind: "charges.twice", severity: 1,
        title: "People were charged more than once for a period", looksBack: .hours(1),
        tell: ["the partner", "support", "finance", "the people affected"]),
    ])
}

/// Parts of the finders' questions about a capture `c`.
enum HarmSQL {
  /// Asked for and not known yet.
  ///
  /// What is asked for is reserved on the capture first: where nothing is, no refund has to be looked up.
  private static let asked: SQL =
    """
    CASE WHEN c.given_back = 0 THEN 0 ELSE COALESCE((SELECT CAST(sum(r.amount) AS BIGINT) FROM refund AS r
      WHERE r.capture = c.id AND r.state = 'asked'), 0) END
    """
  /// Back for certain: given back (what is reserved on the capture, less what is only asked for), or taken back by the payer's
  /// bank. Whoever took it back has it; where a refund came on top, no more than the payment is counted.
  static let back: SQL = "\(.least)(c.amount, c.given_back - \(asked) + c.taken_back)"
  /// On its way, as far as that is not back already.
  static let coming: SQL = "\(.least)(\(asked), c.amount - \(back))"
  /// What shows it: where the bank took something back, that too.
  static func evidence(_ text: SQL) -> SQL {
    """
    \(text) || CASE WHEN c.taken_back = 0 THEN '' ELSE COALESCE((SELECT ' chargeback:' || min(b.id) FROM chargeback AS b
      WHERE b.capture = c.id AND b.restored_at IS NULL), '') END
    """
  }

  static func inWindow(_ rule: HarmRule) -> SQL { "c.at >= \(rule.starts) AND c.at < \(rule.ends)" }

  static func onLane(_ rule: HarmRule) -> SQL {
    guard let lane = rule.parameters["partner"], !lane.isEmpty else {
      return "AND \(TestLane.isNot("c.lane"))"
    }
    return "AND c.lane = \(lane)"
  }

  static let partner = HarmParameter("partner", "only charges by this partner")

  static func keys(_ first: SQL, _ last: SQL, in tx: Transaction) throws -> ClosedRange<Int64>? {
    guard let first = try tx.integer(first), let last = try tx.integer(last), first <= last else { return nil }
    return first...last
  }
}
