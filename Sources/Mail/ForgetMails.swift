import Kernel
import Store

/// Gives up what is too late to be sent, and deletes what nobody needs any more.
public struct ForgetMails: Sendable {
  let kernel: Kernel

  /// How long a mail can be looked at after its end, for whoever answers "I never got it".
  public static let keeps = Span.days(30)
  private static let batch = 500

  public init(kernel: Kernel) { self.kernel = kernel }

  /// - Returns: how many were given up or deleted.
  public func run() async throws -> Int {
    try await kernel.change(by: .system("mail"), canRepeat: true) { change in
      try Self.giveUp(in: change) + Self.delete(in: change)
    }
  }

  /// Without a server nothing takes mails up and finds that they are too late; nor may a server that is configured a year
  /// later send all of them. Whatever has left is for the outbox to find out about.
  private static func giveUp(in change: Change) throws -> Int {
    let late = try change.tx.rows(
      """
      SELECT id FROM mail WHERE state = 'waiting' AND expires_at <= \(change.now)
      ORDER BY expires_at, id LIMIT \(batch) \(.skipLocked)
      """
    ).map { try $0.integer("id") }
    let slots = Dictionary(late.map { (Mailer.slot($0), $0) }, uniquingKeysWith: { first, _ in first })
    let withdrawn = try Outbox.withdraw(slots.keys.sorted(), code: SMTPRelay.expired, in: change)
    for slot in withdrawn.sorted() {
      guard let id = slots[slot] else { continue }
      try QueuedMail.waiting(id, in: change.tx)?.end("expired", code: nil, in: change)
    }
    return try withdrawn.count + giveUpUnknown(in: change)
  }

  /// What became of it is still not known long after anybody could use it: its content goes all the same.
  private static func giveUpUnknown(in change: Change) throws -> Int {
    let lost = try change.tx.rows(
      """
      SELECT id FROM mail WHERE state = 'waiting' AND expires_at <= \(change.now - .days(5))
      ORDER BY expires_at, id LIMIT \(batch) \(.skipLocked)
      """)
    for row in lost {
      try QueuedMail.waiting(try row.integer("id"), in: change.tx)?.end("expired", code: "unknown", in: change)
    }
    return lost.count
  }

  private static func delete(in change: Change) throws -> Int {
    try change.tx.execute(
      """
      DELETE FROM mail WHERE id IN (
        SELECT id FROM mail WHERE ended_at IS NOT NULL AND ended_at <= \(change.now - keeps)
        ORDER BY ended_at, id LIMIT \(batch) \(.skipLocked))
      """)
  }
}
