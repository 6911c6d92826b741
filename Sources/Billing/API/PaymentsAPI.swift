import Kernel
import Store
import Web

extension BillingAPI {
  func addPayments(to api: API) {
    api.list(
      "payments", "listPayments", "List payments, the newest first.", in: .payments, needs: .readSubscribers,
      query: [
        "charge": Schema.id("Only those for this charge.").optional,
        "role": Schema.choice("Only those that count (due), or that came once more (surplus).", PaymentJSON.Role.self)
          .optional,
      ], of: PaymentJSON.self
    ) { call in
      let before = try call.after()?[0] ?? .max
      let (charge, role) = (call.idParameter("charge"), call.text("role"))
      let found = try await call.read { tx in
        try PaymentJSON.page(before: before, call.rows, charge: charge, role: role, in: tx)
      }
      return Page(found, call) { [Int64($0.id) ?? 0] }
    }
    api.get(
      "payments/:id", "getPayment", "Get a payment.", in: .payments, needs: .readSubscribers, answers: PaymentJSON.self,
      refuses: [.noPayment]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try PaymentJSON.one(id, in: tx) }
    }
  }

  func addRefunds(to api: API) {
    api.list(
      "refunds", "listRefunds", "List refunds, the newest first.", in: .payments, needs: .readSubscribers,
      query: [
        "payment": Schema.id("Only those of this payment.").optional,
        "state": Schema.choice("Only those in this state.", RefundJSON.State.self).optional,
      ], of: RefundJSON.self
    ) { call in
      let after = try call.after(keys: 2)
      let (payment, state) = (call.idParameter("payment"), call.text("state").flatMap(RefundJSON.State.init))
      let found = try await call.read { tx in
        try RefundJSON.page(after: after, call.rows, payment: payment, state: state, in: tx)
      }
      return Page(found, call) { $0.key(state) }
    }
    api.get(
      "refunds/:id", "getRefund", "Get a refund.", in: .payments, needs: .readSubscribers, answers: RefundJSON.self,
      refuses: [.noRefund]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try RefundJSON.one(id, in: tx) }
    }
    api.get(
      "refunds/:id/attempts", "getRefundAttempts", "Get every attempt at a refund, and what was said about it.",
      in: .payments, needs: .readSubscribers, answers: RefundAttemptsJSON.self, refuses: [.noRefund]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in
        RefundAttemptsJSON(
          refund: try RefundJSON.one(id, in: tx), attempts: try AttemptJSON.all(slot: Refund.slot(of: id), in: tx))
      }
    }
    api.post(
      "payments/:id/refund", "refundPayment", "Give a payment back, wholly or in part.",
      "The partner is asked after this answer; the refund says what came of it. What `paidOtherwise` says has gone back already is done at once.",
      in: .payments, needs: .refundPayments,
      takes: NewRefundJSON.self, answers: RefundJSON.self, creates: true,
      refuses: [.noPayment, .tooMuch(left: "…"), .transactionUnknown]
    ) { call, body in
      let id = try call.id()
      let command = RefundPayment(
        capture: id, amount: body.amount, reason: body.reason, isPaidOtherwise: body.paidOtherwise)
      return try await call.perform(command) { id, change in
        try RefundJSON.one(id, in: change.tx)
      }
    }
  }
}

struct PaymentJSON: APIType {
  enum Role: String, Codable, Sendable, CaseIterable { case due, surplus }

  var id: String
  var charge: String
  var customer: String
  var partner: String
  var transaction: String?
  var amount: MoneyJSON
  var givenBack: MoneyJSON
  var takenBack: MoneyJSON
  var role: Role
  var differs: Bool
  var at: APITime

  static let columns: StaticString =
    "id, obligation, customer, lane, partner_id, amount, currency, role, given_back, taken_back, differs, at"

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    charge = String(try row.integer("obligation"))
    customer = String(try row.integer("customer"))
    partner = try row.text("lane")
    let number = try row.text("partner_id")
    transaction = number.hasPrefix(Capture.standIn(for: "")) ? nil : number
    amount = MoneyJSON(try row.integer("amount"), try row.text("currency"))
    givenBack = MoneyJSON(try row.integer("given_back"), try row.text("currency"))
    takenBack = MoneyJSON(try row.integer("taken_back"), try row.text("currency"))
    role = Role(rawValue: try row.text("role")) ?? .due
    differs = try row.bool("differs")
    at = APITime(try row.instant("at"))
  }

  static func one(_ id: Int64, in tx: Transaction) throws -> PaymentJSON {
    guard let row = try tx.row("SELECT \(name: columns) FROM capture WHERE id = \(id)") else { throw Refusal.noPayment }
    return try PaymentJSON(row)
  }

  static func page(
    before: Int64, _ limit: Int, charge: Int64?, role: String?, in tx: Transaction
  ) throws -> [PaymentJSON] {
    let ofCharge: SQL = if let charge { "AND obligation = \(charge)" } else { "" }
    // Literally, for the index of what came once more.
    let isRole: SQL = role == nil ? "" : role == "surplus" ? "AND role = 'surplus'" : "AND role = 'due'"
    return try tx.rows(
      """
      SELECT \(name: columns) FROM capture WHERE id < \(before) \(ofCharge) \(isRole) ORDER BY id DESC LIMIT \(limit)
      """
    ).map(PaymentJSON.init)
  }

  static let about = "Money that a partner took."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "charge": .id("For which charge."), "customer": .id("Whose."),
      "partner": .text("Who took it.", 1...200),
      "transaction": Schema.text("The partner's own number; left out as long as it is not known.", 1...400).optional,
      "amount": .one(MoneyJSON.self, "What was taken."),
      "givenBack": .one(MoneyJSON.self, "What is given back, or being given back."),
      "takenBack": .one(MoneyJSON.self, "What the payer's bank took back."),
      "role": .choice("due: it counts for the charge; surplus: it came once more, and is given back.", Role.self),
      "differs": .flag("Another amount was taken than was asked for."), "at": .time("When it became known."),
    ]
  }
}

struct RefundJSON: APIType {
  enum State: String, Codable, Sendable, CaseIterable { case asked, done, refused }

  var id: String
  var payment: String
  var customer: String
  var amount: MoneyJSON
  var cause: String
  var reason: String
  var state: State
  var askedAt: APITime
  var endedAt: APITime?
  var code: String?

  static let columns: StaticString =
    "id, capture, customer, amount, currency, cause, reason, state, asked_at, ended_at, code"

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    payment = String(try row.integer("capture"))
    customer = String(try row.integer("customer"))
    amount = MoneyJSON(try row.integer("amount"), try row.text("currency"))
    cause = try row.text("cause")
    reason = try row.text("reason")
    state = State(rawValue: try row.text("state")) ?? .asked
    askedAt = APITime(try row.instant("asked_at"))
    endedAt = APITime(try row.instantOrNull("ended_at"))
    code = try row.textOrNull("code")
  }

  static func one(_ id: Int64, in tx: Transaction) throws -> RefundJSON {
    guard let row = try tx.row("SELECT \(name: columns) FROM refund WHERE id = \(id)") else { throw Refusal.noRefund }
    return try RefundJSON(row)
  }

  /// The rare states have indexes by the time at which they came about, and are listed along these.
  static func page(
    after key: [Int64]?, _ limit: Int, payment: Int64?, state: State?, in tx: Transaction
  ) throws -> [RefundJSON] {
    let (time, before) = (key?[0] ?? .max, key?[1] ?? .max)
    let ofPayment: SQL = if let payment { "AND capture = \(payment)" } else { "" }
    let which: SQL =
      switch state {
      case .asked:
        "state = 'asked' AND (asked_at, id) < (\(time), \(before)) \(ofPayment) ORDER BY asked_at DESC, id DESC"
      case .refused:
        "state = 'refused' AND (ended_at, id) < (\(time), \(before)) \(ofPayment) ORDER BY ended_at DESC, id DESC"
      case .done: "state = 'done' AND id < \(before) \(ofPayment) ORDER BY id DESC"
      case nil: "id < \(before) \(ofPayment) ORDER BY id DESC"
      }
    return try tx.rows("SELECT \(name: columns) FROM refund WHERE \(which) LIMIT \(limit)").map(RefundJSON.init)
  }

  func key(_ state: State?) -> [Int64] {
    let time: APITime? = state == .asked ? askedAt : state == .refused ? endedAt : nil
    return [time?.instant.microseconds ?? 0, Int64(id) ?? 0]
  }

  var location: String? { "refunds/\(id)" }

  static let about = "Money that is given back of a payment."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "payment": .id("Of which payment."), "customer": .id("Whose."),
      "amount": .one(MoneyJSON.self),
      "cause": .choice(
        "surplus: by itself, because it came once more; request: somebody asked.", ["surplus", "request"]),
      "reason": .text("Why.", 0...1_000), "state": .choice("Where it stands.", State.self),
      "askedAt": .time("When it was asked for."), "endedAt": Schema.time("When it came to an end.").optional,
      "code": Schema.text("The partner's code.", 0...400).optional,
    ]
  }
}

struct RefundAttemptsJSON: APIType {
  var refund: RefundJSON
  var attempts: [AttemptJSON]

  static let about = "A refund with its attempts."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "refund": .one(RefundJSON.self),
      "attempts": .list(.one(AttemptJSON.self), "The oldest first.", 0...AttemptJSON.most),
    ]
  }
}

struct NewRefundJSON: APIType {
  var amount: Int64?
  var reason: String
  var paidOtherwise: Bool?

  static let about = "How much is given back, and why."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "amount": Schema.integer(
        "Minor units of the payment's currency; all that is left if left out.", 1...MoneyJSON.most
      )
      .optional,
      "reason": .reason(),
      "paidOtherwise": Schema.flag(
        "It went back already by other means (a bank transfer), and the reason names the proof: the partner is not asked."
      )
      .optional,
    ]
  }
}
