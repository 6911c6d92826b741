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
    let verdict: Verdict = happened ? .done : .refused(code: "decidedByPerson")
    let testimony = Testimony(
      eventID: "person/\(reference)", reference: reference, transaction: partnerID, kind: "decision", verdict: verdict,
      amount: nil, currency: nil, occurredAt: change.now)
    change.record(
      EffectDecided(effect: try row.integer("id"), reference: reference, happened: happened, reason: reason))
    return try Outbox.keep([testimony], source: .person, lane: lane, raw: Array(reason.utf8), in: change) == 1
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
