import Kernel
import Store

/// Gives back what was taken, on the machine of every refund: reserved on the capture first, its own reference, UNKNOWN
/// included. What the engine gave back by itself, or is giving back, is not given a second time: that refund is the evidence.
struct GiveMoneyBack: Remedy {
  static let remedy = "charges.refund"
  let name = Self.remedy
  let words = "Give the money back"
  let basis = RemedyBasis.items
  let tells = false

  func begin(_ orders: [RemedyOrder], in change: Change) throws -> [RemedyStart] {
    let ids = orders.compactMap(\.aboutNumber)
    var captures = try Refund.Source.held(ids, in: change)
    let refunds = try Self.refunds(of: ids, in: change.tx)
    let takenBack = try Self.takenBack(of: ids, in: change.tx)
    let exchanged = try Self.exchanged(for: ids, in: change.tx)
    var asks: [Refund.Ask] = []
    let newIDs = try change.ids(orders.count)
    let starts = zip(newIDs, orders).map { id, order -> RemedyStart in
      guard let number = order.aboutNumber, let capture = captures[number], capture.currency == order.unit else {
        return .impossible("noCapture")
      }
      // One payment too many, when it was allowed. Meanwhile the bank took back the other one, and this one counts.
      if order.finder == ChargedTwice.finder, !capture.isSurplus {
        return .done(evidence: exchanged[number] ?? "the payment that counts", amount: 0)
      }
      // What went since the amount was worked out counts against it, whoever gave or took it.
      let amount = min(order.amount - max(0, capture.gone - order.back), capture.left)
      let open = (refunds[number] ?? []).count { !$0.isDone }
      // One can be waited for. With more than one, or with the rest to give beside it, "done" would not mean that all is back.
      guard open == 0 || (open == 1 && amount <= 0) else { return .impossible("anotherRefundIsUnderWay") }
      guard amount > 0 else { return Self.known(refunds[number] ?? [], takenBack[number]) }
      guard capture.hasPartnerID else { return .impossible("transactionUnknown") }
      captures[number]?.left -= amount
      asks.append(
        Refund.Ask(id: id, source: capture, amount: amount, cause: .request, reason: "incident:\(order.incident)"))
      return .underWay(id, amount: amount)
    }
    try Refund.ask(asks, in: change)
    return starts
  }

  /// A refund that did not come about is no loss where the bank took the money back instead: of this payment, or of another one
  /// for the same period, so that this one counts now.
  func ended() -> SQL {
    """
    SELECT r.id AS reference, CASE WHEN r.state = 'refused' AND ((c.taken_back > 0 AND c.given_back + c.taken_back >= c.amount)
        OR (c.role = 'due' AND EXISTS (SELECT 1 FROM capture AS t WHERE t.obligation = c.obligation
          AND t.role = 'surplus' AND t.taken_back = t.amount))) THEN 'done' ELSE r.state END AS outcome,
      'refund:' || r.id || COALESCE(' ' || r.code, '') AS evidence
    FROM refund AS r JOIN capture AS c ON c.id = r.capture WHERE r.state <> 'asked'
    """
  }

  private struct Known {
    var id: Int64
    var amount: Int64
    var isDone: Bool
  }

  private static func refunds(of captures: [Int64], in tx: Transaction) throws -> [Int64: [Known]] {
    try tx.rows(
      "SELECT id, capture, amount, state FROM refund WHERE capture \(in: captures) AND state <> 'refused' ORDER BY id"
    ).reduce(into: [:]) {
      $0[try $1.integer("capture"), default: []].append(
        Known(id: try $1.integer("id"), amount: try $1.integer("amount"), isDone: try $1.text("state") == "done"))
    }
  }

  /// By the payment: what the bank took back of it.
  private static func takenBack(of captures: [Int64], in tx: Transaction) throws -> [Int64: String] {
    try tx.rows(
      "SELECT capture, min(id) AS id FROM chargeback WHERE capture \(in: captures) AND restored_at IS NULL GROUP BY capture"
    ).reduce(into: [:]) { $0[try $1.integer("capture")] = "chargeback:\(try $1.integer("id"))" }
  }

  /// By the payment that counts now: what the bank took back of another one for the same period.
  private static func exchanged(for captures: [Int64], in tx: Transaction) throws -> [Int64: String] {
    try tx.rows(
      """
      SELECT c.id AS capture, min(b.id) AS id FROM capture AS c JOIN capture AS t ON t.obligation = c.obligation
        AND t.taken_back > 0 AND t.id <> c.id
      JOIN chargeback AS b ON b.capture = t.id WHERE c.id \(in: captures) AND c.role = 'due' GROUP BY c.id
      """
    ).reduce(into: [:]) { $0[try $1.integer("capture")] = "chargeback:\(try $1.integer("id"))" }
  }

  /// Nothing is left to give: it has gone back, is on its way, or the bank took it.
  private static func known(_ refunds: [Known], _ takenBack: String?) -> RemedyStart {
    if let open = refunds.first(where: { !$0.isDone }) { return .underWay(open.id, amount: open.amount) }
    if let takenBack { return .done(evidence: takenBack, amount: 0) }
    guard let last = refunds.last else { return .done(evidence: "given back", amount: 0) }
    return .done(evidence: "refund:\(last.id)", amount: refunds.reduce(0) { $0 + $1.amount })
  }
}
