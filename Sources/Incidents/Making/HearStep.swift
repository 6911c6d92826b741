import Kernel
import Store

/// The worker's step that hears what became of remedies: the database compares those under way with what the part says has
/// ended. A late "it happened after all" counts too.
package struct HearStep: Sendable {
  let kernel: Kernel
  let parts: HarmParts
  package var batch = 1_000

  package init(kernel: Kernel, parts: HarmParts) {
    self.kernel = kernel
    self.parts = parts
  }

  /// - Returns: how many came to an end.
  package func run() async throws -> Int {
    var count = 0
    for remedy in parts.remedies { count += try await hear(remedy) }
    if count > 0 { try kernel.between(.heard) }
    return count
  }

  private func hear(_ remedy: any Remedy) async throws -> Int {
    let news: SQL =
      """
      SELECT r.id, r.affected, r.incident, r.amount, r.unit, a.person, e.outcome, e.evidence FROM remedy AS r
      JOIN (\(remedy.ended())) AS e ON e.reference = r.reference JOIN affected AS a ON a.id = r.affected
      WHERE r.kind = \(remedy.name) AND r.state IN ('underWay', 'refused', 'held') AND r.reference IS NOT NULL
        AND (r.state = 'underWay' OR e.outcome = 'done')
      ORDER BY r.id LIMIT \(batch)
      """
    guard try await kernel.store.read({ tx in try tx.row(news) }) != nil else { return 0 }
    return try await kernel.change(by: .system("incidents"), canRepeat: true) { change in
      let rows = try change.tx.rows(news)
      let changed = Set(
        try change.tx.updateKeys(
          "remedy", [.integer("id"), .text("state"), .text("evidence")],
          rows: rows.map {
            [.integer(try $0.integer("id")), .text(try $0.text("outcome")), .text(try $0.text("evidence"))]
          },
          set: """
            state = \(column: "state"), evidence = \(column: "evidence"), ended_at = \(change.now),
            code = CASE WHEN \(column: "state") = 'refused' THEN \(column: "evidence") ELSE NULL END
            """,
          where: """
            remedy.id = \(column: "id") AND (remedy.state = 'underWay'
              OR (remedy.state IN ('refused', 'held') AND \(column: "state") = 'done'))
            """))
      let ended = try rows.filter { changed.contains(try $0.integer("id")) }
      var reached: [Bool: [Int64]] = [:]
      for row in ended {
        let outcome = try row.text("outcome")
        reached[outcome == "done", default: []].append(try row.integer("affected"))
        change.record(
          PersonFact(
            person: try row.text("person"), incident: try row.integer("incident"), what: "remedy.\(outcome)",
            about: remedy.name, reason: try row.text("evidence"), amount: try row.integer("amount"),
            unit: try row.text("unit")))
      }
      if remedy.tells {
        for (isDone, ids) in reached {
          try Affected.contacted(ids, means: "mail", reached: isDone, note: remedy.name, in: change)
        }
      }
      try Affected.settle(try ended.map { try $0.integer("affected") }, in: change)
      return ended.count
    }
  }
}
