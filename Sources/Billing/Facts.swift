import Kernel

// The facts of billing. The subject is always the customer: their history is one read of one index.

struct SubscriptionBegan: Fact {
  static let kind = "subscriptionBegan"
  let customer: Int64
  let subscription: Int64
  let plan: String
  let amount: Int64
  let currency: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    [
      "amount": .number(amount), "currency": .text(currency), "plan": .text(plan),
      "subscription": .number(subscription),
    ]
  }
}

struct SubscriptionChanged: Fact {
  static let kind = "subscriptionChanged"
  let customer: Int64
  let subscription: Int64
  /// `paused`, `resumed`, `cancelledNow`, `cancelledAtPeriodEnd`, `kept`, `ended`, `methodChanged`.
  let what: String
  let reason: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody { ["reason": .text(reason), "subscription": .number(subscription), "what": .text(what)] }
}

/// What somebody of ours wrote down about a person, in their own words.
struct CustomerNoted: Fact {
  static let kind = "customerNoted"
  let customer: Int64
  let text: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody { ["text": .text(text)] }
}

struct RenewalDue: Fact {
  static let kind = "renewalDue"
  let customer: Int64
  let obligation: Int64
  let amount: Int64
  let currency: String
  let lane: String
  let reference: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    [
      "amount": .number(amount), "currency": .text(currency), "lane": .text(lane), "obligation": .number(obligation),
      "reference": .text(reference),
    ]
  }
}

struct ChargeSettled: Fact {
  static let kind = "chargeSettled"
  let customer: Int64
  let obligation: Int64
  let amount: Int64
  let currency: String
  let transaction: String
  let evidence: Int64
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    [
      "amount": .number(amount), "currency": .text(currency), "evidence": .number(evidence),
      "obligation": .number(obligation), "transaction": .text(transaction),
    ]
  }
}

struct ChargeOutcome: Fact {
  static let kind = "chargeOutcome"
  let customer: Int64
  let obligation: Int64
  /// `refused`, `notSent`, `absent`, `unknown`, `pending`.
  let outcome: String
  let code: String?
  /// When it is tried again; `nil`: not by itself.
  let next: Instant?
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    [
      "code": .init(code), "next": next.map { .number($0.microseconds) } ?? .none, "obligation": .number(obligation),
      "outcome": .text(outcome),
    ]
  }
}

struct SurplusFound: Fact {
  static let kind = "surplusFound"
  let customer: Int64
  let obligation: Int64
  let capture: Int64
  let amount: Int64
  let currency: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    [
      "amount": .number(amount), "capture": .number(capture), "currency": .text(currency),
      "obligation": .number(obligation),
    ]
  }
}

struct RefundAsked: Fact {
  static let kind = "refundAsked"
  let customer: Int64
  let refund: Int64
  let capture: Int64
  let amount: Int64
  let currency: String
  let reason: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    [
      "amount": .number(amount), "capture": .number(capture), "currency": .text(currency), "reason": .text(reason),
      "refund": .number(refund),
    ]
  }
}

struct RefundEnded: Fact {
  static let kind = "refundEnded"
  let customer: Int64
  let refund: Int64
  /// `done` or `refused`.
  let outcome: String
  let code: String?
  var subject: String { "customer:\(customer)" }
  var body: FactBody { ["code": .init(code), "outcome": .text(outcome), "refund": .number(refund)] }
}

struct ObligationEnded: Fact {
  static let kind = "obligationEnded"
  let customer: Int64
  let obligation: Int64
  /// `uncollectable` or `waived`.
  let outcome: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody { ["obligation": .number(obligation), "outcome": .text(outcome)] }
}

struct PlanOffered: Fact {
  static let kind = "planOffered"
  let code: String
  let amount: Int64
  let currency: String
  var subject: String { "plan:\(code)" }
  var body: FactBody { ["amount": .number(amount), "currency": .text(currency)] }
}

struct StatementImported: Fact {
  static let kind = "statementImported"
  let lane: String
  let sequence: Int64
  let lines: Int64
  let complete: Bool
  var subject: String { "lane:\(lane)" }
  var body: FactBody {
    ["complete": .number(complete ? 1 : 0), "lines": .number(lines), "sequence": .number(sequence)]
  }
}
