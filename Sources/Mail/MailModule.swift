import Kernel
import Store

/// Everything that mail brings, top to bottom.
public enum MailModule {
  /// The lane of the outbox on which mails leave; no payment partner may have its name.
  public static let lane = "mail"
  public static let migrations = MailSchema.migrations
  public static let handlers: [any EffectHandler] = [MailHandler()]
  public static let checks = MailChecks.all

  /// Mails that came to their end, for whoever waits for one: `reference`, `outcome` (`done`, `refused`), `evidence`.
  public static let ended: SQL =
    """
    SELECT id AS reference, CASE WHEN state = 'sent' THEN 'done' ELSE 'refused' END AS outcome, 'mail:' || id AS evidence
    FROM mail WHERE state <> 'waiting'
    """

  /// Who mails were written to, where that is a subscriber.
  public static func customers(of mails: Set<Int64>, in tx: Transaction) throws -> [Int64: Int64] {
    let rows = try tx.rows("SELECT id, customer FROM mail WHERE id \(in: mails.sorted()) AND customer IS NOT NULL")
    return Dictionary(
      try rows.map { (try $0.integer("id"), try $0.integer("customer")) }, uniquingKeysWith: { first, _ in first })
  }

  /// A worker's steps, beside those that the outbox has for every lane.
  public static func steps(_ kernel: Kernel) -> [Step] {
    let forget = ForgetMails(kernel: kernel)
    return [Step("forget mails", idle: .minutes(10)) { try await forget.run() }]
  }
}
