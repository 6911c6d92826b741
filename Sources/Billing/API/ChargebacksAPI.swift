import Kernel
import Store
import Web

extension BillingAPI {
  func addChargebacks(to api: API) {
    api.list(
      "chargebacks", "listChargebacks", "List what payers' banks took back.",
      "Of those that wait for somebody the most urgent first; of all others the newest.", in: .payments,
      needs: .readSubscribers,
      query: [
        "customer": Schema.id("Only those of this customer.").optional,
        "state": Schema.choice("Only those in this state.", ChargebackJSON.Listed.self).optional,
      ], of: ChargebackJSON.self
    ) { call in
      let after = try call.after(keys: 2)
      let customer = call.idParameter("customer")
      let waits = call.text("state") == ChargebackJSON.Listed.waiting.rawValue
      let found = try await call.read { tx in
        try ChargebackJSON.page(after: after, call.rows, customer: customer, waits: waits, in: tx)
      }
      return Page(found, call) { $0.key(waits: waits) }
    }
    api.get(
      "chargebacks/:id", "getChargeback", "Get what a payer's bank took back.", in: .payments, needs: .readSubscribers,
      answers: ChargebackJSON.self, refuses: [.noChargeback]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try ChargebackJSON.one(id, in: tx) }
    }
    api.post(
      "chargebacks/:id/decide", "decideChargeback", "Say what was decided about money that a payer's bank took back.",
      "Nobody is charged again by itself, and no access ends. It waits for nobody any more.", in: .payments,
      needs: .decideCharges, takes: ChargebackDecisionJSON.self, answers: ChargebackJSON.self,
      refuses: [.noChargeback, .notWaiting]
    ) { call, body in
      let id = try call.id()
      return try await call.perform(DecideChargeback(chargeback: id, reason: body.reason)) { _, change in
        try ChargebackJSON.one(id, in: change.tx)
      }
    }
  }
}

struct ChargebackJSON: APIType {
  enum State: String, Codable, Sendable, CaseIterable { case waiting, settled, restored }
  /// What can be asked for.
  enum Listed: String, Codable, Sendable, CaseIterable { case waiting }

  var id: String
  var customer: String
  var payment: String?
  var partner: String
  var transaction: String
  var amount: MoneyJSON
  var state: State
  var owner: String?
  var deadline: APITime?
  var at: APITime

  static let columns: StaticString =
    "id, customer, capture, lane, partner_id, amount, currency, owner, deadline, restored_at, at"

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    customer = String(try row.integer("customer"))
    payment = try row.integerOrNull("capture").map { String($0) }
    partner = try row.text("lane")
    transaction = try row.text("partner_id")
    amount = MoneyJSON(try row.integer("amount"), try row.text("currency"))
    owner = try row.textOrNull("owner")
    deadline = APITime(try row.instantOrNull("deadline"))
    at = APITime(try row.instant("at"))
    let isRestored = try row.integerOrNull("restored_at") != nil
    state = isRestored ? .restored : owner == nil ? .settled : .waiting
  }

  static func one(_ id: Int64, in tx: Transaction) throws -> ChargebackJSON {
    guard let row = try tx.row("SELECT \(name: columns) FROM chargeback WHERE id = \(id)") else {
      throw Refusal.noChargeback
    }
    return try ChargebackJSON(row)
  }

  static func page(
    after key: [Int64]?, _ limit: Int, customer: Int64?, waits: Bool, in tx: Transaction
  ) throws -> [ChargebackJSON] {
    let ofCustomer: SQL = if let customer { "AND customer = \(customer)" } else { "" }
    let which: SQL =
      waits
      ? """
      owner IS NOT NULL AND (deadline, id) > (\(key?[0] ?? 0), \(key?[1] ?? 0)) \(ofCustomer) ORDER BY deadline, id
      """
      : "id < \(key?[1] ?? .max) \(ofCustomer) ORDER BY id DESC"
    return try tx.rows("SELECT \(name: columns) FROM chargeback WHERE \(which) LIMIT \(limit)").map(ChargebackJSON.init)
  }

  func key(waits: Bool) -> [Int64] {
    [waits ? deadline?.instant.microseconds ?? 0 : 0, Int64(id) ?? 0]
  }

  static let about =
    "Money of a payment that the payer's bank took back: a direct debit's return, a disputed card payment."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "customer": .id("Whose."),
      "payment": Schema.id("Of which payment; left out as long as it is not known.").optional,
      "partner": .text("Whose word it is.", 1...200),
      "transaction": .text("The partner's own number of it.", 1...400), "amount": .one(MoneyJSON.self),
      "state": .choice(
        "waiting: somebody has to look at it; restored: the money is there again; settled: neither.", State.self),
      "owner": Schema.text("Who has to look at it.", 1...100).optional,
      "deadline": Schema.time("By when.").optional, "at": .time("When it was taken back."),
    ]
  }
}

struct ChargebackDecisionJSON: APIType {
  var reason: String

  static let about = "What was decided."
  static var fields: KeyValuePairs<String, Schema> {
    ["reason": .reason("What was decided. It stands in the journal, for ever.")]
  }
}
