import Kernel
import Store

extension Chargeback {
  /// A payment as far as taking back goes.
  struct Payment {
    var id: Int64
    var effect: Int64
    var partnerID: String
    var isSurplus: Bool
    var amount: Int64
    var currency: String
    var givenBack: Int64
    /// Of that, for certain.
    var refunded: Int64
    var takenBack: Int64

    /// What the bank can still find there, if every refund that is not known to be done fails.
    var room: Int64 { amount - refunded - takenBack }
    /// More went back, or is promised, than came.
    var over: Int64 { givenBack + takenBack - amount }
  }

  /// Whoever settles these, or finds a second payment for them, waits meanwhile: both would miss what the other writes.
  static func hold(_ obligations: [Int64], in change: Change) throws {
    _ = try change.tx.rows("SELECT id FROM obligation WHERE id \(in: obligations) ORDER BY id \(.forUpdate)")
  }

  static func payments(of obligation: Int64, in change: Change) throws -> [Payment] {
    try change.tx.rows(
      """
      SELECT id, effect, partner_id, role, amount, currency, given_back, taken_back,
        given_back - COALESCE((SELECT CAST(sum(r.amount) AS BIGINT) FROM refund AS r
          WHERE r.capture = capture.id AND r.state = 'asked'), 0) AS refunded
      FROM capture WHERE obligation = \(obligation) ORDER BY id \(.forUpdate)
      """
    ).map {
      Payment(
        id: try $0.integer("id"), effect: try $0.integer("effect"), partnerID: try $0.text("partner_id"),
        isSurplus: try $0.text("role") == "surplus", amount: try $0.integer("amount"),
        currency: try $0.text("currency"), givenBack: try $0.integer("given_back"),
        refunded: try $0.integer("refunded"), takenBack: try $0.integer("taken_back"))
    }
  }

  /// Which of several payments it is about. The partner's own number of the payment says it. Under our reference alone there may be
  /// two: then the one that holds as much, and of two the surplus. Whoever sees two equal debits disputes the one too many; and
  /// if it was the other, the sum is the same: one payment stands, and the refund of the surplus must not be the second money
  /// that goes back.
  static func choose(_ payments: [Payment], amount: Int64, currency: String, naming: String?) -> Payment? {
    let fitting = payments.filter { $0.currency == currency && $0.amount - $0.takenBack >= amount }
    if let naming, let named = fitting.first(where: { $0.partnerID == naming }) { return named }
    func rank(_ payment: Payment) -> Int {
      switch (payment.room >= amount, payment.isSurplus) {
      case (true, true): 0
      case (true, false): 1
      // So much is not there any more: it went back twice.
      case (false, true): 2
      case (false, false): 3
      }
    }
    return fitting.min { (rank($0), $0.id) < (rank($1), $1.id) }
  }
}
