import Foundation
import GRDB
import GRDBSQLite
import Logging

/// SQLite embedded: one file, one process, WAL. One connection does all writes and all checkpoints; SQLite 3.7.0–3.51.2
/// can lose committed rows silently when two do (sqlite.org/wal.html, "the WAL-reset bug").
final class SQLiteEngine: Engine {
  private let database: any DatabaseWriter
  private let committer: GroupCommit
  private let lock: FileLock?
  private let inMemory: Bool

  static func open(_ path: String, limits: StoreLimits, logger: Logger) throws -> SQLiteEngine {
    if sqlite3_libversion_number() < 3_051_003 {
      logger.info(
        "this SQLite can lose rows when two connections checkpoint; Amends uses one, so open the file with nothing else",
        metadata: ["sqlite.version": "\(String(cString: sqlite3_libversion()))"])
    }
    do {
      if path == ":memory:" {
        return try .init(DatabaseQueue(configuration: configuration(limits)), lock: nil, limits, inMemory: true)
      }
      let lock = try FileLock(path)
      let pool = try DatabasePool(path: path, configuration: configuration(limits))
      return try .init(pool, lock: lock, limits, inMemory: false)
    } catch let error as DatabaseError {
      throw SQLiteConnection.translate(error, path: path)
    }
  }

  private init(_ database: any DatabaseWriter, lock: FileLock?, _ limits: StoreLimits, inMemory: Bool) throws {
    self.database = database
    self.lock = lock
    self.inMemory = inMemory
    committer = GroupCommit(database, limits: limits)
  }

  static func configuration(_ limits: StoreLimits) -> Configuration {
    var configuration = Configuration()
    configuration.maximumReaderCount = limits.connections
    configuration.label = "store"
    // Dispatch would otherwise run the writer at the priority of whoever asked first.
    configuration.qos = .userInitiated
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA synchronous = \(limits.durable ? "FULL" : "OFF")")
      try db.execute(sql: "PRAGMA cache_size = -65536")
      try db.execute(sql: "PRAGMA temp_store = MEMORY")
      if db.configuration.readonly {
        try db.execute(sql: "PRAGMA query_only = 1")
        try db.execute(sql: "PRAGMA wal_autocheckpoint = 0")
      } else {
        // Pages of 4 KiB: a checkpoint every 16 MiB of log; rarely where nothing has to last.
        try db.execute(sql: "PRAGMA wal_autocheckpoint = \(limits.durable ? 4_000 : 64_000)")
      }
    }
    return configuration
  }

  func write<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      committer.submit(WriteJob(body, continuation))
    }
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      if inMemory {
        database.asyncWriteWithoutTransaction { db in
          continuation.resume(with: Result { try SQLiteConnection(db).looking(body) })
        }
      } else {
        database.asyncRead { access in continuation.resume(with: SQLiteConnection.reading(access, body)) }
      }
    }
  }

  func copy(to path: String, progress: @escaping @Sendable (Int, Int) -> Void) async throws {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      database.asyncRead { access in
        continuation.resume(with: Result { try SQLiteCopy.make(from: try access.get(), to: path, progress) })
      }
    }
  }

  func close() async {
    await committer.drained()
    // The readers may not write the log back into the file, so the writer does it while it is still there.
    if !inMemory { try? await database.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) } }
    try? database.close()
    lock?.release()
  }
}

/// Keeps a second process away from the file: `PATH.lock`, held for as long as the process lives.
final class FileLock: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws(StoreError) {
    let lockPath = path + ".lock"
    descriptor = Glibc.open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let folder = (path as NSString).deletingLastPathComponent
      throw errno == EROFS || errno == EACCES
        ? .readOnly("\(lockPath): \(String(cString: strerror(errno)))")
        : .unavailable(
          "cannot create \(lockPath): \(String(cString: strerror(errno))). Does the folder \(folder) exist?")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      var buffer = [UInt8](repeating: 0, count: 32)
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      let owner = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
      Glibc.close(descriptor)
      throw .inUse(
        "\(path) is in use by process \(owner). SQLite is for one process: stop that one, or use PostgreSQL for several."
      )
    }
    ftruncate(descriptor, 0)
    let own = "\(getpid())"
    _ = own.withCString { Glibc.write(descriptor, $0, own.utf8.count) }
  }

  func release() { Glibc.close(descriptor) }
}
