import Store

/// A person says what became of an effect that no machine could find out about, and why they know.
public struct DecideEffect: Command {
  public static let name = "decideEffect"
  public static let allowed: Set<Actor.Role> = [.operator, .finance]

  public var reference: String
  /// It happened, or it did not.
  public var happened: Bool
  /// The partner's id of the transaction; required where it happened, so that its notification is not taken for a second.
  public var partnerID: String?
  public var reason: String

  public init(reference: String, happened: Bool, partnerID: String?, reason: String) {
    self.reference = reference
    self.happened = happened
    self.partnerID = partnerID
    self.reason = reason
  }

  public func run(in change: Change) throws -> Bool {
    guard (3...500).contains(reason.count) else {
      throw Refusal(.invalid, "reasonMissing", "Say how you know, in 3 to 500 characters: it stands in the journal.")
    }
    guard !happened || partnerID != nil else {
      throw Refusal(.invalid, "transactionMissing", "Name the partner's transaction that shows it happened.")
    }
    guard let row = try change.tx.row("SELECT id, lane, rank FROM effect WHERE reference = \(reference)") else {
      throw Refusal(.missing, "noEffect", "There is nothing under the reference \(reference).")
    }
    let lane = try row.text("lane")
    let rank = try row.int("rank")
    guard try (1...4).contains(rank) || rank == 0 && happened && Self.isStopped(lane, in: change) else {
      throw Refusal(.conflict, "alreadyKnown", "What became of \(reference) is known already, or it was never sent.")
    }
    if let partnerID { try Self.check(partnerID, reference, lane, in: change) }
    let verdict: Verdict = happened ? .done : .refused(code: "decidedByPerson")
    let testimony = Testimony(
      eventID: try Self.supersede(reference, lane, in: change), reference: reference, transaction: partnerID,
      kind: "decision", verdict: verdict,
      amount: nil, currency: nil, occurredAt: change.now)
    change.record(
      EffectDecided(effect: try row.integer("id"), reference: reference, happened: happened, reason: reason))
    return try Outbox.keep([testimony], source: .person, lane: lane, raw: Array(reason.utf8), in: change) == 1
  }

  /// One transaction is not the proof of two things.
  private static func check(_ transaction: String, _ reference: String, _ lane: String, in change: Change) throws {
    let other = try change.tx.row(
      """
      SELECT f.reference FROM evidence AS e JOIN effect AS f ON f.id = e.effect
      WHERE e.lane = \(lane) AND e.partner_id = \(transaction) AND e.source IN ('answer', 'query')
        AND e.says IN ('pending', 'done') AND e.partner_id IS NOT NULL AND f.reference <> \(reference) LIMIT 1
      """)
    if let other {
      throw Refusal(
        .conflict, "transactionTaken",
        "The transaction \(transaction) is known: it belongs to \(try other.text("reference")).")
    }
  }

  /// How often it can be decided anew as long as no decision was taken up.
  private static let decisions = 20

  /// A decision that was not taken up yet, or broke a rule of the database, gives way to this one.
  /// - Returns: the number of this one.
  private static func supersede(_ reference: String, _ lane: String, in change: Change) throws -> String {
    let names = ["person/\(reference)"] + (2...decisions).map { "person/\(reference)/\($0)" }
    let before = try change.tx.rows(
      "SELECT id FROM evidence WHERE lane = \(lane) AND event_id \(in: names)"
    ).map { try $0.integer("id") }
    guard before.count < names.count else {
      throw Refusal(
        .limit, "decidedTooOften", "\(reference) was decided \(names.count) times; ask whoever runs the program.")
    }
    try change.tx.execute(
      "UPDATE evidence SET state = 'foreign' WHERE id \(in: before) AND state IN ('new', 'waiting', 'stuck')")
    return names[before.count]
  }

  /// After a restore what was sent since the backup stands here as never sent. While its lane is stopped a person who has seen
  /// the partner's list may say that it happened; on a lane that goes it could be leaving at this moment.
  private static func isStopped(_ lane: String, in change: Change) throws -> Bool {
    try change.tx.row("SELECT switch FROM lane WHERE name = \(lane) \(.forUpdate)")?.text("switch") == "off"
  }
}

struct EffectDecided: Fact {
  static let kind = "effectDecided"
  let effect: Int64
  let reference: String
  let happened: Bool
  let reason: String
  var subject: String { "effect:\(effect)" }
  var body: FactBody {
    ["happened": .number(happened ? 1 : 0), "reason": .text(reason), "reference": .text(reference)]
  }
}
