import Foundation
import Store

/// Something of the journal that programs outside may hear of: a type, ids and money. No name, no address, no words that
/// somebody typed.
public struct Announcement: Sendable {
  /// `charge.settled`: what it is about, and what became of it.
  public var type: String
  /// It happened to a test customer: nothing of it is real.
  public var isTest: Bool
  public var data: FactBody

  public init(_ type: String, isTest: Bool = false, _ data: FactBody) {
    self.type = type
    self.isTest = isTest
    self.data = data
  }
}

/// What a part offers to be announced: which facts, as which types.
public struct Announcer: Sendable {
  /// A public type and what it means, for the documents.
  public struct Kind: Sendable {
    public let name: String
    public let meaning: String

    public init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  public let types: [Kind]
  /// The kinds of facts that it wants to see.
  public let facts: Set<String>
  /// Many facts at once, so that what must be looked up costs one statement.
  public let announce: @Sendable ([RecordedFact], Transaction) throws -> [FactNumber: Announcement]

  public init(
    types: [Kind], facts: Set<String>,
    announce: @escaping @Sendable ([RecordedFact], Transaction) throws -> [FactNumber: Announcement]
  ) {
    self.types = types
    self.facts = facts
    self.announce = announce
  }
}

/// A fact as it stands in the journal.
public struct RecordedFact: Sendable {
  public let number: FactNumber
  public let at: Instant
  public let kind: String
  public let subject: String
  private let body: String

  init(_ sealed: SealedFact) {
    number = sealed.place.number
    at = Instant(microseconds: sealed.leaf.at)
    kind = sealed.leaf.kind
    subject = sealed.leaf.subject
    body = sealed.leaf.body
  }

  /// The number behind `customer:42`.
  public var subjectNumber: Int64? { subject.split(separator: ":").last.flatMap { Int64($0) } }

  /// The body's fields. What is neither text nor a whole number was not written by `FactBody`, and is left out.
  public func fields() -> [String: FactBody.Value] {
    let decoded = try? JSONDecoder().decode([String: Field].self, from: Data(body.utf8))
    return (decoded ?? [:]).mapValues(\.value)
  }

  private struct Field: Decodable {
    let value: FactBody.Value

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int64.self) {
        value = .number(number)
      } else {
        value = (try? container.decode(String.self)).map(FactBody.Value.text) ?? .none
      }
    }
  }
}

extension FactBody.Value {
  public var number: Int64? { if case .number(let number) = self { number } else { nil } }
  public var text: String? { if case .text(let text) = self { text } else { nil } }
}

extension FactBody {
  /// - Parameter fields: each name once.
  public init(_ fields: [String: Value]) { self.fields = fields.sorted { $0.key < $1.key } }
}

extension Journal {
  /// Facts after `place`, in the order of sealing and as far as they are sealed. Nothing can appear before what was read:
  /// whoever remembers the last one misses none, which no order of ids or times can promise (docs/decisions/005).
  public static func sealed(after place: FactNumber, limit: Int, in tx: Transaction) throws -> [RecordedFact] {
    guard let head = try sealedEnd(in: tx) else { return [] }
    return try SealedFact.page(after: (place.epoch, place.id), upTo: (head.epoch, head.id), limit: limit, in: tx)
      .map(RecordedFact.init)
  }

  /// The last fact that is sealed.
  public static func sealedEnd(in tx: Transaction) throws -> FactNumber? {
    try tx.row("SELECT epoch, id FROM journal_head WHERE one = 1").map {
      FactNumber(epoch: try $0.integer("epoch"), id: try $0.integer("id"))
    }
  }
}
