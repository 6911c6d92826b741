import Foundation
import Store
import TestSupport
import Testing

@Suite("A transaction", .serialized)
struct TransactionTests {
  static let schema = Migration(
    "test/001",
    [
      "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, raw BLOB, size INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0))",
      "CREATE UNIQUE INDEX thing_name ON thing (name) WHERE size < 100",
    ])

  @Test("keeps every kind of value as it was given", arguments: TestEngine.available)
  func values(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([Self.schema])
      let hostile = "Zoë'); DROP TABLE thing;-- \u{0001} \"\\ 日本 العربية"
      let raw: [UInt8] = Array(0...255)
      try await store.write { tx in
        try tx.execute("INSERT INTO thing (id, name, raw, size) VALUES (\(Int64.max), \(hostile), \(raw), \(7))")
        try tx.execute("INSERT INTO thing (id, name, raw) VALUES (\(-1), \(SQLValue.null), \([UInt8]()))")
      }
      let rows = try await store.read { tx in try tx.rows("SELECT id, name, raw, size FROM thing ORDER BY id") }
      #expect(try rows[0].integer("id") == -1)
      #expect(try rows[0].textOrNull("name") == nil)
      #expect(try rows[0].blob("raw") == [])
      #expect(try rows[1].integer("id") == .max)
      #expect(try rows[1].text("name") == hostile)
      #expect(try rows[1].blob("raw") == raw)
      #expect(try rows[1].int("size") == 7)
    }
  }

  @Test("that throws leaves nothing behind", arguments: TestEngine.available)
  func rollback(engine: TestEngine) async throws {
    struct Refused: Error {}
    try await withStore(on: engine) { store in
      _ = try await store.migrate([Self.schema])
      await #expect(throws: Refused.self) {
        try await store.write { tx in
          try tx.execute("INSERT INTO thing (id) VALUES (1)")
          throw Refused()
        }
      }
      #expect(try await store.count() == 0)
    }
  }

  @Test("among many that commit together fails alone", arguments: TestEngine.available)
  func failsAlone(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([Self.schema])
      let refused = await withTaskGroup(of: Bool.self) { group in
        for id in 0..<200 {
          group.addTask {
            do {
              try await store.write { tx in
                try tx.execute("INSERT INTO thing (id, size) VALUES (\(id), \(id))")
                // Every tenth breaks a rule after it has written.
                if id % 10 == 0 { try tx.execute("INSERT INTO thing (id, size) VALUES (\(id + 1000), \(-1))") }
              }
              return false
            } catch { return (error as? StoreError)?.isCheck ?? false }
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(refused == 20)
      #expect(try await store.count() == 180)
    }
  }

  @Test("names the rule that refused it", arguments: TestEngine.available)
  func constraints(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([Self.schema])
      try await store.write { tx in _ = try tx.execute("INSERT INTO thing (id, name) VALUES (1, 'a')") }
      for (statement, kind) in [
        ("INSERT INTO thing (id, name) VALUES (1, 'b')", StoreError.Constraint.unique),
        ("INSERT INTO thing (id, name) VALUES (2, 'a')", .unique),
        ("INSERT INTO thing (id, size) VALUES (3, -1)", .check),
        ("INSERT INTO thing (id, size) VALUES (4, NULL)", .notNull),
      ] as [(SQL, StoreError.Constraint)] {
        let error = await #expect(throws: StoreError.self) {
          try await store.write { tx in _ = try tx.execute(statement) }
        }
        guard case .constraint(kind, _) = error else {
          Issue.record("\(String(describing: error)) is not \(kind)")
          continue
        }
      }
    }
  }

  @Test("that only reads cannot write", arguments: TestEngine.available)
  func readOnly(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([Self.schema])
      await #expect(throws: StoreError.self) {
        try await store.read { tx in _ = try tx.execute("INSERT INTO thing (id) VALUES (1)") }
      }
      #expect(try await store.count() == 0)
    }
  }

  @Test("that reads sees one moment and does not wait for a writer", arguments: TestEngine.available)
  func snapshot(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([Self.schema])
      try await store.write { tx in _ = try tx.execute("INSERT INTO thing (id) VALUES (1)") }
      let inWrite = Signal()
      let release = Signal()
      async let writing: Void = store.write { tx in
        try tx.execute("INSERT INTO thing (id) VALUES (2)")
        inWrite.raise()
        release.wait()
      }
      await inWrite.raised()
      #expect(try await store.count() == 1)
      release.raise()
      try await writing
      #expect(try await store.count() == 2)
    }
  }

  @Test("is run again when two change the same row at once", arguments: TestEngine.available)
  func conflict(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([Self.schema])
      try await store.write { tx in
        try tx.execute("INSERT INTO thing (id, size) VALUES (1, 0)")
        try tx.execute("INSERT INTO thing (id, size) VALUES (2, 0)")
      }
      // Half take the rows in the other order: on PostgreSQL that deadlocks, and the server ends one of two.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for n in 0..<8 {
          group.addTask {
            try await store.write { tx in
              for id in n.isMultiple(of: 2) ? [1, 2] : [2, 1] {
                try tx.execute("UPDATE thing SET size = size + 1 WHERE id = \(id)")
              }
            }
          }
        }
        try await group.waitForAll()
      }
      let sizes = try await store.read { tx in try tx.rows("SELECT size FROM thing").map { try $0.integer("size") } }
      #expect(sizes == [8, 8])
    }
  }
}

extension Store {
  func count() async throws -> Int64 {
    try await read { tx in try tx.integer("SELECT count(*) FROM thing") ?? -1 }
  }
}

extension StoreError {
  var isCheck: Bool { if case .constraint(.check, _) = self { true } else { false } }
}
