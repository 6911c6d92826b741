import Store

/// When, and with what settings, a part looks for those whom a mistake reached. Frozen with what it found.
public struct HarmRule: Sendable, Codable, Equatable {
  /// From here on, and before `ends`.
  public var starts: Instant
  public var ends: Instant
  /// By the names of the finder's parameters.
  public var parameters: [String: String]

  public init(starts: Instant, ends: Instant, parameters: [String: String] = [:]) {
    self.starts = starts
    self.ends = ends
    self.parameters = parameters
  }
}

/// A setting of a finder.
public struct HarmParameter: Sendable {
  public var name: String
  /// What it is, for people.
  public var words: String
  public var isRequired: Bool

  public init(_ name: String, _ words: String, isRequired: Bool = false) {
    self.name = name
    self.words = words
    self.isRequired = isRequired
  }
}

/// Who looks for the affected, and can say how. The rule is SQL that the database runs by itself, so that ten million rows never
/// come into the program.
public protocol Finder: Sendable {
  /// A stable name: `charges.twice`.
  var name: String { get }
  /// What happened to those whom it finds, for people: "charged more than once for a period".
  var words: String { get }
  var parameters: [HarmParameter] { get }
  /// How many keys one transaction goes through: about a tenth of a second's worth, because a writer of SQLite waits that long.
  var slice: Int64 { get }

  /// The first and the last key of the table that is gone through, now; `nil`: it is empty.
  func keys(_ rule: HarmRule, in tx: Transaction) throws -> ClosedRange<Int64>?

  /// A SELECT of what reached whom, over these keys, a row for each thing:
  ///
  /// - `person` TEXT: as facts name them, `customer:42`; `item` TEXT: what it is about, `capture:7`, once in all keys;
  /// - `amount` INTEGER, `unit` TEXT: what is owed for it, in minor units of a currency;
  /// - `back`, `coming` INTEGER: how much of that has been put right already, and how much is under way;
  /// - `evidence` TEXT: the rows that show it. Numbers, no names.
  func affected(_ rule: HarmRule, keys: ClosedRange<Int64>) throws(Refusal) -> SQL

  /// A SELECT of those next to the boundary whom the rule leaves out, to test it: `person`, `item`, `why`, `evidence`.
  func outside(_ rule: HarmRule, limit: Int) throws(Refusal) -> SQL
}

extension Finder {
  /// Whether a rule may be run at all.
  public func check(_ rule: HarmRule) throws(Refusal) {
    guard rule.starts < rule.ends else { throw Refusal(.invalid, "badWindow", "The window ends before it begins.") }
    for parameter in parameters where parameter.isRequired && (rule.parameters[parameter.name] ?? "").isEmpty {
      throw Refusal(.invalid, "parameterMissing", "\(parameter.name) is needed: \(parameter.words).")
    }
    for (name, value) in rule.parameters {
      guard parameters.contains(where: { $0.name == name }) else {
        throw Refusal(.invalid, "noParameter", "\(self.name) has no parameter \(name).")
      }
      guard value.utf8.count <= 200 else {
        throw Refusal(.invalid, "tooLong", "\(name) has more than 200 characters.")
      }
    }
  }
}
