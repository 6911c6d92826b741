import Store

/// Somebody says that an open alert is theirs now. It clears when its reason is gone, and escalates as before: whose it is
/// does not mend it.
public struct TakeAlert: Command {
  public static let name = "takeAlert"
  public static let allowed: Set<Actor.Role> = [.operator, .finance]

  public var alert: Int64

  public init(alert: Int64) { self.alert = alert }

  /// - Returns: whether it changed hands; false where it was theirs already.
  public func run(in change: Change) throws -> Bool {
    guard
      let row = try change.tx.row(
        "SELECT name, subject, owner, cleared_at FROM alert WHERE id = \(alert) \(.forUpdate)")
    else { throw Refusal(.missing, "noAlert", "There is no alert of the number \(alert).") }
    guard try row.integerOrNull("cleared_at") == nil else {
      throw Refusal(.conflict, "cleared", "The alert is over: its reason is gone.")
    }
    let (before, owner) = (try row.text("owner"), change.actor.description)
    guard before != owner else { return false }
    try change.tx.execute("UPDATE alert SET owner = \(owner) WHERE id = \(alert) AND cleared_at IS NULL")
    change.record(AlertTaken(name: try row.text("name"), about: try row.text("subject"), from: before))
    return true
  }
}

struct AlertTaken: Fact {
  static let kind = "alertTaken"
  let name: String
  let about: String
  let from: String
  var subject: String { "alert:\(name)" }
  var body: FactBody { ["about": .text(about), "from": .text(from)] }
}
