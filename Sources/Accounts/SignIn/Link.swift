import Kernel
import Store
import Web
import Words

/// A way in that is good once: an invitation, or a reset of a forgotten password.
package struct Link: Sendable {
  package enum Purpose: String, Sendable { case invitation, reset }

  /// Of one that was asked for by mail.
  static let resetLasts = Span.hours(1)
  /// Of one that an administrator hands over.
  static let resetByHandLasts = Span.days(1)

  package let account: Int64
  package let purpose: Purpose
  package let mail: String
  package let name: String
  package let language: LanguageTag?
  /// Of an account that opens a subscriber's page, and no console.
  package let isSubscribers: Bool

  static func insert(_ digest: [UInt8], _ purpose: Purpose, _ account: Int64, until: Instant, in change: Change) throws
  {
    guard digest.count == 32 else { throw Refusal(.invalid, "badLink", "A link is named by a SHA-256 hash.") }
    try change.tx.execute(
      """
      INSERT INTO account_link (digest, account, purpose, ends_at)
      VALUES (\(digest), \(account), \(purpose.rawValue), \(until))
      """)
  }

  /// - Returns: nil where it is not good, or not any more.
  static func find(_ secret: Secret, now: Instant, in tx: Transaction) throws -> Link? {
    guard
      let row = try tx.row(
        """
        SELECT l.account, l.purpose, a.mail, a.name, a.language, a.role
        FROM account_link AS l JOIN account AS a ON a.id = l.account
        WHERE l.digest = \(secret.digest) AND l.ends_at > \(now) AND a.state <> 'suspended'
        """), let purpose = Purpose(rawValue: try row.text("purpose"))
    else { return nil }
    return Link(
      account: try row.integer("account"), purpose: purpose, mail: try row.text("mail"), name: try row.text("name"),
      language: try row.textOrNull("language").flatMap { LanguageTag($0) },
      isSubscribers: try row.text("role") == Role.subscriber.rawValue)
  }
}

extension Refusal {
  static let linkUsed = Refusal(
    .missing, "linkUsed", "This link was used, or its time is over. Ask for a new one.")
}
