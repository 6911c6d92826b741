import Foundation
import GRDB

/// A copy of the whole database by SQLite's online backup (sqlite.org/backup.html), read on one of the process's own reading
/// connections: no second process, and no second connection that writes or checkpoints.
///
/// The reader's transaction keeps the snapshot for as long as the copy takes, so that it never begins anew, however much is
/// written meanwhile. The log cannot be written back beyond that snapshot, and grows until the copy is done.
enum SQLiteCopy {
  /// 16 MiB between two words of progress.
  private static let pages: CInt = 4_096

  static func make(from source: Database, to path: String, _ progress: @escaping (Int, Int) -> Void) throws {
    // The connection writes nothing anybody relies on before it is closed; a crash leaves a file that nobody takes for one.
    guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
      throw StoreError.unavailable("\(path) cannot be written")
    }
    do {
      // A deferred transaction has its snapshot from the first read on.
      _ = try Int.fetchOne(source, sql: "SELECT count(*) FROM sqlite_master")
      let target = try DatabaseQueue(path: path)
      try target.inDatabase { copy in
        try source.backup(to: copy, pagesPerStep: pages) { progress($0.completedPageCount, $0.totalPageCount) }
        // One file, which needs no log beside it.
        try copy.execute(sql: "PRAGMA journal_mode = DELETE")
      }
      try target.close()
    } catch {
      try? FileManager.default.removeItem(atPath: path)
      throw (error as? DatabaseError).map { SQLiteConnection.translate($0, path: path) } ?? error
    }
  }
}
