import Logging

/// One database. Writes are transactions that do everything or nothing; reads see one moment and never wait for a writer.
public final class Store: Sendable {
  private let engine: any Engine
  public let dialect: Dialect

  init(engine: any Engine, dialect: Dialect) {
    self.engine = engine
    self.dialect = dialect
  }

  /// Opens `sqlite:PATH`, a bare path, `sqlite::memory:`, or `postgres://…` (libpq's connection URI).
  public static func open(_ address: String, limits: StoreLimits = .init(), logger: Logger) async throws -> Store {
    guard let path = sqlitePath(in: address) else {
      let engine = try await PostgresEngine.open(address, limits: limits, logger: logger)
      return Store(engine: engine, dialect: .postgres)
    }
    return Store(engine: try SQLiteEngine.open(path, limits: limits, logger: logger), dialect: .sqlite)
  }

  /// The path of the SQLite file that an address names; `nil`: it is a PostgreSQL server's.
  package static func sqlitePath(in address: String) -> String? {
    guard !address.hasPrefix("postgres://"), !address.hasPrefix("postgresql://") else { return nil }
    return address.hasPrefix("sqlite:") ? String(address.dropFirst("sqlite:".count)) : address
  }

  /// Opens a database to look into it only; writes fail. A SQLite file may be open in the server's process meanwhile.
  public static func openToRead(
    _ address: String, limits: StoreLimits = .init(), logger: Logger
  ) async throws -> Store {
    guard let path = sqlitePath(in: address) else {
      return try await open(address, limits: limits, logger: logger)
    }
    return Store(engine: try SQLiteReader.open(path, limits: limits), dialect: .sqlite)
  }

  /// Runs `body` in a transaction and commits it. The closure may run again after a conflict, so it must only change the
  /// database and its own result.
  /// - Throws: `StoreError.commitUnknown` when it may or may not be saved; any other error means that nothing was.
  public func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await engine.write(body)
  }

  /// Runs `body` on a snapshot. Writes in it fail.
  public func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await engine.read(body)
  }

  /// Copies a SQLite database, as it stands at one moment, into a new file; writers go on meanwhile. Only what is not one file
  /// with PostgreSQL: its own `pg_dump` does that.
  /// - Parameter progress: called with how many pages are copied, of how many.
  public func copy(to path: String, progress: @escaping @Sendable (Int, Int) -> Void) async throws {
    try await engine.copy(to: path, progress: progress)
  }

  /// Waits for what is under way and closes every connection.
  public func close() async { await engine.close() }
}

/// How much the Store takes on before it says no.
public struct StoreLimits: Sendable {
  /// PostgreSQL connections of this process; SQLite readers.
  public var connections = 8
  /// How long a caller waits for a connection, or a command for its turn on SQLite, before `.busy`.
  public var wait: Duration = .seconds(10)
  /// How long one statement may run on PostgreSQL before `.limit`.
  public var statement: Duration = .seconds(60)
  /// How often a transaction runs again after a conflict or a lost connection.
  public var reruns = 6
  /// Commands that SQLite commits together.
  public var group = 256
  /// Commands waiting for SQLite's one writer before `.busy`.
  public var queue = 10_000
  /// SQLite's `synchronous`; FULL unless the data can be made again (a simulation).
  public var durable = true

  public init() {}
}

protocol Engine: Sendable {
  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T
  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T
  func copy(to path: String, progress: @escaping @Sendable (Int, Int) -> Void) async throws
  func close() async
}
