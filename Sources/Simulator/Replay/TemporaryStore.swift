import Foundation
import Kernel
import Logging
import Store

/// A database for one run, gone afterwards. Not durable: a simulation can be made again from its seed.
enum TemporaryStore {
  static func with<T>(_ name: String, _ body: (Store) async throws -> T) async throws -> T {
    let unique = "\(name)-\(String(World.real.random(), radix: 36))"
    let folder = FileManager.default.temporaryDirectory.appending(path: unique)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var limits = StoreLimits()
    limits.durable = false
    let silent = Logger(label: "replay") { _ in SwiftLogNoOpLogHandler() }
    let store = try await Store.open(folder.appending(path: "replay.sqlite").path, limits: limits, logger: silent)
    do {
      let result = try await body(store)
      await store.close()
      return result
    } catch {
      await store.close()
      throw error
    }
  }
}
