import Kernel
import Store
import Web

/// An effect of the outbox, as somebody reads it who wants to know what became of their money.
struct AttemptJSON: APIType {
  var reference: String
  var partner: String
  var state: String
  var preparedAt: APITime
  var dueAt: APITime
  var sentAt: APITime?
  var endedAt: APITime?
  var code: String?
  var transaction: String?
  var owner: String?
  var deadline: APITime?
  var evidence: [EvidenceJSON]

  /// Attempts of one charge, and messages about one attempt; beyond, the journal and the console show the rest.
  static let most = 50

  static func all(slot: String, in tx: Transaction) throws -> [AttemptJSON] {
    let rows = try tx.rows(
      """
      SELECT id, reference, lane, state, prepared_at, due_at, sent_at, ended_at, code, partner_id, owner, deadline
      FROM effect WHERE slot = \(slot) ORDER BY id LIMIT \(most)
      """)
    var said: [Int64: [EvidenceJSON]] = [:]
    let evidence = try tx.rows(
      """
      SELECT id, effect, source, says, code, partner_id, amount, currency, received_at FROM evidence
      WHERE effect \(in: rows.map { try $0.integer("id") }) ORDER BY effect, id LIMIT \(most * most)
      """)
    for row in evidence { said[try row.integer("effect"), default: []].append(try EvidenceJSON(row)) }
    return try rows.map { row in
      AttemptJSON(
        reference: try row.text("reference"), partner: try row.text("lane"), state: try row.text("state"),
        preparedAt: APITime(try row.instant("prepared_at")), dueAt: APITime(try row.instant("due_at")),
        sentAt: APITime(try row.instantOrNull("sent_at")), endedAt: APITime(try row.instantOrNull("ended_at")),
        code: try row.textOrNull("code"), transaction: try row.textOrNull("partner_id"),
        owner: try row.textOrNull("owner"), deadline: APITime(try row.instantOrNull("deadline")),
        evidence: Array((said[try row.integer("id")] ?? []).prefix(most)))
    }
  }

  static let about = "One order to a partner, and what is known of it."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "reference": .text("Ours; the partner knows it too.", 1...200), "partner": .text("Who was asked.", 1...200),
      "state": .choice(
        "What is known. `unknown` is a state: nothing is sent again for it.", EffectState.allCases.map(\.rawValue)),
      "preparedAt": .time("When it was written down."), "dueAt": .time("Not before this it is sent."),
      "sentAt": Schema.time("When its first byte may have left.").optional,
      "endedAt": Schema.time("When its outcome became known.").optional,
      "code": Schema.text("The partner's code, or why it is not known.", 0...200).optional,
      "transaction": Schema.text("The partner's own number of it.", 1...400).optional,
      "owner": Schema.text("Who decides, where nothing more can be found out by asking.", 1...100).optional,
      "deadline": Schema.time("By when they decide.").optional,
      "evidence": .list(.one(EvidenceJSON.self), "What was said about it, in the order it came.", 0...most),
    ]
  }
}

/// What somebody outside said, in short; as it came it stands in the console.
struct EvidenceJSON: APIType {
  var id: String
  var source: String
  var says: String
  var code: String?
  var transaction: String?
  var amount: MoneyJSON?
  var receivedAt: APITime

  init(_ row: Row) throws {
    id = String(try row.integer("id"))
    source = try row.text("source")
    says = try row.text("says")
    code = try row.textOrNull("code")
    transaction = try row.textOrNull("partner_id")
    if let amount = try row.integerOrNull("amount"), let currency = try row.textOrNull("currency") {
      self.amount = MoneyJSON(amount, currency)
    }
    receivedAt = APITime(try row.instant("received_at"))
  }

  static let about = "One thing that was said about an attempt."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."),
      "source": .choice("Where it comes from.", ["answer", "query", "cancel", "notification", "statement", "person"]),
      "says": .text("What it says.", 1...100), "code": Schema.text("The partner's code.", 0...200).optional,
      "transaction": Schema.text("The partner's own number.", 1...400).optional,
      "amount": Schema.one(MoneyJSON.self).optional, "receivedAt": .time("When it came."),
    ]
  }
}
