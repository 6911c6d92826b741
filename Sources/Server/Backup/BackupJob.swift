import Foundation
import Store
import Synchronization

/// A copy of the SQLite file, made by the process that has it: one connection does all checkpoints, and a second process must not
/// open the file to write.
struct BackupJob: Sendable {
  /// Said by a server while it copies, one in a line; after `.file` its bytes follow.
  enum Line: Codable, Sendable {
    case progress(Int64, Int64)
    case file(Int64)
    case problem(Int32, String)
  }

  /// One at a time: each needs as much room as the database.
  private static let isBusy = Mutex(false)

  let store: Store
  /// The database's own file.
  let path: String

  /// A finished copy; whoever asked for it takes it away.
  struct Copy: Sendable {
    let path: String
    let bytes: Int64

    func remove() { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Copies into a file beside the database.
  func copy(progress: @escaping @Sendable (Int64, Int64) -> Void) async throws -> Copy {
    let isFirst = Self.isBusy.withLock { busy in
      defer { busy = true }
      return !busy
    }
    guard isFirst else { throw Problem(.refused, "Another backup is being made; try again when it is done.") }
    defer { Self.isBusy.withLock { $0 = false } }
    Self.removeLeftovers(beside: path)
    let copy = "\(path).backup-\(UUID().uuidString)"
    try await store.copy(to: copy) { progress(Int64($0), Int64($1)) }
    let size = (try? FileManager.default.attributesOfItem(atPath: copy)[.size] as? NSNumber)?.int64Value ?? 0
    return Copy(path: copy, bytes: size)
  }

  /// What a process left that died while it copied.
  private static func removeLeftovers(beside path: String) {
    let url = URL(filePath: path)
    let folder = url.deletingLastPathComponent().path
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix("\(url.lastPathComponent).backup-") {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
