import Foundation
import Store
import TestSupport
import Testing

@Suite("A Store in trouble")
struct TroubleTests {
  @Test("says which process has the SQLite file")
  func inUse() async throws {
    try await withDatabase(on: .sqlite) { path in
      let store = try await Store.open(path, logger: quiet)
      let error = await #expect(throws: StoreError.self) { _ = try await Store.open(path, logger: quiet) }
      #expect(String(describing: error).contains("process \(ProcessInfo.processInfo.processIdentifier)"))
      await store.close()
      await (try Store.open(path, logger: quiet)).close()
    }
  }

  @Test("lets another look into a SQLite file that it has, and write nothing")
  func lookBeside() async throws {
    try await withDatabase(on: .sqlite) { path in
      let store = try await Store.open(path, logger: quiet)
      _ = try await store.migrate([TransactionTests.schema])
      let reader = try await Store.openToRead(path, logger: quiet)
      try await store.write { tx in _ = try tx.execute("INSERT INTO thing (id) VALUES (1)") }
      #expect(try await reader.count() == 1)
      let error = await #expect(throws: StoreError.self) {
        try await reader.write { tx in _ = try tx.execute("DELETE FROM thing") }
      }
      guard case .readOnly = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      await #expect(throws: StoreError.self) { try await reader.read { tx in _ = try tx.execute("DELETE FROM thing") } }
      await reader.close()
      #expect(try await store.count() == 1)
      await store.close()
    }
  }

  @Test("says that the folder of the SQLite file is missing")
  func missingFolder() async throws {
    let error = await #expect(throws: StoreError.self) {
      _ = try await Store.open("/nonexistent/folder/a.sqlite", logger: quiet)
    }
    #expect(String(describing: error).contains("/nonexistent/folder"))
  }

  @Test("says that a file is no database")
  func noDatabase() async throws {
    try await withDatabase(on: .sqlite) { path in
      try Data(repeating: 65, count: 8_192).write(to: URL(filePath: path))
      let error = await #expect(throws: StoreError.self) { _ = try await Store.open(path, logger: quiet) }
      guard case .damaged = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("says that PostgreSQL is not there, within seconds")
  func unreachable() async throws {
    var limits = StoreLimits()
    limits.wait = .seconds(1)
    let error = await #expect(throws: StoreError.self) {
      _ = try await Store.open("postgres://nobody@127.0.0.1:1/none", limits: limits, logger: quiet)
    }
    guard case .unavailable = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("says that the PostgreSQL database does not exist", .enabled(if: TestEngine.postgresAddress != nil))
  func missingDatabase() async throws {
    let here = try #require(TestEngine.postgresAddress)
    var address = try #require(URLComponents(string: here))
    address.path = "/not_there"
    let missing = try #require(address.string)
    let error = await #expect(throws: StoreError.self) { _ = try await Store.open(missing, logger: quiet) }
    let told = String(describing: error)
    #expect(told.contains("not_there") && told.contains("createdb"))
  }

  @Test("goes on after PostgreSQL cut its connections", .enabled(if: TestEngine.postgresAddress != nil))
  func reconnects() async throws {
    try await withStore(on: .postgres) { store in
      _ = try await store.migrate([TransactionTests.schema])
      for id in 0..<5 {
        // Ends every other connection to this database, in the middle of whatever it does.
        try await store.write { tx in
          _ = try tx.rows(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
        }
        try await store.write { tx in _ = try tx.execute("INSERT INTO thing (id) VALUES (\(id))") }
      }
      #expect(try await store.count() == 5)
    }
  }

  @Test("does not take a connection lost in COMMIT for a rollback", .enabled(if: TestEngine.postgresAddress != nil))
  func commitUnknown() async throws {
    try await withStore(on: .postgres) { store in
      _ = try await store.migrate([TransactionTests.schema])
      // A deferred trigger runs inside COMMIT and there ends its own connection: the client never learns what became of it.
      try await store.write { tx in
        try tx.execute(
          """
          CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$
          """)
        try tx.execute(
          "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON thing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
        )
      }
      let error = await #expect(throws: StoreError.self) {
        try await store.write { tx in _ = try tx.execute("INSERT INTO thing (id) VALUES (1)") }
      }
      guard case .commitUnknown = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("says that it is busy when every connection hangs", .enabled(if: TestEngine.postgresAddress != nil))
  func busy() async throws {
    var limits = StoreLimits()
    limits.connections = 1
    limits.wait = .milliseconds(300)
    try await withStore(on: .postgres, limits: limits) { store in
      async let hanging: Void = store.read { tx in _ = try tx.row("SELECT 1 AS one FROM pg_sleep(2)") }
      try await Task.sleep(for: .milliseconds(100))
      let error = await #expect(throws: StoreError.self) { try await store.read { tx in _ = try tx.row("SELECT 1") } }
      guard case .busy = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      try await hanging
    }
  }

  @Test("says that a statement ran too long", .enabled(if: TestEngine.postgresAddress != nil))
  func statementLimit() async throws {
    var limits = StoreLimits()
    limits.statement = .seconds(1)
    try await withStore(on: .postgres, limits: limits) { store in
      let error = await #expect(throws: StoreError.self) {
        try await store.read { tx in _ = try tx.row("SELECT 1 AS one FROM pg_sleep(5)") }
      }
      guard case .limit = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("says that the disk is full, saves nothing, and goes on when there is room")
  func fullDisk() async throws {
    try await withStore(on: .sqlite) { store in
      _ = try await store.migrate([TransactionTests.schema])
      // SQLite's own limit stands in for the disk's: the same error at the same place.
      try await store.write { tx in _ = try tx.rows("PRAGMA max_page_count = 30") }
      let error = await #expect(throws: StoreError.self) {
        try await store.write { tx in
          for id in 0..<100 {
            try tx.execute("INSERT INTO thing (id, raw) VALUES (\(id), \([UInt8](repeating: 1, count: 4_000)))")
          }
        }
      }
      guard case .full = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try await store.count() == 0)
      try await store.write { tx in _ = try tx.rows("PRAGMA max_page_count = 3000") }
      try await store.write { tx in _ = try tx.execute("INSERT INTO thing (id) VALUES (1)") }
      #expect(try await store.count() == 1)
    }
  }
}
