import Billing
import Kernel
import Store

/// Looks for what the engine promised and did not keep: what its own tables say here, what the partners' books say in `BookAudit`.
struct RenewalAudit {
  private let store: Store
  private let journal: Journal
  private let books: BookAudit
  private let acknowledged: Set<String>
  private let refundsAsked: Int
  private let now: Instant

  /// - Parameter refundsAsked: how often somebody asked for a refund and was not refused.
  init(_ simulation: RenewalSimulation, journal: Journal, told: [Told], refundsAsked: Int) {
    self.refundsAsked = refundsAsked
    store = simulation.store
    now = simulation.clock.now
    self.journal = journal
    acknowledged = told.reduce(into: []) { $0.formUnion($1.acknowledged) }
    books = BookAudit(
      store: store, partners: simulation.partners, told: told.reduce(into: []) { $0.formUnion($1.certain) },
      takenBack: told.reduce(into: []) { $0.formUnion($1.takenBack) })
  }

  func run() async throws -> [String] {
    try await books.run() + (try await money()) + (try await waiting()) + (try await received())
      + (try await orders()) + (try await alerts()) + (try await proof())
  }

  /// Money and journal agree to the cent.
  private func money() async throws -> [String] {
    try await store.read { tx in
      let captured = try tx.integer("SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM capture") ?? 0
      let journalled = try tx.rows(
        "SELECT kind, body FROM fact WHERE kind IN ('chargeSettled', 'surplusFound') ORDER BY id"
      ).reduce(Int64(0)) { sum, row in sum + Self.amount(in: try row.text("body")) }
      let taken = try tx.integer("SELECT CAST(COALESCE(sum(taken_back), 0) AS BIGINT) FROM capture") ?? 0
      let written = try tx.rows("SELECT body FROM fact WHERE kind = 'chargedBack' ORDER BY id").reduce(Int64(0)) {
        $0 + Self.amount(in: try $1.text("body"))
      }
      return (captured == journalled ? [] : ["captures come to \(captured), the journal to \(journalled)"])
        + (taken == written ? [] : ["\(taken) was taken back by banks, the journal says \(written)"])
    }
  }

  private static func amount(in body: String) -> Int64 {
    body.firstMatch(of: #/"amount":(\d+)/#).flatMap { Int64($0.1) } ?? 0
  }

  /// Nothing waits unseen: what is not over has a date or a person, and no evidence of ours lies about.
  private func waiting() async throws -> [String] {
    try await store.read { tx in
      var problems: [String] = []
      let lost = try tx.integer(
        """
        SELECT count(*) FROM effect WHERE state IN ('sent', 'unknown', 'pending') AND next_at IS NULL AND owner IS NULL
        """)
      if lost != 0 { problems.append("\(lost ?? 0) effects are open without a date or a person") }
      let unread = try tx.integer("SELECT count(*) FROM evidence WHERE state = 'new'")
      if unread != 0 { problems.append("\(unread ?? 0) pieces of evidence were never weighed") }
      // What names nothing but the partner's own id may be about something whose id never reached us; an alert says so.
      let unmatched = try tx.integer("SELECT count(*) FROM evidence WHERE state = 'waiting' AND reference IS NOT NULL")
      if unmatched != 0 { problems.append("\(unmatched ?? 0) pieces of evidence belong to nothing") }
      return problems
    }
  }

  /// What was acknowledged is kept.
  private func received() async throws -> [String] {
    let kept = try await store.read { tx in
      Set(
        try tx.rows("SELECT lane, event_id FROM evidence WHERE source = 'notification'").map {
          "\(try $0.text("lane"))/\(try $0.text("event_id"))"
        })
    }
    return acknowledged.subtracting(kept).sorted().map { "the notification \($0) was acknowledged and is not there" }
  }

  /// What people said was done, once, and from then on.
  private func orders() async throws -> [String] {
    let refundsAsked = refundsAsked
    return try await store.read { tx in
      var problems: [String] = []
      let refunds = Int(try tx.integer("SELECT count(*) FROM refund WHERE cause = 'request'") ?? 0)
      if refunds > refundsAsked { problems.append("\(refundsAsked) refunds were asked for, \(refunds) were made") }
      let charged = try tx.rows(
        """
        SELECT e.reference FROM subscription AS s JOIN obligation AS o ON o.subscription = s.id
        JOIN effect AS e ON e.slot = 'obligation:' || CAST(o.id AS TEXT)
        WHERE s.state = 'cancelled' AND s.end_reason = 'moves away' AND e.sent_at > s.ended_at ORDER BY e.id
        """)
      problems += try charged.map { "\(try $0.text("reference")) was sent after its subscription was cancelled" }
      problems += try Self.sentOnStoppedLanes(tx)
      return problems
    }
  }

  private static func sentOnStoppedLanes(_ tx: Transaction) throws -> [String] {
    var stopped: [String: Instant] = [:]
    var problems: [String] = []
    for row in try tx.rows("SELECT subject, at, body FROM fact WHERE kind = 'laneSwitched' ORDER BY epoch, id") {
      let lane = String(try row.text("subject").dropFirst("lane:".count))
      let at = try row.instant("at")
      if try row.text("body").contains(#""on":0"#) {
        stopped[lane] = at
      } else if let from = stopped.removeValue(forKey: lane) {
        let sent = try tx.rows(
          """
          SELECT reference FROM effect
          WHERE lane = \(lane) AND kind = 'charge' AND sent_at > \(from) AND sent_at < \(at) ORDER BY id
          """)
        problems += try sent.map { "\(try $0.text("reference")) was sent while \(lane) was stopped" }
      }
    }
    return problems
  }

  /// What a check must have seen at its last run has its alert.
  private func alerts() async throws -> [String] {
    // The checks ran for the last time a day before the end.
    let checked = now - .days(1)
    return try await store.read { tx in
      func isOpen(_ name: String) throws -> Bool {
        try tx.row("SELECT id FROM alert WHERE name = \(name) AND cleared_at IS NULL LIMIT 1") != nil
      }
      var problems: [String] = []
      let overdue = try tx.integer(
        """
        SELECT count(*) FROM effect WHERE owner IS NOT NULL AND ended_at IS NULL AND deadline <= \(checked)
        """)
      if overdue != 0, try !isOpen("decisionsOverdue") {
        problems.append("\(overdue ?? 0) decisions are overdue, and no alert says so")
      }
      let stuck = try tx.integer("SELECT count(*) FROM evidence WHERE state = 'stuck' AND received_at <= \(checked)")
      if stuck != 0, try !isOpen("stuckEvidence") {
        problems.append("\(stuck ?? 0) messages are stuck, and no alert says so")
      }
      let unmatched = try tx.integer(
        "SELECT count(*) FROM evidence WHERE state = 'waiting' AND received_at <= \(checked)")
      if unmatched != 0, try !isOpen("unmatchedEvidence") {
        problems.append("\(unmatched ?? 0) messages belong to nothing, and no alert says so")
      }
      return problems
    }
  }

  private func proof() async throws -> [String] {
    // On a PostgreSQL that others use too, their running transactions hold the sealer back: it is given ten seconds.
    for _ in 0..<100 {
      _ = try await journal.seal()
      let waiting = try await store.read { tx in
        try tx.integer(
          "SELECT count(*) FROM fact AS f JOIN journal_head AS h ON (f.epoch, f.id) > (h.epoch, h.id)") ?? 0
      }
      if waiting == 0 { break }
      try await Task.sleep(for: .milliseconds(100))
    }
    let report = try await journal.verify()
    return report.problems.map { "journal: \($0)" }
      + (report.unsealed > 0 ? ["\(report.unsealed) facts are not sealed"] : [])
  }
}
