import Foundation
import Kernel
import Store
import Web

extension OperationAPI {
  func addJournal(to api: API) {
    api.list(
      "journal/facts", "listFacts", "List facts, the newest first.", in: .journal, needs: .readJournal,
      query: [
        "subject": Schema.text("Only those of one history: customer:42, lane:carrier.", 1...200, .words).optional
      ], of: FactJSON.self
    ) { call in
      let (subject, after) = (call.text("subject"), try call.after(keys: 2))
      let found = try await call.read { tx in try FactJSON.page(after: after, call.rows, subject, in: tx) }
      return Page(found, call) { $0.key }
    }
    api.get(
      "journal/facts/:number", "getFact", "Get a fact.", in: .journal, needs: .readJournal,
      path: ["number": FactJSON.number], answers: FactJSON.self, refuses: [.noFact]
    ) { call in
      let number = try Self.number(call)
      return try await call.read { tx in try FactJSON.one(number, in: tx) }
    }
    api.get(
      "journal/facts/:number/receipt", "getReceipt", "Get the proof that a fact is in the journal.",
      "Anybody can check it offline: `amends receipt verify FILE --key KEY`.", in: .journal, needs: .readJournal,
      path: ["number": FactJSON.number], answers: Receipt.self, refuses: [.noFact, .notSealed]
    ) { [journal] call in try await journal.receipt(for: try Self.number(call)) }
    api.get(
      "journal/checkpoint", "getCheckpoint", "Get the newest signed checkpoint, and the key that signs.", in: .journal,
      needs: .readJournal, answers: CheckpointJSON.self, refuses: [.noCheckpoint]
    ) { [journal] call in
      let key = journal.publicKey
      return try await call.read { tx in
        guard let row = try tx.row("SELECT size, at, checkpoint FROM journal_seal ORDER BY size DESC LIMIT 1") else {
          throw Refusal.noCheckpoint
        }
        return CheckpointJSON(
          facts: try row.integer("size"), sealedAt: APITime(try row.instant("at")),
          checkpoint: try row.text("checkpoint"), publicKey: key)
      }
    }
  }

  private static func number(_ call: APICall) throws -> FactNumber {
    guard let number = FactNumber(try call.name("number")) else { throw Refusal.noFact }
    return number
  }
}

struct FactJSON: APIType {
  var number: String
  var at: APITime
  var kind: String
  var subject: String
  var actor: String
  var body: JSON
  var sealed: Bool

  private static let columns: StaticString = "epoch, id, at, kind, subject, actor, body"

  private init(_ row: Row, head: FactNumber) throws {
    let place = FactNumber(epoch: try row.integer("epoch"), id: try row.integer("id"))
    number = place.description
    at = APITime(try row.instant("at"))
    kind = try row.text("kind")
    subject = try row.text("subject")
    actor = try row.text("actor")
    body = try JSON(reading: Array(row.text("body").utf8))
    sealed = (place.epoch, place.id) <= (head.epoch, head.id)
  }

  /// What a list of facts is in the order of.
  var key: [Int64] { FactNumber(number).map { [$0.epoch, $0.id] } ?? [] }

  private static func head(in tx: Transaction) throws -> FactNumber {
    let row = try tx.row("SELECT epoch, id FROM journal_head WHERE one = 1")
    return FactNumber(epoch: try row?.integer("epoch") ?? -1, id: try row?.integer("id") ?? -1)
  }

  static func page(after key: [Int64]?, _ limit: Int, _ subject: String?, in tx: Transaction) throws -> [FactJSON] {
    let head = try head(in: tx)
    let rows: [Row]
    if let subject {
      rows = try tx.rows(
        """
        SELECT \(name: columns) FROM fact WHERE subject = \(subject) AND id < \(key?[1] ?? .max)
        ORDER BY id DESC LIMIT \(limit)
        """)
    } else {
      rows = try tx.rows(
        """
        SELECT \(name: columns) FROM fact WHERE (epoch, id) < (\(key?[0] ?? .max), \(key?[1] ?? .max))
        ORDER BY epoch DESC, id DESC LIMIT \(limit)
        """)
    }
    return try rows.map { try FactJSON($0, head: head) }
  }

  static func one(_ number: FactNumber, in tx: Transaction) throws -> FactJSON {
    let row = try tx.row(
      "SELECT \(name: columns) FROM fact WHERE epoch = \(number.epoch) AND id = \(number.id)")
    guard let row else { throw Refusal.noFact }
    return try FactJSON(row, head: try head(in: tx))
  }

  static let number = Schema.text("The fact's number, such as 0.812.", 3...38, Pattern("[0-9]{1,18}\\.[0-9]{1,18}"))
  static let about = "Something that happened."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "number": number, "at": .time("When."), "kind": .text("What: chargeSettled.", 1...200),
      "subject": .text("Whose history it belongs to.", 1...400),
      "actor": .text("Who did it: a role and a number, or a part of the program.", 1...400),
      "body": .anything("What is known of it, as it was recorded. Its members depend on the kind."),
      "sealed": .flag("It is under a signed checkpoint, and has a receipt."),
    ]
  }
}

struct CheckpointJSON: APIType {
  var facts: Int64
  var sealedAt: APITime
  var checkpoint: String
  var publicKey: String

  static let about = "The newest seal over the journal."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "facts": .integer("How many facts are under it.", 1...9_007_199_254_740_991),
      "sealedAt": .time("When it was made."),
      "checkpoint": .text("The signed note (C2SP tlog-checkpoint).", 1...65_536, .lines),
      "publicKey": .text("The Ed25519 key that signs, as base64 of its 32 bytes.", 44...44),
    ]
  }
}

extension Receipt: APIType {
  package static var about: String { "A proof that a fact is in the journal, for anybody, without us." }
  package static var fields: KeyValuePairs<String, Schema> {
    let hash = Schema.text("A hash, as base64.", 44...44)
    return [
      "version": .integer("The layout of this document.", 1...1), "fact": .one(FactLeaf.self), "leafHash": hash,
      "leafIndex": .integer("The fact's place in the tree, from 0.", 0...9_007_199_254_740_991),
      "treeSize": .integer("The tree's leaves.", 1...9_007_199_254_740_991),
      "path": .list(hash, "The audit path, the lowest sibling first (RFC 6962, section 2.1.1).", 0...63),
      "checkpoint": .text("The signed note over the tree.", 1...65_536, .lines),
      "publicKey": .text("The Ed25519 key that signs, as base64 of its 32 bytes.", 44...44),
    ]
  }
}

extension FactLeaf: APIType {
  package static var about: String { "A fact as the journal's tree holds it, byte for byte." }
  package static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .integer("The second half of the fact's number.", 0...9_223_372_036_854_775_807),
      "at": .integer("Microseconds since 1970 in UTC.", 0...9_223_372_036_854_775_807), "kind": .text("What.", 1...200),
      "subject": .text("Whose.", 1...400), "actor": .text("Who.", 1...400),
      "body": .text("JSON, byte for byte as it was recorded.", 2...65_536, .lines),
    ]
  }
}
