import Store
import TestSupport
import Testing

@Suite("A database")
struct MigrationTests {
  let first = Migration("a/001", ["CREATE TABLE a (id INTEGER PRIMARY KEY, raw BLOB NOT NULL)"])
  let second = Migration("a/002", ["ALTER TABLE a ADD COLUMN more TEXT"])
  let broken = Migration("a/003", ["CREATE TABLE b (id INTEGER PRIMARY KEY)", "CREATE TABLE a (id INTEGER)"])

  @Test("is brought up to date once, step by step", arguments: TestEngine.available)
  func once(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      let applied = [
        try await store.migrate([first]), try await store.migrate([first, second]),
        try await store.migrate([first, second]),
      ]
      #expect(applied == [["a/001"], ["a/002"], []])
    }
  }

  @Test("keeps its last good step when one fails", arguments: TestEngine.available)
  func halfway(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      await #expect(throws: StoreError.self) { try await store.migrate([first, second, broken]) }
      try await store.check([first, second])
      await #expect(throws: StoreError.self) { try await store.read { tx in _ = try tx.rows("SELECT id FROM b") } }
    }
  }

  @Test("made by a newer program, or not yet made, is refused with what to do", arguments: TestEngine.available)
  func versions(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      let empty = await #expect(throws: StoreError.self) { try await store.check([first]) }
      #expect("\(empty!)".contains("amends migrate"))
      _ = try await store.migrate([first, second])
      let newer = await #expect(throws: StoreError.self) { _ = try await store.migrate([first]) }
      #expect("\(newer!)".contains("a/002") && "\(newer!)".contains("newer"))
      let older = await #expect(throws: StoreError.self) { try await store.check([first, second, broken]) }
      #expect("\(older!)".contains("a/003"))
    }
  }

  @Test("is brought up to date by several programs at once without harm", arguments: TestEngine.available)
  func atOnce(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      let applied = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<6 { group.addTask { try await store.migrate([first, second]) } }
        return try await group.reduce([]) { $0 + $1 }
      }
      #expect(applied.sorted() == ["a/001", "a/002"])
    }
  }
}
