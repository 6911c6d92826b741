import Kernel
import Store

/// Refunds for many captures at once, in as many statements as for one.
extension Refund {
  /// Money that can be given back, held until the change ends.
  struct Source {
    var capture: Int64
    var customer: Int64
    var lane: String
    var partnerID: String
    var currency: String
    var left: Int64
    /// Given back, being given back, or taken back.
    var gone: Int64
    /// One payment too many, and not the one that counts.
    var isSurplus: Bool

    var hasPartnerID: Bool { !partnerID.hasPrefix(Capture.standIn(for: "")) }

    static func held(_ captures: [Int64], in change: Change) throws -> [Int64: Source] {
      try change.tx.rows(
        """
        SELECT id, customer, lane, partner_id, currency, amount - given_back - taken_back AS unspent,
          given_back + taken_back AS gone, role
        FROM capture
        WHERE id \(in: captures) ORDER BY id \(.forUpdate)
        """
      ).reduce(into: [:]) {
        let id = try $1.integer("id")
        $0[id] = Source(
          capture: id, customer: try $1.integer("customer"), lane: try $1.text("lane"),
          partnerID: try $1.text("partner_id"), currency: try $1.text("currency"), left: try $1.integer("unspent"),
          gone: try $1.integer("gone"), isSurplus: try $1.text("role") == "surplus")
      }
    }
  }

  struct Ask {
    var id: Int64
    var source: Source
    var amount: Int64
    var cause: Cause
    var reason: String
  }

  private static let columns: [Column] = [
    .integer("id"), .integer("capture"), .integer("customer"), .integer("amount"), .text("currency"), .text("cause"),
    .text("reason"), .text("state"), .integer("asked_at"),
  ]

  /// Each capture may be asked for once in one call.
  static func ask(_ asks: [Ask], in change: Change) throws {
    guard !asks.isEmpty else { return }
    let reserved = try change.tx.update(
      "capture", [.integer("id"), .integer("back")],
      rows: asks.map { [.integer($0.source.capture), .integer($0.amount)] },
      set: "given_back = given_back + \(column: "back")",
      where:
        "capture.id = \(column: "id") AND capture.given_back + capture.taken_back + \(column: "back") <= capture.amount"
    )
    guard reserved == asks.count else {
      throw Refusal(.conflict, "tooMuch", "Not so much is left of one of these payments; look again.")
    }
    try change.tx.insert(
      into: "refund", columns,
      rows: asks.map { ask in
        [
          .integer(ask.id), .integer(ask.source.capture), .integer(ask.source.customer), .integer(ask.amount),
          .text(ask.source.currency), .text(ask.cause.rawValue), .text(ask.reason), .text("asked"), change.now.sqlValue,
        ]
      })
    for ask in asks {
      let source = ask.source
      change.enqueue(
        effect(ask.id, lane: source.lane, original: source.partnerID, amount: ask.amount, currency: source.currency))
      change.record(
        RefundAsked(
          customer: source.customer, refund: ask.id, capture: source.capture, amount: ask.amount,
          currency: source.currency, reason: ask.reason))
    }
  }
}
