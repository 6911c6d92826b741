import Kernel
import Store

/// What billing tells programs outside: ids and money. The reasons that people typed stay in the journal.
enum BillingAnnouncements {
  static let announcer = Announcer(
    types: [
      .init("subscription.began", "A customer took a plan."),
      .init("subscription.changed", "`what`: paused, resumed, methodChanged, cancelledAtPeriodEnd."),
      .init("subscription.cancelled", "It is over. `what`: cancelledNow; ended (at the period's end, or unpaid)."),
      .init("charge.settled", "The money for one period came; sent once for a charge."),
      .init("charge.refused", "An attempt was refused. `next`: when it is tried again, if it is."),
      .init("charge.unknown", "Nobody knows yet whether the partner charged. Nothing is charged meanwhile."),
      .init("charge.uncollectable", "Every attempt of the schedule was refused."),
      .init("surplus.found", "The partner took money twice for one period. It is given back without being asked."),
      .init("refund.asked", "Money is on its way back."),
      .init("refund.done", "It was given back."),
      .init("refund.refused", "The partner refused to give it back, or the payer's bank had taken it already."),
      .init("chargeback.found", "The payer's bank took money back. Nobody is charged again for it."),
      .init("chargeback.restored", "A dispute was won: what was taken back is there again."),
    ],
    facts: [
      SubscriptionBegan.kind, SubscriptionChanged.kind, ChargeSettled.kind, ChargeOutcome.kind, ObligationEnded.kind,
      SurplusFound.kind, RefundAsked.kind, RefundEnded.kind, ChargedBack.kind, ChargebackRestored.kind,
    ]
  ) { facts, tx in
    let around = try Around(facts, in: tx)
    return facts.reduce(into: [:]) { found, fact in
      let fields = fact.fields()
      guard let (type, names) = type(of: fact.kind, fields) else { return }
      var data: [String: FactBody.Value] = [:]
      for (name, value) in fields where names.contains(name) { data[publicNames[name] ?? name] = outside(name, value) }
      let customer = fact.subjectNumber ?? 0
      data["customer"] = .text(String(customer))
      if let obligation = fields["obligation"]?.number, let subscription = around.subscriptions[obligation] {
        data["subscription"] = .text(String(subscription))
      }
      // A moment is written as the envelope's is.
      if let next = fields["next"]?.number, names.contains("next") {
        data["next"] = .text(Instant(microseconds: next).iso8601)
      }
      found[fact.number] = Announcement(type, isTest: around.tests.contains(customer), FactBody(data))
    }
  }

  /// As the API calls them.
  private static let publicNames = [
    "obligation": "charge", "capture": "payment", "refund": "refund", "subscription": "subscription",
  ]

  /// Numbers of ours are texts outside, as in the API.
  private static func outside(_ name: String, _ value: FactBody.Value) -> FactBody.Value {
    guard publicNames[name] != nil, let number = value.number else { return value }
    return .text(String(number))
  }

  /// The public type of a fact, and which of its fields go out.
  private static func type(
    of kind: String, _ fields: [String: FactBody.Value]
  ) -> (String, Set<String>)? {
    switch kind {
    case SubscriptionBegan.kind: return ("subscription.began", ["subscription", "plan", "amount", "currency"])
    case SubscriptionChanged.kind:
      let isOver = ["cancelledNow", "ended"].contains(fields["what"]?.text)
      return (isOver ? "subscription.cancelled" : "subscription.changed", ["subscription", "what"])
    case ChargeSettled.kind: return ("charge.settled", ["obligation", "amount", "currency"])
    case ChargeOutcome.kind:
      switch fields["outcome"]?.text {
      case "refused": return ("charge.refused", ["obligation", "code", "next"])
      case "unknown": return ("charge.unknown", ["obligation"])
      default: return nil
      }
    case ObligationEnded.kind:
      return fields["outcome"]?.text == "uncollectable" ? ("charge.uncollectable", ["obligation"]) : nil
    case SurplusFound.kind: return ("surplus.found", ["obligation", "capture", "amount", "currency"])
    case ChargedBack.kind: return ("chargeback.found", ["capture", "amount", "currency"])
    case ChargebackRestored.kind: return ("chargeback.restored", ["capture", "amount", "currency"])
    case RefundAsked.kind: return ("refund.asked", ["refund", "capture", "amount", "currency"])
    case RefundEnded.kind:
      switch fields["outcome"]?.text {
      case "done": return ("refund.done", ["refund"])
      case "refused": return ("refund.refused", ["refund"])
      default: return nil
      }
    default: return nil
    }
  }

  /// What the facts do not say themselves.
  private struct Around {
    var subscriptions: [Int64: Int64] = [:]
    var tests: Set<Int64> = []

    init(_ facts: [RecordedFact], in tx: Transaction) throws {
      let customers = Set(facts.compactMap(\.subjectNumber)).sorted()
      tests = Set(
        try tx.rows("SELECT id FROM customer WHERE id \(in: customers) AND clock IS NOT NULL").map {
          try $0.integer("id")
        })
      let obligations = Set(facts.compactMap { $0.fields()["obligation"]?.number }).sorted()
      guard !obligations.isEmpty else { return }
      for row in try tx.rows("SELECT id, subscription FROM obligation WHERE id \(in: obligations)") {
        subscriptions[try row.integer("id")] = try row.integer("subscription")
      }
    }
  }
}
