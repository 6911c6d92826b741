import Kernel

/// The payer's bank took money back.
struct ChargedBack: Fact {
  static let kind = "chargedBack"
  let customer: Int64
  let capture: Int64
  let amount: Int64
  let currency: String
  let transaction: String
  let evidence: Int64
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    [
      "amount": .number(amount), "capture": .number(capture), "currency": .text(currency),
      "evidence": .number(evidence), "transaction": .text(transaction),
    ]
  }
}

/// A dispute was won: what was taken back is there again.
struct ChargebackRestored: Fact {
  static let kind = "chargebackRestored"
  let customer: Int64
  let capture: Int64
  let amount: Int64
  let currency: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    ["amount": .number(amount), "capture": .number(capture), "currency": .text(currency)]
  }
}

/// Another payment counts for what is owed: the one that counted was taken back.
struct PaymentCounts: Fact {
  static let kind = "paymentCounts"
  let customer: Int64
  let obligation: Int64
  let capture: Int64
  let instead: Int64
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    ["capture": .number(capture), "instead": .number(instead), "obligation": .number(obligation)]
  }
}

/// A refund that had not left gives less: the bank took the rest back.
struct RefundLowered: Fact {
  static let kind = "refundLowered"
  let customer: Int64
  let refund: Int64
  let amount: Int64
  let currency: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody {
    ["amount": .number(amount), "currency": .text(currency), "refund": .number(refund)]
  }
}

/// Finance looked at it.
struct ChargebackDecided: Fact {
  static let kind = "chargebackDecided"
  let customer: Int64
  let chargeback: Int64
  let reason: String
  var subject: String { "customer:\(customer)" }
  var body: FactBody { ["chargeback": .number(chargeback), "reason": .text(reason)] }
}
