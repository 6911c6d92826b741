import Billing
import Kernel
import Store
import Synchronization

/// Holds the partner's book against what the incident says, when it is over.
struct RepairAudit {
  private let simulation: RepairSimulation
  private var outcome: RepairOutcome

  init(_ simulation: RepairSimulation) {
    self.simulation = simulation
    outcome = simulation.counts.withLock { $0 }
  }

  func run() async throws -> RepairOutcome {
    var copy = self
    try await copy.readBook()
    try await copy.readIncident()
    try await copy.readRemedies()
    try await copy.readJournal()
    return copy.outcome
  }

  /// When what was known: how the refunds in the book left, and when the service heard of what banks took back.
  private struct Times {
    var sent: [String: Instant] = [:]
    var heard: [String: Instant] = [:]

    init(_ store: Store) async throws {
      (sent, heard) = try await store.read { tx in
        (
          try tx.rows("SELECT reference, sent_at FROM effect WHERE kind = 'refund' AND sent_at IS NOT NULL")
            .reduce(into: [:]) { $0[try $1.text("reference")] = try $1.instant("sent_at") },
          try tx.rows("SELECT partner_id, heard_at FROM chargeback").reduce(into: [:]) {
            $0[try $1.text("partner_id")] = try $1.instant("heard_at")
          }
        )
      }
    }
  }

  /// Of each period one payment is meant. What went back beyond that was paid twice: unless a bank took it back when a refund had
  /// left, or nobody here could know.
  private mutating func readBook() async throws {
    let history = simulation.history
    let times = try await Times(simulation.store)
    var refunded: [String: [Instant]] = [:]
    var returned: [String: [Instant]] = [:]
    outcome.charged = history.doubled.count
    outcome.surplus = history.surplus
    outcome.surplusAmount = Int64(history.surplus) * ReplayPlan.price
    var back: [String: Int64] = [:]
    simulation.partner.book.withBook { book in
      book.forEachEntry { entry in
        guard let original = entry.original else { return }
        if entry.kind == .return {
          if let heard = times.heard[entry.transaction] { returned[original, default: []].append(heard) }
          outcome.takenBack += 1
        }
        guard entry.kind == .refund else { return }
        refunded[original, default: []].append(times.sent[entry.reference] ?? entry.createdAt)
        back[original, default: 0] += entry.amount
        outcome.refunds += 1
        outcome.givenBack += entry.amount
      }
    }
    var surplus: Set<String> = []
    for period in history.doubled.values.joined() {
      surplus.formUnion(period)
      let wrong = period.count { ![0, ReplayPlan.price].contains(back[$0, default: 0]) }
      let left = period.flatMap { refunded[$0] ?? [] }.sorted()
      // What a bank took when the refund of that payment had left is finance's to settle; the others are owed all the same.
      let heard = period.flatMap { charge in
        (returned[charge] ?? []).filter { heard in !(refunded[charge] ?? []).contains { $0 <= heard } }
      }
      let over = left.enumerated().count { before, sent in
        before + heard.count { $0 < sent } >= period.count - 1
      }
      let again = period.count { charge in
        (returned[charge] ?? []).contains { heard in (refunded[charge] ?? []).contains { $0 > heard } }
      }
      outcome.paidTwice += max(over, again) + wrong
      outcome.leftOut += max(0, period.count - 1 - period.count { refunded[$0] != nil || returned[$0] != nil })
    }
    outcome.paidTwice += back.keys.count { !surplus.contains($0) }
    if outcome.paidTwice > 0 {
      outcome.problems.append("\(outcome.paidTwice) charges were given back wrongly or twice")
    }
  }

  private mutating func readIncident() async throws {
    let (found, held, states) = try await simulation.store.read { tx in
      (
        Set(
          try tx.rows(
            """
            SELECT DISTINCT c.reference FROM incident AS i JOIN cohort_item AS ci ON ci.cohort = i.cohort
            JOIN customer AS c ON c.id = CAST(substr(ci.person, 10) AS BIGINT)
            """
          ).map { try $0.text("reference") }),
        try tx.integer("SELECT CAST(COALESCE(sum(amount), 0) AS BIGINT) FROM remedy WHERE state = 'held'") ?? 0,
        try tx.rows("SELECT state, count(*) AS n FROM affected GROUP BY state").reduce(into: [String: Int]()) {
          $0[try $1.text("state")] = try $1.int("n")
        }
      )
    }
    let named = Set(simulation.history.doubled.keys.map { "c\($0)" })
    outcome.found = found.count
    outcome.missed = named.subtracting(found).count
    outcome.wronglyNamed = found.subtracting(named).count
    outcome.held = held
    outcome.whole = states["whole"] ?? 0
    outcome.unreachable = states["unreachable"] ?? 0
    if outcome.missed > 0 { outcome.problems.append("\(outcome.missed) people were not found") }
    if outcome.wronglyNamed > 0 { outcome.problems.append("\(outcome.wronglyNamed) people were named wrongly") }
    let open = states.filter { !["whole", "unreachable", "unharmed"].contains($0.key) }
    if !open.isEmpty { outcome.problems.append("still open: \(open)") }
    // Whatever is not given back must be held for somebody who could not be reached.
    let lacking = Int64(outcome.leftOut) * ReplayPlan.price
    if lacking != held { outcome.problems.append("\(lacking) is not given back, and \(held) is held") }
    let versions = try await simulation.store.read { tx in
      try tx.row(
        """
        SELECT count(*) AS n, CAST(COALESCE(sum(added), 0) AS BIGINT) AS added FROM cohort WHERE state = 'approved'
        """
      ).map { (try $0.int("n"), try $0.int("added")) }
    }
    (outcome.versions, outcome.addedLater) = versions ?? (0, 0)
    let twice = try await simulation.store.read { tx in
      try tx.integer(
        "SELECT count(*) FROM (SELECT affected FROM remedy GROUP BY affected, kind, about HAVING count(*) > 1) AS d")
        ?? 0
    }
    if twice > 0 { outcome.problems.append("\(twice) remedies stand there twice") }
  }

  /// What each got, against what was allowed, against whom anybody reached, and against what they said.
  private mutating func readRemedies() async throws {
    let (overspent, left, open, people) = try await simulation.store.read { tx in
      (
        try tx.integer(
          """
          SELECT count(*) FROM remedy_total AS t WHERE spent < COALESCE((SELECT CAST(sum(f.amount) AS BIGINT)
            FROM remedy AS r JOIN refund AS f ON f.id = r.reference AND f.state <> 'refused' AND f.reason LIKE 'incident:%'
            WHERE r.rule = t.rule AND r.kind = t.kind AND r.unit = t.unit), 0)
          """) ?? 0,
        try tx.integer(
          """
          SELECT count(*) FROM incident AS i JOIN cohort_item AS c ON c.cohort = i.cohort
          JOIN affected AS a ON a.incident = i.id AND a.person = c.person
          WHERE c.back < c.amount AND NOT EXISTS (
            SELECT 1 FROM remedy AS r WHERE r.affected = a.id AND r.about = c.item AND r.kind = 'charges.refund')
          """) ?? 0,
        try tx.integer(
          """
          SELECT count(*) FROM objection AS o JOIN incident AS i ON i.id = o.incident
          WHERE o.answered_at IS NULL OR o.answered_at > i.closed_at
          """) ?? 0,
        try tx.rows("SELECT person, state FROM affected").map {
          (person: try $0.text("person"), state: try $0.text("state"))
        }
      )
    }
    if overspent > 0 { outcome.problems.append("more was given than was taken out of what was allowed") }
    if left > 0 { outcome.problems.append("nobody wrote down what \(left) charges are worth") }
    if open > 0 { outcome.problems.append("it was closed over \(open) objections") }
    let plan = simulation.plan
    let silent = people.count { entry in
      let share = SimulatedLetters.share(entry.person, plan.seed)
      // Neither the letter came nor did they answer the telephone.
      return entry.state == "whole" && share >= plan.hardToReach / 2 && share < plan.hardToReach
    }
    if silent > 0 { outcome.problems.append("\(silent) were called whole whom nobody told") }
  }

  private mutating func readJournal() async throws {
    let journal = try simulation.process(watched: false).engine.journal
    while try await journal.seal() > 0 {}
    let report = try await journal.verify()
    outcome.problems += report.problems.map { "\($0)" }
  }
}
