import Store

/// Takes over a database that was restored from a backup, before anything works on it: no charge leaves until a person has
/// looked at what happened since the backup, and the journal goes on after the facts that came with it.
///
/// On PostgreSQL a fact's epoch is the number of its transaction, and another cluster may have counted less far: new facts
/// would stand before sealed ones. What is missing is added from now on. That is safe because nobody else writes meanwhile
/// (`amends restore` makes sure of it) and every number given from now on is larger than this transaction's.
public struct AdoptRestored: Command {
  public static let name = "adoptRestored"
  public static let allowed: Set<Actor.Role> = [.system, .operator]

  /// When the backup was made; nil: not known.
  public var taken: Instant?
  public var reason: String

  public struct Output: Codable, Sendable, Equatable {
    /// The lanes that were stopped now.
    public var stopped: [String]
    public var shift: Int64
  }

  public init(taken: Instant?, reason: String) {
    self.taken = taken
    self.reason = reason
  }

  public func run(in change: Change) throws -> Output {
    guard (3...500).contains(reason.count) else {
      throw Refusal(.invalid, "reasonMissing", "Say why, in 3 to 500 characters: it stands in the journal.")
    }
    let shift = try Self.moveOn(in: change)
    let lanes = try change.tx.rows(
      "SELECT name FROM lane WHERE switch = 'on' AND \(TestLane.isNot("name")) ORDER BY name LIMIT 1000"
    )
    .map { try $0.text("name") }
    for lane in lanes { _ = try SwitchLane(lane: lane, on: false, reason: reason).run(in: change) }
    change.record(DatabaseRestored(taken: taken, shift: shift))
    return Output(stopped: lanes, shift: shift)
  }

  private static func moveOn(in change: Change) throws -> Int64 {
    let tx = change.tx
    let last = try tx.integer("SELECT epoch FROM fact ORDER BY epoch DESC, id DESC LIMIT 1") ?? 0
    let number = try tx.integer("SELECT \(.epoch)") ?? 0
    let known = try tx.integer("SELECT \(Journal.shift)") ?? 0
    guard tx.dialect == .postgres, number + known <= last else { return known }
    let shift = last + 1 - number
    try tx.execute("UPDATE journal_shift SET shift = \(shift) WHERE one = 1")
    return shift
  }
}

extension Journal {
  /// Whether new facts would stand before those that are there: the database was copied into another cluster, and nobody
  /// took it over (`AdoptRestored`).
  public static func isLeftBehind(in tx: Transaction) throws -> Bool {
    guard tx.dialect == .postgres else { return false }
    let last = try tx.integer("SELECT epoch FROM fact ORDER BY epoch DESC, id DESC LIMIT 1") ?? 0
    return try (tx.integer("SELECT \(.nextEpoch) + \(shift)") ?? 0) <= last
  }
}

struct DatabaseRestored: Fact {
  static let kind = "databaseRestored"
  let taken: Instant?
  let shift: Int64
  var subject: String { "service" }
  var body: FactBody { ["epochShift": .number(shift), "taken": taken.map { .number($0.microseconds) } ?? .none] }
}
