import Kernel
import Store

/// Money given back, on the same machine as a charge: its own reference, UNKNOWN included. What is asked for is reserved on the
/// capture first, so that no two refunds can give back more than was taken.
package enum Refund {
  static let kind = "refund"

  enum Cause: String { case surplus, request }

  static func slot(of refund: Int64) -> String { "refund:\(refund)" }

  /// The code of a refund that the partner was not asked for: the money went back by other means.
  static let otherwise = "byOtherMeans"

  static func ask(capture: Int64, amount: Int64, cause: Cause, reason: String, in change: Change) throws -> Int64 {
    let row = try reserve(capture, amount, in: change)
    guard try !Capture.isStandIn(row.text("partner_id")) else {
      throw Refusal.transactionUnknown
    }
    let currency = try row.text("currency")
    let id = try write(capture, row, amount, cause, reason, in: change)
    change.enqueue(
      effect(id, lane: try row.text("lane"), original: try row.text("partner_id"), amount: amount, currency: currency))
    return id
  }

  /// Somebody has given it back by other means: it counts as given back, and nothing leaves.
  static func paidOtherwise(capture: Int64, amount: Int64, reason: String, in change: Change) throws -> Int64 {
    let row = try reserve(capture, amount, in: change)
    let id = try write(capture, row, amount, .request, reason, in: change)
    try change.tx.execute(
      "UPDATE refund SET state = 'done', ended_at = \(change.now), code = \(otherwise) WHERE id = \(id)")
    change.record(
      RefundEnded(customer: try row.integer("customer"), refund: id, outcome: "done", code: otherwise))
    return id
  }

  private static func reserve(_ capture: Int64, _ amount: Int64, in change: Change) throws -> Row {
    guard amount > 0 else { throw Refusal(.invalid, "badAmount", "A refund is greater than zero.") }
    guard
      let row = try change.tx.row(
        """
        UPDATE capture SET given_back = given_back + \(amount)
        WHERE id = \(capture) AND given_back + taken_back + \(amount) <= amount
        RETURNING obligation, customer, lane, partner_id, currency
        """)
    else {
      guard
        let left = try change.tx.integer("SELECT amount - given_back - taken_back FROM capture WHERE id = \(capture)")
      else { throw Refusal.noPayment }
      throw Refusal.tooMuch(left: max(0, left))
    }
    return row
  }

  private static func write(
    _ capture: Int64, _ row: Row, _ amount: Int64, _ cause: Cause, _ reason: String, in change: Change
  ) throws -> Int64 {
    let id = try change.id()
    let customer = try row.integer("customer")
    let currency = try row.text("currency")
    try change.tx.execute(
      """
      INSERT INTO refund (id, capture, customer, amount, currency, cause, reason, state, asked_at)
      VALUES (\(id), \(capture), \(customer), \(amount), \(currency), \(cause.rawValue), \(reason), 'asked', \(change.now))
      """)
    change.record(
      RefundAsked(customer: customer, refund: id, capture: capture, amount: amount, currency: currency, reason: reason))
    return id
  }

  static func effect(_ id: Int64, lane: String, original: String, amount: Int64, currency: String) -> NewEffect {
    let body: FactBody = [
      "amount": .number(amount), "currency": .text(currency), "description": .text("Refund"), "method": "",
      "original": .text(original),
    ]
    return NewEffect(lane: lane, kind: kind, slot: slot(of: id), payload: body.json)
  }
}

/// Gives a payment back, wholly or in part.
package struct RefundPayment: Command {
  package static let name = "refundPayment"
  package static let allowed: Set<Actor.Role> = [.operator, .finance]

  package var capture: Int64
  /// Minor units; `nil`: all that is left.
  package var amount: Int64?
  package var reason: String
  /// It went back already, by other means (a bank transfer); the reason names the proof. For a payer whom the partner cannot
  /// give anything back: an account that is closed.
  package var isPaidOtherwise: Bool?

  package init(capture: Int64, amount: Int64?, reason: String, isPaidOtherwise: Bool? = nil) {
    self.capture = capture
    self.amount = amount
    self.reason = reason
    self.isPaidOtherwise = isPaidOtherwise
  }

  package func moment(in tx: Transaction) throws -> Instant? { try TestClock.now(ofCapture: capture, in: tx) }

  package func run(in change: Change) throws -> Int64 {
    guard (3...500).contains(reason.count) else {
      throw Refusal(.invalid, "reasonMissing", "Say why, in 3 to 500 characters.")
    }
    guard
      let row = try change.tx.row(
        "SELECT amount - given_back - taken_back AS unspent FROM capture WHERE id = \(capture) \(.forUpdate)")
    else { throw Refusal.noPayment }
    let left = max(0, try row.integer("unspent"))
    guard left > 0 else { throw Refusal.tooMuch(left: left) }
    if isPaidOtherwise == true {
      return try Refund.paidOtherwise(capture: capture, amount: amount ?? left, reason: reason, in: change)
    }
    return try Refund.ask(capture: capture, amount: amount ?? left, cause: .request, reason: reason, in: change)
  }
}

struct RefundHandler: EffectHandler {
  let kind = Refund.kind
  /// A partner that may not be charged any more still gives back.
  let leavesStoppedLane = true

  func changed(_ outcomes: [EffectNews], in change: Change) throws {
    var ends: [(news: EffectNews, state: String)] = []
    for outcome in outcomes where outcome.isNew && outcome.state.isFinal {
      switch (outcome.state, outcome.verdict) {
      case (.done, _): ends.append((outcome, "done"))
      case (.surplus, _): try twice(outcome, in: change)
      case (_, .refused): ends.append((outcome, "refused"))
      // It never left, or never arrived: the same refund again under a new reference.
      default: try again(outcome, in: change)
      }
    }
    try end(ends, in: change)
    try Chargeback.refunded(
      outcomes.filter { $0.isNew && $0.state.isFinal }.map(\.effect.slotNumber), in: change)
    try takenBack(outcomes.filter(\.verdict.isAfterwards), in: change)
  }

  /// A refund that did not reach the payer's account came back. No payment is less for it: it waits for finance.
  private func takenBack(_ outcomes: [EffectNews], in change: Change) throws {
    guard !outcomes.isEmpty else { return }
    let customers = try change.tx.rows(
      "SELECT id, customer FROM refund WHERE id \(in: outcomes.map(\.effect.slotNumber))"
    ).reduce(into: [Int64: Int64]()) { $0[try $1.integer("id")] = try $1.integer("customer") }
    try Chargeback.take(
      outcomes.compactMap { Chargeback.Notice($0, customer: customers[$0.effect.slotNumber], obligation: nil) },
      in: change)
  }

  /// Many at a time: an incident gives back to thousands, and a look at each would take as long as the giving.
  private func end(_ ends: [(news: EffectNews, state: String)], in change: Change) throws {
    guard !ends.isEmpty else { return }
    var known = try Ending.held(ends.map(\.news.effect.slotNumber), in: change)
    var changed: [Int64: [SQLValue]] = [:]
    var back: [Int64: Int64] = [:]
    for (news, state) in ends {
      let id = news.effect.slotNumber
      guard let refund = known[id], refund.state != "done" else { continue }
      // What stays ours to give back is no longer reserved; a person sees the refusal (`refundsRefused`).
      if state == "refused", refund.state != "refused" { back[refund.capture, default: 0] -= refund.amount }
      // Refused, and it happened all the same: the money is used up after all.
      if state == "done", refund.state == "refused" { back[refund.capture, default: 0] += refund.amount }
      known[id]?.state = state
      changed[id] = [.integer(id), .text(state), news.code.sqlValue]
      change.record(RefundEnded(customer: refund.customer, refund: id, outcome: state, code: news.code))
    }
    _ = try change.tx.update(
      "refund", [.integer("id"), .text("state"), .text("code")],
      rows: changed.sorted { $0.key < $1.key }.map(\.value),
      set: "state = \(column: "state"), ended_at = \(change.now), code = \(column: "code")",
      where: "refund.id = \(column: "id")")
    _ = try change.tx.update(
      "capture", [.integer("id"), .integer("back")],
      rows: back.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { [.integer($0.key), .integer($0.value)] },
      set: "given_back = \(.least)(capture.amount, capture.given_back + \(column: "back"))",
      where: "capture.id = \(column: "id")")
  }

  /// A refund that an outcome is about, held until the change ends.
  private struct Ending {
    var capture: Int64
    var customer: Int64
    var amount: Int64
    var state: String

    static func held(_ ids: [Int64], in change: Change) throws -> [Int64: Ending] {
      try change.tx.rows(
        "SELECT id, capture, customer, amount, state FROM refund WHERE id \(in: ids) ORDER BY id \(.forUpdate)"
      ).reduce(into: [:]) {
        $0[try $1.integer("id")] = Ending(
          capture: try $1.integer("capture"), customer: try $1.integer("customer"), amount: try $1.integer("amount"),
          state: try $1.text("state"))
      }
    }
  }

  /// The partner gave back twice. It is written down for finance; nobody's money is taken for it.
  private func twice(_ outcome: EffectNews, in change: Change) throws {
    let customer = try change.tx.integer("SELECT customer FROM refund WHERE id = \(outcome.effect.slotNumber)") ?? 0
    change.record(
      RefundEnded(
        customer: customer, refund: outcome.effect.slotNumber, outcome: "givenBackTwice", code: outcome.partnerID))
  }

  private func again(_ outcome: EffectNews, in change: Change) throws {
    let tries = try change.tx.integer("SELECT count(*) FROM effect WHERE slot = \(outcome.effect.slot)") ?? 0
    let pause = Dunning.pauses[min(Int(tries), Dunning.pauses.count - 1)]
    change.enqueue(
      NewEffect(
        lane: outcome.effect.lane, kind: Refund.kind, slot: outcome.effect.slot, payload: outcome.effect.payload,
        dueAt: change.now + pause))
  }
}
