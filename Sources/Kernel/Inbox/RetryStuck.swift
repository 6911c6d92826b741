import Store

/// Takes up evidence again that was put aside because it broke a rule of the database: after the cause is mended.
public struct RetryStuck: Command {
  public static let name = "retryStuckEvidence"
  public static let allowed: Set<Actor.Role> = [.operator]
  /// As many as one transaction takes; the rest by the next call.
  public static let limit = 1_000

  public var reason: String

  public init(reason: String) { self.reason = reason }

  /// - Returns: how many pieces are weighed again.
  public func run(in change: Change) throws -> Int {
    guard (3...500).contains(reason.count) else {
      throw Refusal(.invalid, "reasonMissing", "Say what was mended, in 3 to 500 characters: it stands in the journal.")
    }
    let count = try change.tx.execute(
      """
      UPDATE evidence SET state = 'new' WHERE id IN (
        SELECT id FROM evidence WHERE state = 'stuck' ORDER BY id LIMIT \(Self.limit))
      """)
    if count > 0 { change.record(StuckRetried(count: Int64(count), reason: reason)) }
    return count
  }
}

struct StuckRetried: Fact {
  static let kind = "stuckEvidenceRetried"
  let count: Int64
  let reason: String
  var subject: String { "inbox" }
  var body: FactBody { ["count": .number(count), "reason": .text(reason)] }
}
