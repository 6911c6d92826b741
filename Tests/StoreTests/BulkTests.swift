import Store
import TestSupport
import Testing

@Suite("Rows in bulk")
struct BulkTests {
  static let columns: [Column] = [.integer("id"), .text("name"), .blob("raw"), .integer("size")]

  static func rows(_ ids: Range<Int>) -> [[SQLValue]] {
    ids.map {
      [.integer(Int64($0)), $0 % 3 == 0 ? .null : .text("n'\($0)\""), .blob([1, 0, UInt8($0 & 255)]), .integer(1)]
    }
  }

  @Test("are inserted, and those that are there already are counted out", arguments: TestEngine.available)
  func insert(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([TransactionTests.schema])
      let first = try await store.write { tx in try tx.insert(into: "thing", Self.columns, rows: Self.rows(0..<5_000)) }
      #expect(first == 5_000)
      let second = try await store.write { tx in
        try tx.insert(into: "thing", Self.columns, rows: Self.rows(4_990..<5_010), onConflict: .ignore)
      }
      #expect(second == 10)
      await #expect(throws: StoreError.self) {
        try await store.write { tx in try tx.insert(into: "thing", Self.columns, rows: Self.rows(5_009..<5_020)) }
      }
      #expect(try await store.count() == 5_010)
      let row = try await store.read { tx in try tx.row("SELECT name, raw FROM thing WHERE id = 4999")! }
      #expect(try row.text("name") == "n'4999\"")
      #expect(try row.blob("raw") == [1, 0, 0x87])
    }
  }

  @Test(
    "come whole, however they are cut into statements", arguments: TestEngine.available, [0, 1, 7, 8, 63, 64, 65, 137])
  func sizes(engine: TestEngine, count: Int) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([TransactionTests.schema])
      let keys = try await store.write { tx in
        let inserted = try tx.insert(into: "thing", Self.columns, rows: Self.rows(0..<count))
        let changed = try tx.updateKeys(
          "thing", [.integer("id"), .integer("size")],
          rows: (0..<count + 3).map { [.integer(Int64($0)), .integer(Int64($0 * $0))] },
          set: "size = \(column: "size")", where: "thing.id = \(column: "id") AND thing.size <> \(7)")
        return inserted == count ? changed.sorted() : []
      }
      #expect(keys == (0..<Int64(count)).map { $0 })
      let wrong = try await store.read { tx in try tx.integer("SELECT count(*) FROM thing WHERE size <> id * id") }
      #expect(wrong == 0)
    }
  }

  @Test("overwrite what is there under their key, where that is asked for", arguments: TestEngine.available)
  func replace(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([TransactionTests.schema])
      let sum = try await store.write { tx in
        try tx.insert(into: "thing", Self.columns, rows: Self.rows(0..<10))
        let columns: [Column] = [.integer("id"), .integer("size")]
        try tx.insert(
          into: "thing", columns, rows: (5..<15).map { [.integer($0), .integer(100)] },
          onConflict: .replace(key: ["id"]))
        return try tx.row("SELECT count(*) AS n, CAST(sum(size) AS BIGINT) AS s, count(name) AS named FROM thing")
      }
      let row = try #require(sum)
      // The other columns of those that were there stay as they are.
      #expect(try row.integer("n") == 15 && row.integer("s") == 1_005 && row.integer("named") == 6)
    }
  }

  @Test("are changed each by its own values, only where the condition holds", arguments: TestEngine.available)
  func update(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([TransactionTests.schema])
      try await store.write { tx in _ = try tx.insert(into: "thing", Self.columns, rows: Self.rows(0..<1_000)) }
      let bonus = 5
      let changed = try await store.write { tx in
        try tx.update(
          "thing", [.integer("id"), .integer("more")],
          rows: (0..<2_000).map { [.integer(Int64($0)), .integer(Int64($0))] },
          set: "size = size + \(column: "more") + \(bonus)",
          where: "thing.id = \(column: "id") AND thing.id >= \(500)")
      }
      #expect(changed == 500)
      let sum = try await store.read { tx in try tx.integer("SELECT CAST(sum(size) AS BIGINT) FROM thing") }
      #expect(sum == Int64(1_000 + (500..<1_000).reduce(0, +) + 500 * bonus))
      let returned = try await store.write { tx in
        try tx.updateKeys(
          "thing", [.integer("id")], rows: [[.integer(1)], [.integer(9_999)], [.integer(2)]],
          set: "size = 50", where: "thing.id = \(column: "id")")
      }
      #expect(Set(returned) == [1, 2])
    }
  }

  @Test("are found by a list of keys, of numbers or of hostile texts", arguments: TestEngine.available)
  func membership(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([TransactionTests.schema])
      try await store.write { tx in _ = try tx.insert(into: "thing", Self.columns, rows: Self.rows(0..<100)) }
      let byID = try await store.read { tx in
        try tx.integer("SELECT count(*) FROM thing WHERE id \(in: [1, 2, 99, 100])")
      }
      #expect(byID == 3)
      let names = ["n'1\"", "n'2\"", "\"], \"n'4\\", "\u{7}"]
      let byName = try await store.read { tx in
        try tx.integer("SELECT count(*) FROM thing WHERE name \(in: names) AND size = \(1)")
      }
      #expect(byName == 2)
      let none = try await store.read { tx in
        try tx.integer("SELECT count(*) FROM thing WHERE id \(in: [Int]())")
      }
      #expect(none == 0)
      let nobody = try await store.read { tx in
        try tx.integer("SELECT count(*) FROM thing WHERE NOT (name \(in: [String]()))")
      }
      #expect(nobody == 100)
    }
  }

  @Test("reach a hundred thousand in one statement", arguments: TestEngine.available)
  func large(engine: TestEngine) async throws {
    try await withStore(on: engine) { store in
      _ = try await store.migrate([TransactionTests.schema])
      try await store.write { tx in _ = try tx.insert(into: "thing", Self.columns, rows: Self.rows(0..<100_000)) }
      #expect(try await store.count() == 100_000)
    }
  }
}
