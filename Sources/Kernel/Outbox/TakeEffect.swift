import Store

/// Somebody makes an effect that waits for a person their own, so that two do not ask the partner about the same thing.
public struct TakeEffect: Command {
  public static let name = "takeEffect"
  public static let allowed: Set<Actor.Role> = [.operator, .finance]

  public var effect: Int64

  public init(effect: Int64) { self.effect = effect }

  /// - Returns: whether it changed hands; false where it was theirs already.
  public func run(in change: Change) throws -> Bool {
    let parked = try ParkedEffect(effect, in: change)
    let owner = change.actor.description
    guard parked.owner != owner else { return false }
    try change.tx.execute("UPDATE effect SET owner = \(owner) WHERE id = \(effect) AND ended_at IS NULL")
    change.record(EffectTaken(effect: effect, from: parked.owner))
    return true
  }
}

/// Somebody gives an effect that waits for a person more time: the partner was asked, and answers next week.
public struct HoldEffect: Command {
  public static let name = "holdEffect"
  public static let allowed: Set<Actor.Role> = [.operator, .finance]
  /// No longer at once: whoever is charged waits too.
  public static let longest = Span.days(14)

  public var effect: Int64
  /// From now on, at least an hour.
  public var span: Span
  public var reason: String

  public init(effect: Int64, span: Span, reason: String) {
    self.effect = effect
    self.span = span
    self.reason = reason
  }

  /// - Returns: the new deadline.
  public func run(in change: Change) throws -> Instant {
    guard (3...500).contains(reason.count) else {
      throw Refusal(
        .invalid, "reasonMissing", "Say why it has to wait, in 3 to 500 characters: it stands in the journal.")
    }
    guard (.hours(1)...Self.longest).contains(span) else {
      throw Refusal(.invalid, "badDeadline", "A new deadline is an hour to 14 days from now.")
    }
    _ = try ParkedEffect(effect, in: change)
    let until = change.now + span
    try change.tx.execute("UPDATE effect SET deadline = \(until) WHERE id = \(effect) AND ended_at IS NULL")
    change.record(EffectHeld(effect: effect, until: until, reason: reason))
    return until
  }
}

/// An effect that waits for a person, locked for the change at hand.
private struct ParkedEffect {
  let owner: String

  init(_ id: Int64, in change: Change) throws {
    guard let row = try change.tx.row("SELECT owner, ended_at FROM effect WHERE id = \(id) \(.forUpdate)") else {
      throw Refusal(.missing, "noEffect", "There is nothing of the number \(id).")
    }
    guard let owner = try row.textOrNull("owner"), try row.integerOrNull("ended_at") == nil else {
      throw Refusal(.conflict, "notWaiting", "It does not wait for a person any more.")
    }
    self.owner = owner
  }
}

struct EffectTaken: Fact {
  static let kind = "effectTaken"
  let effect: Int64
  let from: String
  var subject: String { "effect:\(effect)" }
  var body: FactBody { ["from": .text(from)] }
}

struct EffectHeld: Fact {
  static let kind = "effectHeld"
  let effect: Int64
  let until: Instant
  let reason: String
  var subject: String { "effect:\(effect)" }
  var body: FactBody { ["reason": .text(reason), "until": .text(until.iso8601)] }
}
