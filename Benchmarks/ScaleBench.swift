import ArgumentParser
import Billing
import Foundation
import Kernel
import Store
import TestSupport

/// (e) The same renewals in larger and larger databases: what one costs may not grow with what is not due.
struct ScaleBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "(e) Cost and memory of renewals with many subscriptions and their past behind them.",
    discussion: """
      A renewal that lies behind takes 1.4 kB on SQLite and 2.0 kB on PostgreSQL: a million subscriptions with a year behind
      them are some 17 and 25 GB, and while the indexes are made up to half of that again; ten million with one month, some 16
      and 23 GB.
      """)

  @OptionGroup var settings: Settings
  @Flag(help: "Leave out the largest size.") var small = false
  @Option(help: "Subscriptions; three sizes if left out.") var subscriptions: Int?
  @Option(help: "Months of settled renewals behind each.") var months: Int?
  @Option(help: "Subscriptions that are due, in each round.") var due = 10_000

  private struct Size {
    let subscriptions: Int
    let months: Int
    var words: String { "\(grouped(Double(subscriptions))) subscriptions × \(months) months" }
  }

  private var sizes: [Size] {
    if let subscriptions { return [Size(subscriptions: subscriptions, months: months ?? 0)] }
    let known = [(10_000, 12), (100_000, 12), (1_000_000, 1)]
    return known.prefix(small ? 2 : 3).map { Size(subscriptions: $0.0, months: months ?? $0.1) }
  }

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    for engine in settings.engines {
      var smallest: Double?
      for size in sizes {
        let found = try await measure(engine, size)
        let base = smallest ?? found.rate
        smallest = base
        let line = Line(
          part: "e", engine: engine.rawValue, what: "\(size.words), \(found.disk)",
          amends: "\(perSecond(found.rate)), \(found.memory) MB",
          beside: "the smallest \(perSecond(base)). \(found.reads)", ratio: percent(found.rate, of: base))
        note(line.markdown)
        lines.append(line)
      }
    }
    return lines
  }

  private struct Found {
    var rate: Double
    var memory: Int
    var disk: String
    var reads: String
  }

  private func measure(_ engine: TestEngine, _ size: Size) async throws -> Found {
    // Each round takes its own share; the smallest size has not enough for more.
    let each = min(due, size.subscriptions / (settings.rounds + 1))
    return try await withDatabase(on: engine) { address in
      let from = try await build(address, size, each)
      let bytes = try await Self.bytes(address, engine)
      var reads = try await Self.claim(address, from, limit: settings.batch)
      if engine == .postgres { try PostgresCommand.run("SELECT pg_stat_reset()", on: address) }
      let (rate, memory) = try await drive(address, from, each)
      if engine == .postgres { reads += "; " + (try await Self.scans(address, renewals: each * settings.rounds)) }
      let renewals = Double(size.subscriptions * max(1, size.months))
      let disk = String(format: "%.2f GB (%.1f kB a renewal behind it)", bytes / 1e9, bytes / renewals / 1e3)
      return Found(rate: rate, memory: memory, disk: disk, reads: reads)
    }
  }

  private func build(_ address: String, _ size: Size, _ each: Int) async throws -> Instant {
    let start = ContinuousClock.now
    let child = try Child(
      nil,
      [
        "build", "--address", address, "--subscriptions", "\(size.subscriptions)", "--months", "\(size.months)",
        "--due",
        "\(each)", "--windows", "\(settings.rounds)",
      ])
    guard let from = await child.line().flatMap({ Int64($0) }) else { throw Failed("the database was not filled") }
    try await child.ended()
    if address.hasPrefix("postgres") {
      try PostgresCommand.run("VACUUM ANALYZE", on: address)
      try PostgresCommand.run("CHECKPOINT", on: address)
    }
    note("\(size.words) made in \(Int((ContinuousClock.now - start).inSeconds)) s")
    return Instant(microseconds: from)
  }

  /// - Returns: the median rate of the rounds, and the most memory that the worker's process held, in MB.
  private func drive(_ address: String, _ from: Instant, _ each: Int) async throws -> (Double, Int) {
    let child = try Child(
      nil,
      [
        "drive", "--address", address, "--until", "\(each)", "--windows", "\(settings.rounds)", "--from",
        "\(from.microseconds)", "--batch", "\(settings.batch)",
      ])
    var rates: [Double] = []
    var memory = 0
    for _ in 0..<settings.rounds {
      guard await child.line() == "ready" else { throw Failed("the worker did not start") }
      try child.say("go")
      let words = (await child.line() ?? "").split(separator: " ").compactMap { Double($0) }
      guard words.count == 3, Int(words[0]) == each else { throw Failed("\(words) instead of \(each) renewals") }
      rates.append(words[0] / words[1])
      memory = Int(words[2])
    }
    try await child.ended()
    return (median(rates), memory)
  }

  private static func bytes(_ address: String, _ engine: TestEngine) async throws -> Double {
    guard engine == .postgres else {
      let attributes = try FileManager.default.attributesOfItem(atPath: address)
      return (attributes[.size] as? NSNumber)?.doubleValue ?? 0
    }
    return try await look(address) { tx in
      Double(try tx.integer("SELECT pg_database_size(current_database())") ?? 0)
    }
  }

  private static func look<T: Sendable>(
    _ address: String, _ body: @escaping @Sendable (Transaction) throws -> T
  ) async throws -> T {
    let store = try await Store.openToRead(address, logger: Bed.quiet)
    do {
      let value = try await store.read(body)
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }

  /// What the statement that takes the first batch reads.
  private static func claim(_ address: String, _ from: Instant, limit: Int) async throws -> String {
    let store = try await Store.open(address, logger: Bed.quiet)
    let plan = try await store.write { tx in
      let (explain, column): (SQL, String) =
        tx.dialect == .postgres
        ? ("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF)", "QUERY PLAN") : ("EXPLAIN QUERY PLAN", "detail")
      let rows = try tx.rows("\(explain) \(RenewDue.claim(by: from, after: RenewalCursor(), limit: limit))")
      return try rows.map { try $0.text(column) }
    }
    await store.close()
    for line in plan { note(line) }
    guard let buffers = plan.first(where: { $0.contains("Buffers:") }) else {
      return "claim: \(plan.joined(separator: "; "))"
    }
    // The first such line is the whole statement's.
    let pages = buffers.matches(of: #/(?:hit|read)=(\d+)/#).compactMap { Int($0.1) }.reduce(0, +)
    let scan = plan.contains { $0.contains("Index") && $0.contains("subscription_due") } ? "index" : "NO INDEX"
    return "claim of \(limit): \(scan), \(pages) pages"
  }

  /// What the whole run read in tables that are large: rows of sequential scans, and pages, for each renewal.
  private static func scans(_ address: String, renewals: Int) async throws -> String {
    try await look(address) { tx in
      let rows = try tx.rows(
        """
        SELECT CAST(s.relname AS TEXT) AS name, s.seq_scan, s.seq_tup_read,
          io.heap_blks_read + io.heap_blks_hit + COALESCE(io.idx_blks_read + io.idx_blks_hit, 0) AS pages
        FROM pg_stat_user_tables AS s JOIN pg_statio_user_tables AS io ON io.relid = s.relid ORDER BY pages DESC
        """)
      var (pages, read): (Int64, Int64) = (0, 0)
      for row in rows {
        let (table, seen) = (try row.text("name"), try row.integer("seq_tup_read"))
        pages += try row.integer("pages")
        read += seen
        if seen > Int64(renewals) { note("\(table): \(try row.integer("seq_scan")) scans, \(seen) rows") }
      }
      return String(
        format: "a renewal: %.0f pages, %.2f rows by scans", Double(pages) / Double(renewals),
        Double(read) / Double(renewals))
    }
  }
}
