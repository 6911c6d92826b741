import Kernel
import Store

/// The worker's step that carries out what runs: takes people of whom something is to do, writes down what they get and begins
/// it, in one transaction. Whom it took is marked in the same transaction, so that a crash loses nobody and doubles nothing; and
/// whoever joins later is marked as to do, so that nobody is left out.
package struct MakeWholeStep: Sendable {
  let kernel: Kernel
  let parts: HarmParts
  /// As large as what a sender takes: a smaller one would leave half empty, and wait for more to gather.
  package var batch = 1_000

  package init(kernel: Kernel, parts: HarmParts) {
    self.kernel = kernel
    self.parts = parts
  }

  /// - Returns: how many people were looked at.
  package func run() async throws -> Int {
    let running = try await kernel.store.read { tx in
      try tx.rows(
        "SELECT \(name: RemedyRule.columns) FROM remedy_rule WHERE state = 'running' ORDER BY id LIMIT 100"
      ).map(RemedyRule.init)
    }
    var count = 0
    for rule in running { count += try await take(rule) }
    if count > 0 { try kernel.between(.remedied) }
    return count
  }

  private func take(_ rule: RemedyRule) async throws -> Int {
    try await kernel.change(by: .system("incidents"), canRepeat: true) { [parts, batch] change in
      let runs = try change.tx.row("SELECT id FROM remedy_rule WHERE id = \(rule.id) AND state = 'running'")
      let incident = try Incident.find(rule.incident, in: change.tx)
      guard runs != nil, let incident, incident.state != .closed, let cohort = incident.cohort else { return 0 }
      let rows = try change.tx.rows(
        """
        SELECT id, person FROM affected WHERE incident = \(rule.incident) AND todo = 1 ORDER BY id LIMIT \(batch)
        \(.skipLocked)
        """)
      guard !rows.isEmpty else { return 0 }
      let people = try rows.map { (id: try $0.integer("id"), name: try $0.text("person")) }
      let plan = try RemedyPlan(rule, people, cohort: cohort, parts, in: change)
      if let over = try plan.reserve(in: change) {
        _ = try StopRemedies.stop(rule.id, rule.incident, over, in: change)
        return 0
      }
      try plan.begin(in: change)
      try change.tx.execute("UPDATE affected SET todo = 0 WHERE id \(in: people.map(\.id))")
      try Affected.settle(people.map(\.id), in: change)
      return people.count
    }
  }
}
