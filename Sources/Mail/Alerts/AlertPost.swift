import Kernel
import Store
import Words

/// An alert as a letter tells of it.
public struct MailAlert: Sendable {
  /// The check's: `partnerDown`.
  public var name: String
  public var about: String
  public var message: String
  public var isEscalated: Bool
  public var at: Instant

  public init(_ news: AlertNews) {
    name = news.name
    about = news.about
    message = news.message
    isEscalated = news.state == .escalated
    at = news.at
  }

  init(_ row: Row) throws {
    name = try row.text("name")
    about = try row.text("about")
    message = try row.text("message")
    isEscalated = try row.text("state") == "escalated"
    at = try row.instant("at")
  }

  /// What the page of alerts calls it; its name where no page knows it.
  func title(_ words: Words) -> String { words.labels("alert")[name] ?? name }
}

/// Tells the owners of alerts: a letter for each, until there are too many to be read; the rest on one list an hour later. So an
/// account gets at most `single` + 1 letters an hour, however many alerts there are.
public struct AlertPost: Sendable {
  /// Letters of their own in an hour, for one account.
  public static let single = 6
  static let window = Span.hours(1)
  /// Lines of a list.
  static let lines = 20
  private static let batch = 50
  /// How long it is kept who was told.
  private static let keeps = Span.days(7)

  let mailer: Mailer
  /// Where alerts are seen: the page of today.
  let link: MailLink

  public init(mailer: Mailer, link: MailLink) {
    self.mailer = mailer
    self.link = link
  }

  /// - Parameter recipients: each of them an account.
  public func tell(_ news: AlertNews, to recipients: [MailRecipient], in change: Change) throws {
    for recipient in recipients {
      guard case .account(let account) = recipient.owner else { continue }
      let sent = try change.tx.integer(
        """
        SELECT count(*) FROM (SELECT id FROM alert_letter WHERE account = \(account) AND held = 0
          AND at > \(change.now - Self.window) LIMIT \(Self.single)) AS s
        """)
      let isHeld = (sent ?? 0) >= Self.single
      try change.tx.execute(
        """
        INSERT INTO alert_letter (id, account, name, about, message, state, at, held)
        VALUES (\(try change.id()), \(account), \(news.name), \(news.about), \(news.message), \(news.state.rawValue),
          \(change.now), \(isHeld ? 1 : 0))
        """)
      if !isHeld { try mailer.enqueue(.alert(MailAlert(news), link: link), to: recipient, in: change) }
    }
  }

  /// Writes the lists that are due, and forgets who was told long ago.
  /// - Parameter recipient: of an account; nil: it gets no letters any more.
  /// - Returns: how many lists were written.
  public func digest(
    _ kernel: Kernel, recipient: @escaping @Sendable (Int64, Transaction) throws -> MailRecipient?
  ) async throws -> Int {
    let now = kernel.world.now()
    let due = try await kernel.store.read { tx in
      try tx.rows(
        """
        SELECT account FROM alert_letter WHERE held = 1 GROUP BY account HAVING min(at) <= \(now - Self.window)
        ORDER BY account LIMIT \(Self.batch)
        """
      ).map { try $0.integer("account") }
    }
    for account in due {
      try await kernel.change(by: .system("alerts"), canRepeat: true) { change in
        try list(of: account, try recipient(account, change.tx), in: change)
      }
    }
    try await forget(kernel)
    return due.count
  }

  private func list(of account: Int64, _ recipient: MailRecipient?, in change: Change) throws {
    // Two workers may come here at once: the rows are whose who deletes them.
    let held = try change.tx.rows(
      """
      DELETE FROM alert_letter WHERE account = \(account) AND held = 1
      RETURNING id, name, about, message, state, at
      """)
    guard let recipient, !held.isEmpty else { return }
    let alerts = try held.sorted { try $0.integer("id") < $1.integer("id") }.prefix(Self.lines).map(MailAlert.init)
    try mailer.enqueue(.alertDigest(alerts, count: held.count, link: link), to: recipient, in: change)
  }

  private func forget(_ kernel: Kernel) async throws {
    let before = kernel.world.now() - Self.keeps
    let isAny = try await kernel.store.read { tx in
      try tx.row("SELECT id FROM alert_letter WHERE held = 0 AND at < \(before) LIMIT 1") != nil
    }
    guard isAny else { return }
    try await kernel.change(by: .system("alerts"), canRepeat: true) { change in
      _ = try change.tx.execute(
        """
        DELETE FROM alert_letter WHERE id IN (
          SELECT id FROM alert_letter WHERE held = 0 AND at < \(before) ORDER BY at LIMIT 1000)
        """)
    }
  }
}
