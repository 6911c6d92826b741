import Billing
import Kernel
import Store

/// Holds the engine's belief against the partners' own books.
struct RenewalAudit {
  private let store: Store
  private let journal: Journal
  private let partners: [BookCounterpart]
  private let now: Instant

  init(_ simulation: RenewalSimulation, journal: Journal) {
    store = simulation.store
    partners = simulation.partners
    now = simulation.clock.now
    self.journal = journal
  }

  func run() async throws -> [String] {
    try await obligations() + (try await money()) + (try await waiting()) + (try await alerts()) + (try await proof())
  }

  /// What one obligation came to, by the engine.
  private struct Owed: Sendable {
    var id: Int64
    var amount: Int64
    var state: String
    var lane: String
    var references: [(reference: String, state: String, parked: Bool)]
  }

  /// Per obligation, from the partner's truth: at most one capture stands, less refunds; and what stands is what is believed.
  private func obligations() async throws -> [String] {
    var problems: [String] = []
    for owed in try await read() {
      guard let book = partners.first(where: { $0.lane == owed.lane })?.book else { continue }
      let isParked = owed.references.contains { $0.parked }
      var net: Int64 = 0
      for attempt in owed.references {
        net += book.withBook { $0.truth(reference: attempt.reference) }.sums.reduce(0) {
          $0 + $1.captured - $1.refunded
        }
      }
      let story = owed.references.map { "\($0.reference)=\($0.state)" }.joined(separator: " ")
      if net > owed.amount, !isParked {
        problems.append("obligation \(owed.id) on \(owed.lane): \(net) stands, \(owed.amount) is owed (\(story))")
      }
      switch owed.state {
      case "settled" where net != owed.amount && !isParked:
        problems.append("obligation \(owed.id) on \(owed.lane) is settled, but \(net) stands (\(story))")
      case "uncollectable" where net != 0, "waived" where net != 0:
        problems.append("obligation \(owed.id) on \(owed.lane) is \(owed.state), but \(net) stands (\(story))")
      case "open" where !isParked:
        problems.append("obligation \(owed.id) on \(owed.lane) is open at the end, with nobody named (\(story))")
      default: break
      }
    }
    return problems
  }

  private func read() async throws -> [Owed] {
    try await store.read { tx in
      var all: [Int64: Owed] = [:]
      let rows = try tx.rows(
        """
        SELECT o.id, o.amount, o.state, e.reference, e.lane, e.state AS effect, e.owner FROM obligation AS o
        LEFT JOIN effect AS e ON e.slot = 'obligation:' || CAST(o.id AS TEXT) ORDER BY o.id, e.id
        """)
      for row in rows {
        let id = try row.integer("id")
        let attempt = (
          reference: try row.textOrNull("reference") ?? "", state: try row.textOrNull("effect") ?? "none",
          parked: try row.textOrNull("owner") != nil
        )
        let fresh = Owed(
          id: id, amount: try row.integer("amount"), state: try row.text("state"),
          lane: try row.textOrNull("lane") ?? "", references: [])
        all[id, default: fresh].references.append(attempt)
      }
      return all.values.sorted { $0.id < $1.id }
    }
  }

  /// Money and journal agree to the cent.
  private func money() async throws -> [String] {
    try await store.read { tx in
      let captured = try tx.integer("SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM capture") ?? 0
      let journalled = try tx.rows(
        "SELECT kind, body FROM fact WHERE kind IN ('chargeSettled', 'surplusFound') ORDER BY id"
      ).reduce(Int64(0)) { sum, row in sum + Self.amount(in: try row.text("body")) }
      return captured == journalled ? [] : ["captures come to \(captured), the journal to \(journalled)"]
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
      let unmatched = try tx.integer("SELECT count(*) FROM evidence WHERE state = 'waiting'")
      if unmatched != 0 { problems.append("\(unmatched ?? 0) pieces of evidence belong to nothing") }
      let held = try tx.integer(
        """
        SELECT count(*) FROM capture AS c WHERE c.role = 'surplus' AND NOT EXISTS (
          SELECT 1 FROM refund AS r WHERE r.capture = c.id AND r.state IN ('done', 'asked'))
        """)
      if held != 0 { problems.append("\(held ?? 0) surplus payments have no refund") }
      return problems
    }
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
