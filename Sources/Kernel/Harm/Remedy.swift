import Store

/// How a part makes somebody whole.
public protocol Remedy: Sendable {
  /// A stable name: `charges.refund`.
  var name: String { get }
  /// "Give the money back".
  var words: String { get }
  var basis: RemedyBasis { get }
  /// Whether a person has been told what happened once it is done.
  var tells: Bool { get }

  /// Begins for many, in the transaction that writes them down. Whoever asks sees to it that nobody is asked for twice; what
  /// leaves the house goes through the outbox.
  /// - Returns: one for each order, in their order.
  func begin(_ orders: [RemedyOrder], in change: Change) throws -> [RemedyStart]

  /// A SELECT of everything begun that came to an end: `reference` INTEGER as `RemedyStart.underWay` gave it, `outcome` TEXT
  /// (`done` or `refused`), `evidence` TEXT.
  func ended() -> SQL
}

public enum RemedyBasis: Sendable, Equatable {
  /// A share of what is owed for each thing.
  case items
  /// So many of a unit for each person: periods, days.
  case person(unit: String, most: Int64)
  /// Words: nothing is counted.
  case words
}

/// One remedy for one person.
public struct RemedyOrder: Sendable {
  /// The remedy's own number.
  public var id: Int64
  public var incident: Int64
  /// What happened, by the finder's name.
  public var finder: String
  public var person: String
  /// The thing that it is for; empty: the person.
  public var about: String
  /// At most; a part that finds that less is owed by now gives less: whatever went back since `back` was read counts.
  public var amount: Int64
  /// How much of what is owed was back when the amount was worked out.
  public var back: Int64
  public var unit: String
  /// What the person gets back in all, by unit: for those who tell them.
  public var gets: [String: Int64]

  public init(
    id: Int64, incident: Int64, finder: String, person: String, about: String, amount: Int64, back: Int64 = 0,
    unit: String, gets: [String: Int64] = [:]
  ) {
    self.id = id
    self.incident = incident
    self.finder = finder
    self.person = person
    self.about = about
    self.amount = amount
    self.back = back
    self.unit = unit
    self.gets = gets
  }

  /// The number behind `customer:42`.
  public var personNumber: Int64? { Self.number(of: person) }
  public var aboutNumber: Int64? { Self.number(of: about) }

  private static func number(of text: String) -> Int64? {
    text.split(separator: ":", maxSplits: 1).dropFirst().first.flatMap { Int64($0) }
  }
}

public enum RemedyStart: Sendable, Equatable {
  /// Under way: what becomes of it is found under this number in `ended`.
  case underWay(Int64, amount: Int64)
  /// It was right already, or is now.
  case done(evidence: String, amount: Int64)
  /// It cannot be done now, for this reason (a stable word). A person looks at it.
  case impossible(String)
}
