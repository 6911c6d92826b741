import Kernel
import Store

/// What follows from money that was taken back. Looked at as a whole each time, so that the order in which things became known
/// does not matter: a taking back, a refund that ended, a second payment.
extension Chargeback {
  static func weigh(_ obligations: [Int64], in change: Change) throws {
    guard !obligations.isEmpty else { return }
    // What was enqueued in this change can only be withdrawn once it is a row.
    try change.flush()
    try hold(obligations, in: change)
    for obligation in obligations {
      for payment in try payments(of: obligation, in: change) where payment.over > 0 && payment.takenBack > 0 {
        try curb(payment, in: change)
      }
      try exchange(try payments(of: obligation, in: change), obligation, in: change)
      try assign(try payments(of: obligation, in: change), in: change)
    }
  }

  /// These refunds ended, or go out again.
  static func refunded(_ refunds: [Int64], in change: Change) throws {
    guard !refunds.isEmpty else { return }
    let touched = try change.tx.rows(
      """
      SELECT DISTINCT s.obligation FROM refund AS r JOIN capture AS s ON s.id = r.capture
      JOIN capture AS t ON t.obligation = s.obligation AND t.taken_back > 0
      WHERE r.id \(in: refunds) ORDER BY s.obligation
      """)
    try weigh(try touched.map { try $0.integer("obligation") }, in: change)
  }

  /// A refund of which no byte has left gives no more than is left. What has left may have happened; it is found out, and what
  /// went back twice is written down for finance. Nobody's money is taken for it.
  private static func curb(_ payment: Payment, in change: Change) throws {
    var over = payment.over
    let refunds = try change.tx.rows(
      """
      SELECT r.id, r.customer, r.amount, r.currency, c.lane, c.partner_id FROM refund AS r
      JOIN capture AS c ON c.id = r.capture WHERE r.capture = \(payment.id) AND r.state = 'asked' ORDER BY r.id DESC
      """)
    for row in refunds where over > 0 {
      let id = try row.integer("id")
      let amount = try row.integer("amount")
      guard try !Outbox.withdraw([Refund.slot(of: id)], code: code, in: change).isEmpty else { continue }
      let rest = max(0, amount - over)
      over -= amount - rest
      _ = try change.tx.execute(
        "UPDATE capture SET given_back = given_back - \(amount - rest) WHERE id = \(payment.id)")
      let customer = try row.integer("customer")
      guard rest > 0 else {
        try drop(id, customer: customer, in: change)
        continue
      }
      _ = try change.tx.execute("UPDATE refund SET amount = \(rest) WHERE id = \(id)")
      change.enqueue(
        Refund.effect(
          id, lane: try row.text("lane"), original: try row.text("partner_id"), amount: rest,
          currency: try row.text("currency")))
      change.record(
        RefundLowered(customer: customer, refund: id, amount: rest, currency: try row.text("currency")))
    }
  }

  private static func drop(_ refund: Int64, customer: Int64, in change: Change) throws {
    _ = try change.tx.execute(
      "UPDATE refund SET state = 'refused', code = \(code), ended_at = \(change.now) WHERE id = \(refund)")
    change.record(RefundEnded(customer: customer, refund: refund, outcome: "refused", code: code))
  }

  /// The payment that counted is gone whole, and another one for the period stands: that one counts now, and is not given back.
  /// One too many came, and one went back. Where it is on its way back already, or the bank took a part, a person decides.
  private static func exchange(_ payments: [Payment], _ obligation: Int64, in change: Change) throws {
    guard let due = payments.first(where: { !$0.isSurplus }), due.takenBack == due.amount else { return }
    let others = payments.filter {
      $0.isSurplus && $0.takenBack == 0 && $0.refunded == 0 && $0.amount == due.amount && $0.currency == due.currency
    }
    for other in others where try keepsAll(other, in: change) {
      // In this order: one counts at a time, held by `capture_due`.
      _ = try change.tx.execute("UPDATE capture SET role = 'surplus' WHERE id = \(due.id)")
      _ = try change.tx.execute("UPDATE capture SET role = 'due' WHERE id = \(other.id)")
      let customer = try change.tx.integer("SELECT customer FROM capture WHERE id = \(other.id)") ?? 0
      change.record(PaymentCounts(customer: customer, obligation: obligation, capture: other.id, instead: due.id))
      return
    }
  }

  /// Nothing of it goes back: no refund was asked for, or none has left yet, and those are withdrawn.
  private static func keepsAll(_ payment: Payment, in change: Change) throws -> Bool {
    guard payment.givenBack > 0 else { return true }
    let refunds = try change.tx.rows(
      "SELECT id, customer, amount FROM refund WHERE capture = \(payment.id) AND state = 'asked' ORDER BY id")
    // Several were asked for by people, part by part: what these were for is not known here.
    guard refunds.count == 1, let row = refunds.first, case let id = try row.integer("id"),
      try !Outbox.withdraw([Refund.slot(of: id)], code: code, in: change).isEmpty
    else { return false }
    _ = try change.tx.execute(
      "UPDATE capture SET given_back = given_back - \(try row.integer("amount")) WHERE id = \(payment.id)")
    try drop(id, customer: try row.integer("customer"), in: change)
    return true
  }

  /// Who has to look at what was taken back. Nobody, where it was one payment too many and nothing else went back. Finance, where
  /// the period is not paid after all, or the same money may have gone back twice.
  private static func assign(_ payments: [Payment], in change: Change) throws {
    for payment in payments where payment.takenBack > 0 {
      guard !payment.isSurplus || payment.over > 0 else {
        _ = try change.tx.execute(
          """
          UPDATE chargeback SET owner = NULL, deadline = NULL
          WHERE capture = \(payment.id) AND owner IS NOT NULL AND decided_at IS NULL
          """)
        continue
      }
      // It was decided, and then a refund turned out to have happened as well: it is looked at once more.
      let twice = max(0, payment.refunded + payment.takenBack - payment.amount)
      _ = try change.tx.execute(
        """
        UPDATE chargeback SET owner = \(owner), deadline = COALESCE(deadline, \(change.now + decideWithin)),
          decided_at = NULL, twice = \(twice)
        WHERE capture = \(payment.id) AND restored_at IS NULL
          AND ((owner IS NULL AND decided_at IS NULL) OR twice < \(twice))
        """)
    }
  }
}
