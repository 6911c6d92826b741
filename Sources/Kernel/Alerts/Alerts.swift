import Store

/// A question that a part asks its own data again and again. What it finds is an alert with an owner and a time by which
/// somebody else is told.
public struct Check: Sendable {
  public struct Finding: Sendable {
    /// What it is about: `lane:carrier`. One open alert for each.
    public var subject: String
    /// A sentence for people, with the figures.
    public var message: String

    public init(subject: String, message: String) {
      self.subject = subject
      self.message = message
    }
  }

  public var name: String
  public var owner: String
  public var escalatesTo: String
  public var escalatesAfter: Span
  /// At most `Check.limit` findings; runs on a snapshot.
  public var find: @Sendable (Transaction, Instant) throws -> [Finding]

  public static let limit = 100

  public init(
    name: String, owner: String, escalatesTo: String, escalatesAfter: Span,
    find: @escaping @Sendable (Transaction, Instant) throws -> [Finding]
  ) {
    self.name = name
    self.owner = owner
    self.escalatesTo = escalatesTo
    self.escalatesAfter = escalatesAfter
    self.find = find
  }
}

public struct Alerts: Sendable {
  let kernel: Kernel
  let checks: [Check]
  /// nil: alerts are seen by those who look.
  let tell: TellOfAlert?

  public init(kernel: Kernel, checks: [Check], tell: TellOfAlert? = nil) {
    self.kernel = kernel
    self.checks = checks
    self.tell = tell
  }

  /// Runs every check: raises what is new, clears what is over, escalates what nobody mended in time.
  /// - Returns: how many alerts were raised.
  public func run() async throws -> Int {
    var raised = 0
    for check in checks {
      let now = kernel.world.now()
      let (findings, isOpen) = try await kernel.store.read { tx in
        (
          Array(try check.find(tx, now).prefix(Check.limit)),
          try tx.row("SELECT id FROM alert WHERE name = \(check.name) AND cleared_at IS NULL LIMIT 1") != nil
        )
      }
      // Most of the time there is nothing to write down.
      guard isOpen || !findings.isEmpty else { continue }
      raised += try await kernel.change(by: .system("alerts"), canRepeat: true) { change in
        try save(findings, of: check, in: change)
      }
    }
    return raised
  }

  private func save(_ findings: [Check.Finding], of check: Check, in change: Change) throws -> Int {
    let now = change.now
    var raised = 0
    for finding in findings {
      let seen = try change.tx.execute(
        """
        UPDATE alert SET seen_at = \(now), message = \(finding.message)
        WHERE name = \(check.name) AND subject = \(finding.subject) AND cleared_at IS NULL
        """)
      guard seen == 0 else { continue }
      let inserted = try change.tx.execute(
        """
        INSERT INTO alert (id, name, subject, message, raised_at, owner, escalates_at, seen_at)
        VALUES (\(try change.id()), \(check.name), \(finding.subject), \(finding.message), \(now), \(check.owner),
          \(now + check.escalatesAfter), \(now)) ON CONFLICT DO NOTHING
        """)
      guard inserted == 1 else { continue }
      raised += 1
      change.record(AlertRaised(name: check.name, about: finding.subject, message: finding.message, owner: check.owner))
      try tell?(
        AlertNews(
          .raised, name: check.name, about: finding.subject, message: finding.message, owner: check.owner, at: now),
        change)
    }
    let over = try change.tx.rows(
      """
      UPDATE alert SET cleared_at = \(now)
      WHERE name = \(check.name) AND cleared_at IS NULL AND NOT (subject \(in: findings.map(\.subject)))
      RETURNING subject
      """)
    for row in over { change.record(AlertCleared(name: check.name, about: try row.text("subject"))) }
    let late = try change.tx.rows(
      """
      UPDATE alert SET escalated_to = \(check.escalatesTo), escalated_at = \(now)
      WHERE name = \(check.name) AND cleared_at IS NULL AND escalated_to IS NULL AND escalates_at <= \(now)
      RETURNING subject, message
      """)
    for row in late {
      let about = try row.text("subject")
      change.record(AlertEscalated(name: check.name, about: about, to: check.escalatesTo))
      try tell?(
        AlertNews(
          .escalated, name: check.name, about: about, message: try row.text("message"), owner: check.escalatesTo,
          at: now), change)
    }
    return raised
  }
}

struct AlertRaised: Fact {
  static let kind = "alertRaised"
  let name: String
  let about: String
  let message: String
  let owner: String
  var subject: String { "alert:\(name)" }
  var body: FactBody { ["about": .text(about), "message": .text(message), "owner": .text(owner)] }
}

struct AlertCleared: Fact {
  static let kind = "alertCleared"
  let name: String
  let about: String
  var subject: String { "alert:\(name)" }
  var body: FactBody { ["about": .text(about)] }
}

struct AlertEscalated: Fact {
  static let kind = "alertEscalated"
  let name: String
  let about: String
  let to: String
  var subject: String { "alert:\(name)" }
  var body: FactBody { ["about": .text(about), "to": .text(to)] }
}
