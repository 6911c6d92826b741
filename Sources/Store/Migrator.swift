/// One step of a part's schema. Once released it is never edited; a change is a new step.
public struct Migration: Sendable {
  /// The part, and the step's place in it: `billing/001-renewals`.
  public let name: String
  /// Statements in the words that both engines understand; INTEGER, TEXT and BLOB are the only types.
  public let statements: [String]

  public init(_ name: String, _ statements: [String]) {
    self.name = name
    self.statements = statements
  }
}

extension Store {
  /// Brings the schema up to the given steps, each in a transaction of its own, in order.
  /// - Returns: the names of the steps that were applied now.
  /// - Throws: `.newer` when the database holds steps that this program does not know.
  public func migrate(_ migrations: [Migration]) async throws -> [String] {
    try await write { tx in
      // PostgreSQL's IF NOT EXISTS does not hold against another program that does the same at this moment.
      if tx.dialect == .postgres { _ = try tx.row("SELECT 1 AS held FROM pg_advisory_xact_lock(7203)") }
      try tx.execute(.definition("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)", tx.dialect))
      return ()
    }
    var applied: [String] = []
    for migration in migrations {
      let isNew = try await write { tx in
        // Two programs that start at once take turns here; SQLite has one writer anyway.
        if tx.dialect == .postgres { try tx.execute("LOCK TABLE migration IN ACCESS EXCLUSIVE MODE") }
        guard try tx.row("SELECT name FROM migration WHERE name = \(migration.name)") == nil else { return false }
        for statement in migration.statements { try tx.execute(.definition(statement, tx.dialect)) }
        try tx.execute("INSERT INTO migration (name) VALUES (\(migration.name))")
        return true
      }
      if isNew { applied.append(migration.name) }
    }
    try await check(migrations)
    return applied
  }

  /// Says whether the schema is the one this program was written for, and changes nothing.
  public func check(_ migrations: [Migration]) async throws {
    let known = Set(migrations.map(\.name))
    let exists = try await read { tx in
      switch tx.dialect {
      case .sqlite: try tx.row("SELECT 1 FROM sqlite_master WHERE name = 'migration'") != nil
      case .postgres: try tx.integer("SELECT count(*) FROM pg_tables WHERE tablename = 'migration'") ?? 0 > 0
      }
    }
    guard exists else { throw StoreError.older("the database is empty: run `amends migrate`") }
    let found = try await read { tx in try tx.rows("SELECT name FROM migration").map { try $0.text("name") } }
    if let unknown = found.filter({ !known.contains($0) }).sorted().first {
      throw StoreError.newer(
        "the database has the step \(unknown), which this program does not know: use a newer amends")
    }
    if let missing = known.subtracting(found).sorted().first {
      throw StoreError.older("the database lacks the step \(missing): run `amends migrate`")
    }
  }
}

extension SQL {
  static func definition(_ statement: String, _ dialect: Dialect) -> SQL {
    .init(stringLiteral: dialect.definition(statement))
  }
}
