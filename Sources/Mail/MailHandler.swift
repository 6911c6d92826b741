import Kernel
import Store

/// What becomes of a mail when it is known how its sending went.
struct MailHandler: EffectHandler {
  static let effect = "mail"
  let kind: String = effect
  /// A doubled mail carries the same Message-ID, by which mailboxes know it again; at worst somebody reads it twice. A
  /// receipt or a link that never comes does more harm.
  let mayHappenTwice = true

  /// Pauses before each further attempt. RFC 5321, section 4.5.4.1: half an hour or more, shorter at the beginning.
  static let pauses: [Span] = [.minutes(1), .minutes(5), .minutes(15), .minutes(30), .hours(1), .hours(2), .hours(4)]

  func changed(_ outcomes: [EffectNews], in change: Change) throws {
    for outcome in outcomes where outcome.isNew && outcome.state.isFinal {
      guard let mail = try QueuedMail.waiting(outcome.effect.slotNumber, in: change.tx) else { continue }
      switch (outcome.state, outcome.verdict) {
      case (.done, _), (.surplus, _): try mail.end("sent", code: outcome.code, in: change)
      case (_, .refused(let code)) where SMTPReply.isFinal(code): try mail.end("refused", code: code, in: change)
      case (_, .refused(SMTPRelay.expired)): try mail.end("expired", code: nil, in: change)
      // "Not now", or nobody was reached.
      default: try mail.again(outcome.code, in: change)
      }
    }
  }
}

struct QueuedMail {
  var id: Int64
  var kind: String
  var customer: Int64?
  var account: Int64?
  var attempts: Int
  var expiresAt: Instant

  static func waiting(_ id: Int64, in tx: Transaction) throws -> QueuedMail? {
    try tx.row(
      """
      SELECT id, kind, customer, account, attempts, expires_at FROM mail WHERE id = \(id) AND state = 'waiting' \(.forUpdate)
      """
    ).map(QueuedMail.init)
  }

  init(_ row: Row) throws {
    id = try row.integer("id")
    kind = try row.text("kind")
    customer = try row.integerOrNull("customer")
    account = try row.integerOrNull("account")
    attempts = try row.int("attempts")
    expiresAt = try row.instant("expires_at")
  }

  func end(_ state: String, code: String?, in change: Change) throws {
    try change.tx.execute(
      "UPDATE mail SET state = \(state), ended_at = \(change.now), code = \(code) WHERE id = \(id)")
    change.record(MailEnded(mail: id, customer: customer, account: account, what: kind, outcome: state, code: code))
  }

  /// The same mail, with the same Message-ID, in a new attempt; beyond its time it is given up.
  func again(_ code: String?, in change: Change) throws {
    let pause = MailHandler.pauses[min(attempts, MailHandler.pauses.count) - 1]
    guard change.now + pause < expiresAt else { return try end("expired", code: code, in: change) }
    try change.tx.execute("UPDATE mail SET attempts = attempts + 1, code = \(code) WHERE id = \(id)")
    change.enqueue(Mailer.effect(id, dueAt: change.now + pause))
  }
}
