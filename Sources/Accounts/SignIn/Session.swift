import Kernel
import Store
import Web

/// A browser that is signed in.
package struct Session: Sendable {
  enum Stage: String { case full, secondStep }

  /// From signing in, whatever is done.
  static let lasts = Span.hours(12)
  /// From the last page.
  static let idle = Span.minutes(30)
  /// To enter a code.
  static let secondStepLasts = Span.minutes(10)
  /// How often it is written down that it is in use.
  static let touched = Span.minutes(1)

  package let id: Int64
  package let madeAt: Instant
  package let seenAt: Instant
  /// The browser's own name for itself, shortened.
  package let agent: String

  static func begin(
    _ account: Int64, _ secret: Secret, _ stage: Stage, agent: String, in change: Change
  ) throws -> Int64 {
    // What nobody came back to, a few each time.
    try change.tx.execute(
      """
      DELETE FROM account_session WHERE id IN (
        SELECT id FROM account_session WHERE ends_at < \(change.now) ORDER BY ends_at LIMIT 100)
      """)
    let id = try change.id()
    let ends = change.now + (stage == .full ? lasts : secondStepLasts)
    try change.tx.execute(
      """
      INSERT INTO account_session (id, account, digest, stage, made_at, seen_at, ends_at, agent)
      VALUES (\(id), \(account), \(secret.digest), \(stage.rawValue), \(change.now), \(change.now), \(ends),
        \(name(of: agent)))
      """)
    return id
  }

  /// A browser's own name for itself, shortened, on one line.
  static func name(of agent: String) -> String {
    String(agent.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200).map(Character.init))
  }

  @discardableResult
  static func endAll(of account: Int64, except kept: Int64?, in change: Change) throws -> Int {
    try change.tx.execute("DELETE FROM account_session WHERE account = \(account) AND id <> \(kept ?? 0)")
  }

  /// Those that are good, the newest first.
  static func all(of account: Int64, now: Instant, in tx: Transaction) throws -> [Session] {
    try tx.rows(
      """
      SELECT id, made_at, seen_at, agent FROM account_session
      WHERE account = \(account) AND stage = 'full' AND ends_at > \(now) AND seen_at > \(now - idle)
      ORDER BY id DESC LIMIT 50
      """
    ).map {
      Session(
        id: try $0.integer("id"), madeAt: try $0.instant("made_at"), seenAt: try $0.instant("seen_at"),
        agent: try $0.text("agent"))
    }
  }
}
