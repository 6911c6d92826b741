import Kernel
import Store

/// Money given back, on the same machine as a charge: its own reference, UNKNOWN included. What is asked for is reserved on the
/// capture first, so that no two refunds can give back more than was taken.
package enum Refund {
  static let kind = "refund"

  enum Cause: String { case surplus, request }

  static func slot(of refund: Int64) -> String { "refund:\(refund)" }

  static func ask(capture: Int64, amount: Int64, cause: Cause, reason: String, in change: Change) throws -> Int64 {
    guard amount > 0 else { throw Refusal(.invalid, "badAmount", "A refund is greater than zero.") }
    guard
      let row = try change.tx.row(
        """
        UPDATE capture SET given_back = given_back + \(amount) WHERE id = \(capture) AND given_back + \(amount) <= amount
        RETURNING obligation, customer, lane, partner_id, currency
        """)
    else {
      guard let left = try change.tx.integer("SELECT amount - given_back FROM capture WHERE id = \(capture)") else {
        throw Refusal(.missing, "noCapture", "There is no payment \(capture).")
      }
      throw Refusal(.conflict, "tooMuch", "Only \(left) minor units of this payment are left to give back.")
    }
    let id = try change.id()
    let customer = try row.integer("customer")
    let currency = try row.text("currency")
    try change.tx.execute(
      """
      INSERT INTO refund (id, capture, customer, amount, currency, cause, reason, state, asked_at)
      VALUES (\(id), \(capture), \(customer), \(amount), \(currency), \(cause.rawValue), \(reason), 'asked', \(change.now))
      """)
    let body: FactBody = [
      "amount": .number(amount), "currency": .text(currency), "description": .text("Refund"), "method": "",
      "original": .text(try row.text("partner_id")),
    ]
    change.enqueue(
      NewEffect(lane: try row.text("lane"), kind: kind, slot: slot(of: id), payload: body.json))
    change.record(
      RefundAsked(customer: customer, refund: id, capture: capture, amount: amount, currency: currency, reason: reason))
    return id
  }
}

/// Gives a payment back, wholly or in part.
package struct RefundPayment: Command {
  package static let name = "refundPayment"
  package static let allowed: Set<Actor.Role> = [.operator]

  package var capture: Int64
  /// Minor units; `nil`: all that is left.
  package var amount: Int64?
  package var reason: String

  package init(capture: Int64, amount: Int64?, reason: String) {
    self.capture = capture
    self.amount = amount
    self.reason = reason
  }

  package func run(in change: Change) throws -> Int64 {
    guard (3...500).contains(reason.count) else {
      throw Refusal(.invalid, "reasonMissing", "Say why, in 3 to 500 characters.")
    }
    let left = try change.tx.integer("SELECT amount - given_back FROM capture WHERE id = \(capture) \(.forUpdate)") ?? 0
    return try Refund.ask(capture: capture, amount: amount ?? left, cause: .request, reason: reason, in: change)
  }
}

struct RefundHandler: EffectHandler {
  let kind = Refund.kind

  func changed(_ outcomes: [EffectNews], in change: Change) throws {
    for outcome in outcomes where outcome.isNew && outcome.state.isFinal {
      let done = outcome.state == .done
      if !done, !isFinal(outcome.verdict) {
        // It never left, or never arrived: the same refund again under a new reference.
        try again(outcome, in: change)
        continue
      }
      let row = try change.tx.row(
        """
        UPDATE refund SET state = \(done ? "done" : "refused"), ended_at = \(change.now), code = \(outcome.code)
        WHERE id = \(outcome.effect.slotNumber) AND state <> 'done' RETURNING id, capture, customer, amount
        """)
      guard let row else { continue }
      // What stays ours to give back stays reserved for nobody; a person sees the refusal (`refundsRefused`).
      if !done {
        try change.tx.execute(
          """
          UPDATE capture SET given_back = given_back - \(try row.integer("amount")) WHERE id = \(try row.integer("capture"))
          """)
      }
      change.record(
        RefundEnded(
          customer: try row.integer("customer"), refund: try row.integer("id"), outcome: done ? "done" : "refused",
          code: outcome.code))
    }
  }

  private func isFinal(_ verdict: Verdict) -> Bool {
    if case .refused = verdict { true } else { false }
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
