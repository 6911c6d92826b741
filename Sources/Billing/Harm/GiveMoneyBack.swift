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
    var asks: [Refund.Ask] = []
    let newIDs = try change.ids(orders.count)
    let starts = zip(newIDs, orders).map { id, order -> RemedyStart in
      guard let number = order.aboutNumber, let capture = captures[number], capture.currency == order.unit else {
        return .impossible("noCapture")
      }
      let amount = min(order.amount, capture.left)
      guard amount > 0 else { return Self.known(refunds[number] ?? []) }
      guard capture.hasPartnerID else { return .impossible("transactionUnknown") }
      captures[number]?.left -= amount
      asks.append(
        Refund.Ask(id: id, source: capture, amount: amount, cause: .request, reason: "incident:\(order.incident)"))
      return .underWay(id, amount: amount)
    }
    try Refund.ask(asks, in: change)
    return starts
  }

  func ended() -> SQL {
    """
    SELECT id AS reference, state AS outcome, 'refund:' || id || COALESCE(' ' || code, '') AS evidence
    FROM refund WHERE state <> 'asked'
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

  /// Nothing is left to give: it has gone back, or is on its way.
  private static func known(_ refunds: [Known]) -> RemedyStart {
    if let open = refunds.first(where: { !$0.isDone }) { return .underWay(open.id, amount: open.amount) }
    guard let last = refunds.last else { return .done(evidence: "given back", amount: 0) }
    return .done(evidence: "refund:\(last.id)", amount: refunds.reduce(0) { $0 + $1.amount })
  }
}
