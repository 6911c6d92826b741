import Foundation
import Kernel
import Store
import Web

extension OperationAPI {
  func addQueue(to api: API) {
    api.list(
      "queue", "listQueue", "List what waits for a person, the most urgent first.", in: .queue, needs: .readRenewals,
      of: QueueItemJSON.self
    ) { call in
      let after = try call.after(keys: 2)
      let found = try await call.read { tx in try QueueItemJSON.page(after: after, call.rows, in: tx) }
      return Page(found, call) { [$0.deadline.instant.microseconds, Int64($0.id) ?? 0] }
    }
    api.get(
      "queue/:reference", "getQueueItem", "Get one thing that waits for a person.", in: .queue, needs: .readRenewals,
      path: ["reference": QueueItemJSON.reference], answers: QueueItemJSON.self, refuses: [.noEffect]
    ) { call in
      let reference = try call.name("reference")
      return try await call.read { tx in try QueueItemJSON.one(reference, in: tx) }
    }
    api.post(
      "queue/:reference/decide", "decide", "Say what became of a charge or a refund, and how you know.",
      "It is taken for evidence, and weighed with the rest a moment later.", in: .queue, needs: .decideCharges,
      path: ["reference": QueueItemJSON.reference], takes: DecideJSON.self, answers: DecisionJSON.self,
      refuses: [.noEffect, .alreadyKnown, .transactionTaken]
    ) { call, body in
      let reference = try call.name("reference")
      let act = DecideEffect(
        reference: reference, happened: body.happened, partnerID: body.transaction, reason: body.reason)
      return try await call.perform(act) { _, change in
        DecisionJSON(reference: reference, happened: body.happened, decidedAt: APITime(change.now))
      }
    }
  }
}

struct QueueItemJSON: APIType {
  var id: String
  var reference: String
  var kind: String
  var about: String
  var partner: String
  var state: String
  var amount: Int64?
  var currency: String?
  var sentAt: APITime?
  var code: String?
  var owner: String
  var deadline: APITime

  private static let columns: StaticString =
    "id, reference, kind, slot, lane, state, payload, sent_at, code, owner, deadline"

  private init(_ row: Row) throws {
    id = String(try row.integer("id"))
    reference = try row.text("reference")
    kind = try row.text("kind")
    about = try row.text("slot")
    partner = try row.text("lane")
    state = try row.text("state")
    let order = try? JSON(reading: Array(row.text("payload").utf8))
    if case .integer(let amount) = order?["amount"], case .text(let currency) = order?["currency"] {
      (self.amount, self.currency) = (amount, currency)
    }
    sentAt = APITime(try row.instantOrNull("sent_at"))
    code = try row.textOrNull("code")
    owner = try row.text("owner")
    deadline = APITime(try row.instant("deadline"))
  }

  static func page(after key: [Int64]?, _ limit: Int, in tx: Transaction) throws -> [QueueItemJSON] {
    try tx.rows(
      """
      SELECT \(name: columns) FROM effect
      WHERE owner IS NOT NULL AND ended_at IS NULL AND (deadline, id) > (\(key?[0] ?? .min), \(key?[1] ?? .min))
        AND \(TestLane.isNot("lane")) ORDER BY deadline, id LIMIT \(limit)
      """
    ).map(QueueItemJSON.init)
  }

  static func one(_ reference: String, in tx: Transaction) throws -> QueueItemJSON {
    let row = try tx.row(
      """
      SELECT \(name: columns) FROM effect WHERE reference = \(reference) AND owner IS NOT NULL AND ended_at IS NULL
      """)
    guard let row else { throw Refusal.noEffect }
    return try QueueItemJSON(row)
  }

  static let reference = Schema.code("Our reference of it, under which the partner knows it.", 1...100)
  static let about = "Something of which only a person can say what became of it."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "reference": reference, "kind": .text("charge, refund or mail.", 1...100),
      "about": .text("What it is for: obligation:NUMBER is a charge, refund:NUMBER a refund.", 1...200),
      "partner": .text("Who was asked.", 1...200),
      "state": .choice("What is known.", EffectState.allCases.map(\.rawValue)),
      "amount": Schema.integer("Minor units.", 0...9_007_199_254_740_991).optional,
      "currency": Schema.text("ISO 4217.", 3...3, .currency).optional,
      "sentAt": Schema.time("When its first byte may have left.").optional,
      "code": Schema.text("Why it is not known.", 0...200).optional, "owner": .text("Who decides.", 1...100),
      "deadline": .time("By when."),
    ]
  }
}

struct DecideJSON: APIType {
  var happened: Bool
  var transaction: String?
  var reason: String

  static let about = "What became of it, and how that is known."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "happened": .flag("It happened, or it did not."),
      "transaction": Schema.text(
        "The partner's transaction that shows it; needed where it happened, so that its notification is not taken for another.",
        1...200, .words
      ).optional,
      "reason": .reason("How you know. It stands in the journal, for ever."),
    ]
  }
}

struct DecisionJSON: APIType {
  var reference: String
  var happened: Bool
  var decidedAt: APITime

  static let about = "A decision that was written down."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "reference": QueueItemJSON.reference, "happened": .flag("It happened, or it did not."),
      "decidedAt": .time("When it was written down."),
    ]
  }
}
