import Foundation
import Logging
import Store

/// The database engines that every suite runs on.
public enum TestEngine: String, CaseIterable, Sendable {
  case sqlite
  case postgres

  /// SQLite always; PostgreSQL where `AMENDS_TEST_POSTGRES` names a server (`make test` starts one).
  public static var available: [TestEngine] { postgresAddress == nil ? [.sqlite] : [.sqlite, .postgres] }

  public static var postgresAddress: String? { ProcessInfo.processInfo.environment["AMENDS_TEST_POSTGRES"] }
}

/// A database of its own for one test, gone afterwards.
public func withDatabase<T>(
  on engine: TestEngine, _ body: (_ address: String) async throws -> T
) async throws -> T {
  switch engine {
  case .sqlite:
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.appending(path: "test.sqlite").path)
  case .postgres:
    guard let server = TestEngine.postgresAddress else { throw PostgresAdministration.Failure(message: "no server") }
    let name = "t" + UUID().uuidString.replacing("-", with: "").lowercased()
    try PostgresAdministration.create(name, on: server)
    defer { PostgresAdministration.drop(name, on: server) }
    return try await body(PostgresAdministration.address(of: name, on: server))
  }
}

/// As `withDatabase`, with the Store opened on it.
public func withStore<T>(
  on engine: TestEngine, limits: StoreLimits = fewConnections, _ body: (Store) async throws -> T
) async throws -> T {
  try await withDatabase(on: engine) { address in
    let store = try await Store.open(address, limits: limits, logger: quiet)
    do {
      let value = try await body(store)
      await store.close()
      return value
    } catch {
      await store.close()
      throw error
    }
  }
}

/// A logger that says nothing below an error.
public let quiet: Logger = {
  var logger = Logger(label: "test")
  logger.logLevel = .error
  return logger
}()

/// Suites run side by side, each with a Store of its own: together they must not use up the server's connections.
public let fewConnections: StoreLimits = {
  var limits = StoreLimits()
  limits.connections = 4
  return limits
}()
