import ArgumentParser
import Billing
import Foundation
import Kernel
import Store
import TestSupport

/// (s) Finding a subscriber among very many, in every way that the console knows, and the slowest question there is.
struct SearchBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "(s) How long a search takes among very many subscribers.")

  @OptionGroup var settings: Settings
  @Option(help: "Subscribers.") var count = 1_000_000
  @Option(help: "Questions of each kind.") var questions = 60
  @Option(help: "Keep the SQLite database in this file, and use it if it is there.") var keep: String?

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    for engine in settings.engines {
      if engine == .sqlite, let keep {
        lines += try await measure(engine, keep)
      } else {
        lines += try await withDatabase(on: engine) { try await measure(engine, $0) }
      }
    }
    return lines
  }

  private func measure(_ engine: TestEngine, _ address: String) async throws -> [Line] {
    var limits = StoreLimits()
    limits.statement = .seconds(7_200)
    limits.durable = false
    let store = try await Store.open(address, limits: limits, logger: Bed.quiet)
    do {
      let lines = try await lines(engine, store, address)
      await store.close()
      return lines
    } catch {
      await store.close()
      throw error
    }
  }

  private func lines(_ engine: TestEngine, _ store: Store, _ address: String) async throws -> [Line] {
    let crowd = Crowd(count: count)
    try await crowd.build(in: store)
    if engine == .postgres { try PostgresCommand.run("VACUUM ANALYZE", on: address) }
    let scan = try await seconds { try await crowd.readEverybody(in: store) }
    var lines: [Line] = []
    for kind in Crowd.Kind.allCases {
      var took: [Double] = []
      var found = 0
      for index in 0..<questions {
        let question = crowd.question(kind, index)
        took.append(
          try await seconds {
            let page = try await store.read { tx in try SubscriberSearch(tx: tx).page(question) }
            found += page.found.isEmpty ? 0 : 1
          })
      }
      // Among a million some pairs of common names belong to nobody.
      if ![.nobody, .beginnings, .common].contains(kind), found < questions {
        throw Failed("\(kind.rawValue): not all were found")
      }
      took.sort()
      let line = Line(
        part: "s", engine: engine.rawValue, what: "\(kind.rawValue), among \(grouped(Double(count)))",
        amends: "\(milliseconds(median(took))), slowest \(milliseconds(took.last ?? 0))",
        beside: "reading every name \(milliseconds(scan))", ratio: percent(median(took), of: scan))
      note(line.markdown)
      lines.append(line)
    }
    return lines
  }

  private func seconds(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start).inSeconds
  }

  private func milliseconds(_ seconds: Double) -> String { String(format: "%.1f ms", seconds * 1_000) }
}

/// People with names as unequally common as real ones: the commonest of 1,000 first names belongs to one in a hundred, the
/// commonest of 50,000 family names to one in a thousand.
struct Crowd: Sendable {
  let count: Int

  enum Kind: String, CaseIterable, Sendable {
    case whole = "first and family name"
    case common = "two common names"
    case beginnings = "two letters of each name"
    case single = "a common first name"
    case family = "the beginning of a family name"
    case mail = "a mail address"
    case reference = "a reference"
    case number = "a number"
    case nobody = "a name that nobody has"
  }

  private static let firsts = 1_000
  private static let families = 50_000

  func question(_ kind: Kind, _ index: Int) -> String {
    let id = Int64(index) * 7_907 % Int64(count) + 1
    let (first, family) = (Self.word(Self.first(id)), Self.word(Self.firsts + Self.family(id)))
    return switch kind {
    case .whole: "\(family) \(first)"
    case .common: "\(Self.word(index % 3)) \(Self.word(Self.firsts + index % 20))"
    case .beginnings: "\(Self.word(index % 3).prefix(2)) \(Self.word(Self.firsts + index % 20).prefix(2))"
    case .single: Self.word(index % 5)
    case .family: String(family.prefix(5))
    case .mail: "\(first).\(family).\(id)@example.org"
    case .reference: "c\(id)"
    case .number: String(id)
    case .nobody: "\(first) zzzz\(index)"
    }
  }

  /// Products of two even draws: small numbers are far commoner.
  private static func first(_ id: Int64) -> Int { Int((id * 7_919 % 1_000) * (id * 104_729 % 997) / 1_000) % firsts }
  private static func family(_ id: Int64) -> Int {
    Int((id * 15_485_863 % 50_021) * (id * 32_452_843 % 9_973) / 9_973) % families
  }

  private static let syllables = [
    "ba", "chi", "do", "fe", "gor", "hu", "ki", "lam", "me", "no", "pra", "qui", "ro", "sa", "tur", "vel", "wi", "xan",
    "ya",
    "zo",
  ]

  /// A word for each number, of three or more syllables.
  private static func word(_ number: Int) -> String {
    var (rest, word) = (number * 7 + 400, "")
    while rest > 0 {
      word += syllables[rest % syllables.count]
      rest /= syllables.count
    }
    return word
  }

  func build(in store: Store) async throws {
    _ = try await store.migrate(Bed.migrations)
    guard try await store.read({ tx in try tx.row("SELECT id FROM customer LIMIT 1") }) == nil else { return }
    try await store.write { tx in
      try tx.execute("CREATE TABLE bench_name (i BIGINT PRIMARY KEY, word TEXT NOT NULL)")
      let rows = (0..<Self.firsts + Self.families).map { [SQLValue.integer(Int64($0)), .text(Self.word($0))] }
      try tx.insert(into: "bench_name", [.integer("i"), .text("word")], rows: rows)
    }
    note("\(count) subscribers are made")
    let chunk = 500_000
    for from in stride(from: 1, through: count, by: chunk) {
      let last = min(from + chunk - 1, count)
      _ = try await store.write { tx in
        try tx.execute(
          """
          INSERT INTO customer (id, reference, name, mail, zone, created_at)
          WITH RECURSIVE n (i) AS (
            SELECT CAST(\(from) AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < \(last))
          SELECT n.i, 'c' || CAST(n.i AS TEXT), a.word || ' ' || b.word,
            a.word || '.' || b.word || '.' || CAST(n.i AS TEXT) || '@example.org', 'UTC', 0
          FROM n JOIN bench_name AS a ON a.i = ((n.i * 7919 % 1000) * (n.i * 104729 % 997) / 1000) % 1000
          JOIN bench_name AS b
            ON b.i = 1000 + ((n.i * 15485863 % 50021) * (n.i * 32452843 % 9973) / 9973) % 50000
          """)
      }
    }
    note("and their words")
    try await store.write { tx in
      let bytes: SQL = tx.dialect == .postgres ? "convert_to(word, 'UTF8')" : "CAST(word AS BLOB)"
      try tx.execute(
        """
        INSERT INTO customer_word (word, customer)
        SELECT \(bytes), customer FROM (
          SELECT a.word, k.id AS customer FROM customer AS k
            JOIN bench_name AS a ON a.i = ((k.id * 7919 % 1000) * (k.id * 104729 % 997) / 1000) % 1000
          UNION ALL SELECT b.word, k.id FROM customer AS k
            JOIN bench_name AS b ON b.i = 1000 + ((k.id * 15485863 % 50021) * (k.id * 32452843 % 9973) / 9973) % 50000
          UNION ALL SELECT mail, id FROM customer
          UNION ALL SELECT CAST(id AS TEXT), id FROM customer) AS w
        ORDER BY 1, 2 ON CONFLICT DO NOTHING
        """)
      try tx.execute("DROP TABLE bench_name")
    }
  }

  /// What a search without an index of words would do.
  func readEverybody(in store: Store) async throws {
    _ = try await store.read { tx in
      try tx.integer("SELECT count(*) FROM customer WHERE name LIKE '%zzzz%' OR mail LIKE '%zzzz%'")
    }
  }
}
