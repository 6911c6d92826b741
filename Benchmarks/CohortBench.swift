import ArgumentParser
import Billing
import Crypto
import Foundation
import Incidents
import Kernel
import Logging
import Store
import TestSupport

/// (i) Who was charged twice, of ten million charges: the cohort beside the plain question, and the remedy run beside renewals.
struct CohortBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "cohort",
    abstract: "(i) Finding everybody charged twice beside the plain SQL for it, and giving back to each.")

  @OptionGroup var settings: Settings
  @Option(help: "Charges in the table; one in a hundred is a second one for its period.") var count = 1_000_000
  @Option(help: "People of those found who are made whole, for the speed of a remedy run.") var people = 20_000

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    for engine in settings.engines {
      try await withDatabase(on: engine) { address in
        var limits = StoreLimits()
        limits.statement = .seconds(1_800)
        limits.wait = .seconds(600)
        let store = try await Store.open(address, limits: limits, logger: Bed.quiet)
        let bed = try await Self.prepare(store, count: count)
        if engine == .postgres { try PostgresCommand.run("VACUUM ANALYZE", on: address) }
        var (plain, indexed, cohort): ([Double], [Double], [Double]) = ([], [], [])
        var found = 0
        for round in 0..<settings.rounds {
          plain.append(try await Self.time { try await Self.ask(store, Self.question) })
          indexed.append(try await Self.time { try await Self.ask(store, Self.indexed) })
          cohort.append(try await Self.time { found = try await bed.find(round) })
        }
        let expected = count / 100
        guard found == expected else { throw Failed("\(found) of \(expected) were found") }
        for (words, beside) in [("grouped by period", plain), ("by the same index", indexed)] {
          lines.append(
            Line(
              part: "i", engine: engine.rawValue,
              what: "\(grouped(Double(expected))) affected of \(grouped(Double(count))) charges",
              amends: seconds(median(cohort)),
              beside: "plain SQL \(words), kept in a table \(seconds(median(beside)))",
              ratio: percent(median(cohort), of: median(beside))))
          note(lines[lines.count - 1].markdown)
        }
        let many = min(people, expected)
        let took = try await Self.time { try await bed.makeWhole(many) }
        lines.append(
          Line(
            part: "i", engine: engine.rawValue, what: "people made whole, refunded through the outbox",
            amends: perSecond(Double(many) / took), beside: "–", ratio: "–"))
        note(lines[lines.count - 1].markdown)
        await store.close()
      }
    }
    return lines
  }

  private func seconds(_ time: Double) -> String { String(format: "%.2f s", time) }

  private static func time(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start).inSeconds
  }

  /// What anybody would ask who knows SQL and not this program.
  private static let question: SQL =
    """
    CREATE TABLE answer AS SELECT customer, obligation, count(*) AS charges, sum(amount) AS amount FROM capture
    WHERE at >= 0 AND at < 9000000000000000 GROUP BY customer, obligation HAVING count(*) > 1
    """
  /// What somebody would ask who knows this schema.
  private static let indexed: SQL =
    """
    CREATE TABLE answer AS SELECT 'customer:' || customer AS person, 'capture:' || id AS item, amount, currency, given_back,
      obligation FROM capture WHERE role = 'surplus' AND at >= 0 AND at < 9000000000000000
    """

  private static func ask(_ store: Store, _ sql: SQL) async throws {
    try await store.write { tx in
      try tx.execute("DROP TABLE IF EXISTS answer")
      _ = try tx.execute(sql)
    }
  }

  private static func prepare(_ store: Store, count: Int) async throws -> CohortBed {
    _ = try await store.migrate(Bed.migrations + IncidentsModule.migrations)
    let batch = 500_000
    for start in stride(from: 1, through: count, by: batch) {
      let end = min(start + batch - 1, count)
      // Every hundredth is one more charge for the period of the one before it.
      try await store.write { tx in
        _ = try tx.execute(
          """
          WITH RECURSIVE n (i) AS (SELECT CAST(\(start) AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < \(end))
          INSERT INTO capture (id, obligation, customer, effect, lane, partner_id, amount, currency, role, at, evidence)
          SELECT i, i - CASE WHEN i % 100 = 0 THEN 1 ELSE 0 END, i - CASE WHEN i % 100 = 0 THEN 1 ELSE 0 END, 0, 'one',
            't' || i, 999, 'EUR', CASE WHEN i % 100 = 0 THEN 'surplus' ELSE 'due' END, 1700000000000000 + i * 1000, 0
          FROM n
          """)
      }
      note("\(end) charges")
    }
    let after = Int64(count) + 1
    try await store.write { tx in _ = try tx.execute("UPDATE identifier SET next = \(after)") }
    return try await CohortBed(store)
  }
}

/// The incident of the bench.
struct CohortBed: Sendable {
  let bed: Bed
  let desk: IncidentDesk
  let loop: IncidentLoop
  let incident: Int64
  private static let ann = Actor(.operator, "ann")
  private static let bea = Actor(.finance, "bea")

  init(_ store: Store) async throws {
    bed = try await Bed(store, [InstantPartner(lane: "one")])
    let kernel = bed.engine.kernel
    desk = IncidentDesk(kernel: kernel, parts: BillingModule.harm)
    loop = IncidentLoop(kernel: kernel, parts: BillingModule.harm)
    incident = try await desk.perform(
      OpenIncident(kind: "charges.twice", about: "bench", title: "charged twice", severity: 1), by: Self.ann,
      key: "open")
  }

  private func search(_ round: Int, until: Int64 = 9_000_000_000_000_000) async throws -> Int64 {
    let rule = HarmRule(starts: Instant(microseconds: 0), ends: Instant(microseconds: until))
    let cohort = try await desk.perform(
      FindAffected(incident: incident, finder: "charges.twice", rule: rule, reason: "bench"), by: Self.ann,
      key: "find/\(round)")
    while try await loop.search.run() > 0 {}
    return cohort
  }

  /// - Returns: how many were found.
  func find(_ round: Int) async throws -> Int {
    let cohort = try await search(round)
    return Int(try await bed.store.read { tx in try tx.integer("SELECT people FROM cohort WHERE id = \(cohort)") ?? 0 })
  }

  /// As a worker does it: remedies are written down, refunds leave, their outcomes are heard.
  func makeWhole(_ people: Int) async throws {
    let until: Int64 = 1_700_000_000_000_000 + Int64(people) * 100 * 1_000 + 1
    let cohort = try await search(-1, until: until)
    _ = try await desk.perform(ApproveCohort(cohort: cohort), by: Self.bea, key: "approve")
    let rule = try await desk.perform(
      TryRemedy(incident: incident, steps: [.init("charges.refund", percent: 100)], assumptions: "none"), by: Self.ann,
      key: "try")
    _ = try await desk.perform(ApproveRemedy(rule: rule, limits: ["EUR": .max / 2]), by: Self.bea, key: "allow")
    _ = try await desk.perform(RunRemedies(rule: rule), by: Self.ann, key: "run")
    let worker = Worker(
      steps: bed.engine.steps() + IncidentsModule.steps(bed.engine.kernel, BillingModule.harm), world: bed.world,
      logger: Bed.quiet)
    let running = Task { await worker.run() }
    var done: Int64 = 0
    while done < people {
      try await Task.sleep(for: .milliseconds(50))
      done = try await bed.store.read { tx in
        try tx.integer("SELECT count(*) FROM remedy WHERE incident = \(incident) AND state = 'done'") ?? 0
      }
    }
    running.cancel()
    await running.value
  }
}
