import Kernel
import Store
import Web

/// Everything that a receipt says about one payment.
struct Receipt: Sendable {
  var number: Int64
  var paidAt: Instant
  var name: String
  var customer: String
  var zone: String
  var language: String?
  var plan: String
  var period: Range<Instant>
  var amount: Amount
  /// A second payment for the same period.
  var isSurplus: Bool
  var partner: String
  var reference: String
  /// nil: not known yet.
  var transaction: String?
  var refunds: [Refund]

  struct Refund: Sendable {
    enum State: String, Sendable { case asked, done, refused, takenBack }
    var amount: Amount
    var state: State
    var askedAt: Instant
    var endedAt: Instant?
  }

  /// What was kept of it: a refund that did not happen, or not yet, takes nothing away.
  var left: Amount {
    let back = refunds.filter { $0.state == .done || $0.state == .takenBack }.reduce(0) { $0 + $1.amount.minor }
    return Amount(max(0, amount.minor - back), amount.currency)
  }
}

struct ReceiptQuery {
  let tx: Transaction

  /// - Returns: nil for a payment of somebody else, as for one that does not exist.
  func receipt(_ payment: Int64, of customer: Int64) throws -> Receipt? {
    let row = try tx.row(
      """
      SELECT c.id, c.at, c.amount, c.currency, c.role, c.lane, c.partner_id, e.reference, o.period_start, o.period_end,
        p.name AS plan, k.name, k.reference AS customer, k.zone, k.language
      FROM capture AS c JOIN obligation AS o ON o.id = c.obligation JOIN subscription AS s ON s.id = o.subscription
      JOIN plan AS p ON p.id = s.plan JOIN customer AS k ON k.id = c.customer JOIN effect AS e ON e.id = c.effect
      WHERE c.id = \(payment) AND c.customer = \(customer)
      """)
    guard let row else { return nil }
    let transaction = try row.text("partner_id")
    return Receipt(
      number: payment, paidAt: try row.instant("at"), name: try row.text("name"), customer: try row.text("customer"),
      zone: try row.text("zone"), language: try row.textOrNull("language"), plan: try row.text("plan"),
      period: try row.instant("period_start")..<row.instant("period_end"),
      amount: Amount(try row.integer("amount"), try row.text("currency")),
      isSurplus: try row.text("role") == "surplus", partner: try row.text("lane"),
      reference: try row.text("reference"),
      transaction: transaction.hasPrefix(Capture.standIn(for: "")) ? nil : transaction,
      refunds: try Self.refunds(of: [payment], in: tx)[payment] ?? [])
  }

  /// What went back of payments, by refunds and by the payer's bank. A refund that never left because the bank was first is
  /// nothing that a person has to know.
  static func refunds(of captures: [Int64], in tx: Transaction) throws -> [Int64: [Receipt.Refund]] {
    guard !captures.isEmpty else { return [:] }
    let rows = try tx.rows(
      """
      SELECT capture, amount, currency, state, asked_at, ended_at, id FROM refund
      WHERE capture \(in: captures) AND COALESCE(code, '') <> \(Chargeback.code)
      UNION ALL
      SELECT capture, amount, currency, 'takenBack', heard_at, heard_at, id FROM chargeback
      WHERE capture \(in: captures) AND restored_at IS NULL
      ORDER BY id LIMIT 1000
      """)
    return try rows.reduce(into: [:]) { refunds, row in
      refunds[try row.integer("capture"), default: []].append(
        Receipt.Refund(
          amount: Amount(try row.integer("amount"), try row.text("currency")),
          state: Receipt.Refund.State(rawValue: try row.text("state")) ?? .asked,
          askedAt: try row.instant("asked_at"), endedAt: try row.instantOrNull("ended_at")))
    }
  }
}
