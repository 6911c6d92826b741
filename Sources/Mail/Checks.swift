import Kernel
import Store

/// Questions that mail asks its own data.
enum MailChecks {
  static let all = [waiting, refused]

  /// Only where mail is sent at all: without a server every mail is kept here.
  static let waiting = Check(
    name: "mailsLate", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .hours(4)
  ) { tx, now in
    let isSending = try tx.row("SELECT name FROM lane WHERE name = \(MailModule.lane) AND filled_at > 0") != nil
    guard isSending else { return [] }
    let late = try tx.integer(
      """
      SELECT count(*) FROM (SELECT id FROM mail WHERE state = 'waiting' AND made_at <= \(now - .hours(1))
        AND expires_at > \(now - .days(5)) LIMIT 1000) AS w
      """)
    guard let late, late > 0 else { return [] }
    return [
      .init(subject: "lane:\(MailModule.lane)", message: "\(late) mails have waited for more than an hour to be sent.")
    ]
  }

  /// One refused mailbox is the mailbox's matter; many are ours.
  static let refused = Check(
    name: "mailsRefused", owner: "operations", escalatesTo: "head of operations", escalatesAfter: .days(1)
  ) { tx, now in
    let row = try tx.row(
      """
      SELECT count(*) AS n, CAST(COALESCE(sum(CASE WHEN state = 'refused' THEN 1 ELSE 0 END), 0) AS BIGINT) AS refused
      FROM (SELECT state FROM mail WHERE ended_at > \(now - .days(1)) LIMIT 100000) AS m
      """)
    let (all, refused) = (try row?.integer("n") ?? 0, try row?.integer("refused") ?? 0)
    guard refused >= 10, refused * 10 >= all else { return [] }
    return [
      .init(
        subject: "lane:\(MailModule.lane)",
        message: "\(refused) of \(all) mails of the last 24 hours were refused by the mail server.")
    ]
  }
}
