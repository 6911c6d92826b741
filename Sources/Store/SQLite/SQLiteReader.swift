import GRDB
import Logging

/// Reads a SQLite file that may belong to another process. It takes no lock of ours, and neither writes nor checkpoints.
final class SQLiteReader: Engine {
  private let database: any DatabaseReader

  static func open(_ path: String, limits: StoreLimits) throws(StoreError) -> SQLiteReader {
    var configuration = SQLiteEngine.configuration(limits)
    configuration.readonly = true
    do { return SQLiteReader(try DatabaseQueue(path: path, configuration: configuration)) } catch {
      throw (error as? DatabaseError).map { SQLiteConnection.translate($0, path: path) } ?? .unavailable("\(error)")
    }
  }

  private init(_ database: any DatabaseReader) { self.database = database }

  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    throw StoreError.readOnly("the database was opened to read only")
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      database.asyncRead { access in continuation.resume(with: SQLiteConnection.reading(access, body)) }
    }
  }

  func copy(to path: String, progress: @escaping @Sendable (Int, Int) -> Void) async throws {
    throw StoreError.readOnly("the database was opened to read only")
  }

  func close() async { try? database.close() }
}
