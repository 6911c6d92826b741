import Kernel
import Store

/// Money that a payer's bank took back: a direct debit's return, a disputed card payment. A row for each, once; it counts against
/// what can still be given back, and a settled charge stays settled.
package enum Chargeback {
  /// Whoever answers for it, and by when.
  static let owner = "finance"
  static let decideWithin = Span.days(5)
  /// The code of a refund that was not needed any more.
  static let code = "takenBack"

  /// What was said: of an order of ours, or of a payment that another system took before.
  struct Notice {
    var isRestored: Bool
    /// The partner's own number of the taking back.
    var number: String
    var lane: String
    var amount: Int64?
    var currency: String?
    var evidence: Int64
    var customer: Int64
    var obligation: Int64?
    /// The order that it names; nil: one of `captures`.
    var effect: Int64?
    var captures: [Int64] = []
    /// The partner's number of the payment, where it was named.
    var payment: String?
  }

  /// Takes up what was said. These are rare: a few statements for each cost less than a join that nobody understands.
  static func take(_ notices: [Notice], in change: Change) throws {
    for notice in notices {
      guard let id = try keep(notice, in: change) else { continue }
      guard !notice.isRestored else {
        try restore(id, in: change)
        continue
      }
      guard let obligation = notice.obligation else { continue }
      try hold([obligation], in: change)
      let payments = try payments(of: obligation, in: change).filter {
        notice.effect == nil ? notice.captures.contains($0.id) : $0.effect == notice.effect
      }
      if try book(id, on: payments, naming: notice.payment, in: change) { try weigh([obligation], in: change) }
    }
  }

  /// Payments came in for these obligations: what waited for them, and what was taken back of others, is looked at again.
  static func paid(_ obligations: [Int64], in change: Change) throws {
    guard !obligations.isEmpty else { return }
    let waiting = try change.tx.rows(
      """
      SELECT id, obligation, effect FROM chargeback
      WHERE obligation \(in: obligations) AND effect IS NOT NULL AND capture IS NULL AND restored_at IS NULL ORDER BY id
      """)
    for row in waiting {
      let effect = try row.integer("effect")
      let payments = try payments(of: try row.integer("obligation"), in: change).filter { $0.effect == effect }
      _ = try book(try row.integer("id"), on: payments, naming: nil, in: change)
    }
    let touched = try change.tx.rows(
      "SELECT DISTINCT obligation FROM capture WHERE obligation \(in: obligations) AND taken_back > 0")
    try weigh(try touched.map { try $0.integer("obligation") }, in: change)
  }

  /// The number of a row of its own for this taking back; nil: it is known, and nothing new was said.
  private static func keep(_ notice: Notice, in change: Change) throws -> Int64? {
    if notice.isRestored {
      let known = try change.tx.row(
        """
        UPDATE chargeback SET restored_at = \(change.now) WHERE lane = \(notice.lane) AND partner_id = \(notice.number)
          AND restored_at IS NULL RETURNING id
        """)
      if let known { return try known.integer("id") }
    }
    guard let amount = notice.amount, amount > 0, let currency = notice.currency else { return nil }
    let id = try change.id()
    // Nobody is asked about what holds again before it was known to be gone.
    let owner = notice.isRestored ? nil : Self.owner
    let deadline = notice.isRestored ? nil : change.now + decideWithin
    let isNew = try change.tx.execute(
      """
      INSERT INTO chargeback (id, lane, partner_id, effect, obligation, customer, amount, currency, at, heard_at, evidence,
        restored_at, owner, deadline)
      SELECT \(id), \(notice.lane), \(notice.number), \(notice.effect), \(notice.obligation), \(notice.customer), \(amount),
        \(currency), COALESCE(e.occurred_at, e.received_at), \(change.now), e.id,
        \(notice.isRestored ? change.now : nil as Instant?), \(owner), \(deadline)
      FROM evidence AS e WHERE e.id = \(notice.evidence) ON CONFLICT (lane, partner_id) DO NOTHING
      """)
    return isNew == 1 ? id : nil
  }

  /// A dispute that the service won: the money is there again, and nobody has to look at it any more. Where another payment took its
  /// place meanwhile, this one is the surplus now.
  private static func restore(_ id: Int64, in change: Change) throws {
    let row = try change.tx.row(
      "SELECT capture, amount, obligation, customer, currency FROM chargeback WHERE id = \(id)")
    _ = try change.tx.execute("UPDATE chargeback SET owner = NULL, deadline = NULL WHERE id = \(id)")
    guard let row, let capture = try row.integerOrNull("capture") else { return }
    let obligation = try row.integer("obligation")
    let amount = try row.integer("amount")
    try hold([obligation], in: change)
    _ = try change.tx.execute("UPDATE capture SET taken_back = taken_back - \(amount) WHERE id = \(capture)")
    change.record(
      ChargebackRestored(
        customer: try row.integer("customer"), capture: capture, amount: amount, currency: try row.text("currency")))
    try weigh([obligation], in: change)
    try giveSurplusBack(obligation, in: change)
  }

  /// Two payments stand for the period again. One is given back by itself, as every surplus of ours is; what another system took
  /// is for people to decide, and so is what was to go back once before (`refundsRefused`).
  private static func giveSurplusBack(_ obligation: Int64, in change: Change) throws {
    for payment in try payments(of: obligation, in: change)
    where payment.isSurplus && payment.effect != 0 && payment.takenBack == 0 && payment.givenBack == 0 {
      let known = try change.tx.row("SELECT id FROM refund WHERE capture = \(payment.id) LIMIT 1")
      guard known == nil, !Capture.isStandIn(payment.partnerID) else { continue }
      try Surplus.giveBack(payment.id, in: change)
    }
  }

  /// - Returns: whether a payment was found; otherwise it waits for one, with an owner.
  private static func book(
    _ id: Int64, on payments: [Payment], naming: String?, in change: Change
  ) throws -> Bool {
    guard
      let row = try change.tx.row(
        "SELECT amount, currency, lane, partner_id, evidence, customer FROM chargeback WHERE id = \(id)"),
      case let amount = try row.integer("amount"), case let currency = try row.text("currency"),
      let payment = choose(payments, amount: amount, currency: currency, naming: naming)
    else { return false }
    _ = try change.tx.execute("UPDATE capture SET taken_back = taken_back + \(amount) WHERE id = \(payment.id)")
    _ = try change.tx.execute("UPDATE chargeback SET capture = \(payment.id) WHERE id = \(id)")
    change.record(
      ChargedBack(
        customer: try row.integer("customer"), capture: payment.id, amount: amount, currency: currency,
        transaction: try row.text("partner_id"), evidence: try row.integer("evidence")))
    return true
  }
}
