import Kernel
import Store

/// The worker's step that fills cohorts. The database goes through one slice of keys in one statement and one transaction, so
/// that other writers come in between; where it stands is saved with what it found, so that a crash loses nothing and a
/// second worker finds nothing twice.
package struct SearchStep: Sendable {
  let kernel: Kernel
  let parts: HarmParts
  static let outsiders = 50

  package init(kernel: Kernel, parts: HarmParts) {
    self.kernel = kernel
    self.parts = parts
  }

  /// - Returns: how many slices were searched; 0: nobody is searched for.
  package func run() async throws -> Int {
    let searching = try await kernel.store.read { tx in
      try tx.rows("SELECT \(name: Cohort.columns) FROM cohort WHERE state = 'searching' ORDER BY id LIMIT 100")
        .map(Cohort.init)
    }
    var count = 0
    for cohort in searching {
      // A program that has this part will go on with it.
      guard let finder = try? parts.finder(cohort.finder) else { continue }
      try await advance(cohort, finder)
      count += 1
    }
    return count
  }

  private func advance(_ cohort: Cohort, _ finder: any Finder) async throws {
    guard cohort.key <= cohort.last else { return try await freeze(cohort, finder) }
    let end = min(cohort.last, cohort.key.addingReportingOverflow(max(1, finder.slice) - 1).partialValue)
    let found = try finder.affected(cohort.rule, keys: cohort.key...end)
    try await kernel.change(by: .system("incidents"), canRepeat: true) { change in
      let moved = try change.tx.execute(
        """
        UPDATE cohort SET key = \(end + 1) WHERE id = \(cohort.id) AND key = \(cohort.key) AND state = 'searching'
        """)
      // Another worker was faster, or somebody dropped it.
      guard moved == 1 else { return }
      try change.tx.execute(
        """
        INSERT INTO cohort_item (cohort, person, item, amount, unit, back, coming, evidence)
        SELECT \(cohort.id), f.person, f.item, f.amount, f.unit, f.back, f.coming, f.evidence FROM (\(found)) AS f
        """)
    }
    try kernel.between(.searched)
  }

  /// Counts, compares with the version before, takes a sample from outside, and never changes it again.
  private func freeze(_ cohort: Cohort, _ finder: any Finder) async throws {
    let outside = try finder.outside(cohort.rule, limit: Self.outsiders)
    try await kernel.change(by: .system("incidents"), canRepeat: true) { change in
      let tx = change.tx
      let isOurs = try tx.row("SELECT id FROM cohort WHERE id = \(cohort.id) AND state = 'searching' \(.skipLocked)")
      guard isOurs != nil else { return }
      let totals = try tx.rows(
        """
        INSERT INTO cohort_total (cohort, unit, people, items, amount, back, coming)
        SELECT \(cohort.id), unit, count(DISTINCT person), count(*), CAST(sum(amount) AS BIGINT), CAST(sum(back) AS BIGINT),
          CAST(sum(coming) AS BIGINT)
        FROM cohort_item WHERE cohort = \(cohort.id) GROUP BY unit RETURNING people, items
        """)
      try tx.execute(
        """
        INSERT INTO cohort_outside (cohort, person, item, why, evidence)
        SELECT \(cohort.id), o.person, o.item, o.why, o.evidence FROM (\(outside)) AS o WHERE true ON CONFLICT DO NOTHING
        """)
      let (added, removed) = try Self.compare(cohort, in: change)
      let items = try totals.reduce(Int64(0)) { try $0 + $1.integer("items") }
      // Of several units somebody may have more than one: only then they are counted once more.
      let people =
        try totals.count < 2
        ? totals.first?.integer("people") ?? 0
        : tx.integer(
          "SELECT count(*) FROM (SELECT 1 AS one FROM cohort_item WHERE cohort = \(cohort.id) GROUP BY person) AS p")
          ?? 0
      try tx.execute(
        """
        UPDATE cohort SET state = 'frozen', frozen_at = \(change.now), people = \(people),
          items = \(items), added = \(added), removed = \(removed) WHERE id = \(cohort.id)
        """)
      change.record(
        IncidentFact(
          incident: cohort.incident, what: "cohortFrozen",
          about: added.map { "added \($0), removed \(removed ?? 0)" }, number: cohort.n, count: people))
    }
  }

  /// Whom the approved version before did not have, and whom this one has no more, each with why.
  private static func compare(_ cohort: Cohort, in change: Change) throws -> (added: Int?, removed: Int?) {
    guard let before = try cohort.before(in: change.tx) else { return (nil, nil) }
    let isSame = before.rule == cohort.rule && before.finder == cohort.finder
    let why = isSame ? "the data changed since version \(before.n)" : "another rule than version \(before.n)"
    func difference(_ what: String, in one: Int64, notIn other: Int64) throws -> Int {
      try change.tx.execute(
        """
        INSERT INTO cohort_change (cohort, person, what, why)
        SELECT DISTINCT \(cohort.id), a.person, \(what), \(why) FROM cohort_item AS a WHERE a.cohort = \(one)
          AND NOT EXISTS (SELECT 1 FROM cohort_item AS b WHERE b.cohort = \(other) AND b.person = a.person)
        """)
    }
    return (
      try difference("added", in: cohort.id, notIn: before.id),
      try difference("removed", in: before.id, notIn: cohort.id)
    )
  }
}
