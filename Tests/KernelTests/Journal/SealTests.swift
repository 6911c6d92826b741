import Crypto
import Kernel
import Store
import TestSupport
import Testing

/// A fact that says only its number.
struct Happened: Fact {
  static let kind = "happened"
  let number: Int
  var subject: String { "thing:\(number % 7)" }
  var body: FactBody { ["number": .number(Int64(number))] }
}

extension House {
  static let journalKey = Curve25519.Signing.PrivateKey()

  var journal: Journal { Journal(kernel: kernel, key: Self.journalKey, origin: "example.com/journal") }

  func record(_ numbers: Range<Int>) async throws {
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      for number in numbers { change.record(Happened(number: number)) }
    }
  }

  /// Seals what can be sealed. On PostgreSQL another test's transaction holds the horizon back for a moment.
  func sealAll(_ count: Int64) async throws {
    for _ in 0..<1_000 {
      while try await journal.seal() > 0 {}
      let sealed = try await self.count("SELECT size FROM journal_head WHERE one = 1")
      if sealed >= count { return }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  func facts() async throws -> [FactNumber] {
    try await store.read { tx in
      try tx.rows("SELECT epoch, id FROM fact ORDER BY epoch, id LIMIT 100000").map {
        FactNumber(epoch: try $0.integer("epoch"), id: try $0.integer("id"))
      }
    }
  }
}

@Suite("The journal")
struct SealTests {
  @Test("seals each fact of many writers at once, and once", arguments: TestEngine.available)
  func concurrentWriters(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<60 {
          group.addTask {
            for turn in 0..<10 { try await house.record(writer * 10 + turn..<writer * 10 + turn + 1) }
          }
        }
        // The sealer works while they write: what it seals must never be overtaken.
        group.addTask { for _ in 0..<30 { _ = try await house.journal.seal() } }
        try await group.waitForAll()
      }
      try await house.sealAll(600)
      let report = try await house.journal.verify()
      #expect(report.problems == [])
      #expect(report.sealed == 600 && report.unsealed == 0)
    }
  }

  @Test("is found in order while it is being sealed", arguments: TestEngine.available)
  func verifiedMeanwhile(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.record(0..<10)
      try await house.sealAll(10)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for number in 10..<310 {
            try await house.record(number..<number + 1)
            _ = try await house.journal.seal()
          }
        }
        group.addTask {
          for _ in 0..<60 {
            let report = try await house.journal.verify()
            #expect(report.problems == [])
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("seals the facts of two processes that take their ids from different blocks")
  func twoProcesses() async throws {
    for engine in TestEngine.available where engine == .postgres {
      try await House.open(on: engine) { house in
        let other = Kernel(store: house.store, world: house.clock.world)
        for number in 0..<20 {
          let writer = number % 2 == 0 ? house.kernel : other
          try await writer.change(by: .system("test"), canRepeat: false) { $0.record(Happened(number: number)) }
          _ = try await house.journal.seal()
        }
        try await house.sealAll(20)
        let report = try await house.journal.verify()
        #expect(report.problems == [] && report.sealed == 20 && report.unsealed == 0)
      }
    }
  }

  /// Sizes around the borders of pages (256 facts) and over several seals.
  @Test(
    "holds over several seals and the borders of its pages", arguments: TestEngine.available,
    [[1], [255, 1, 1], [256], [100, 200, 400], [300, 300, 300]])
  func pages(engine: TestEngine, seals: [Int]) async throws {
    try await House.open(on: engine) { house in
      var count = 0
      for seal in seals {
        try await house.record(count..<count + seal)
        count += seal
        try await house.sealAll(Int64(count))
      }
      let report = try await house.journal.verify()
      #expect(report.problems == [])
      #expect(report.sealed == Int64(count) && report.unsealed == 0)
      #expect(report.checkpoints >= seals.count)
    }
  }

  @Test("gives a receipt for every fact that anybody can check offline", arguments: TestEngine.available)
  func receipts(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      for seal in 0..<3 {
        try await house.record(seal * 220..<(seal + 1) * 220)
        try await house.sealAll(Int64(seal + 1) * 220)
      }
      let facts = try await house.facts()
      #expect(facts.count == 660)
      for fact in facts {
        let receipt = try await house.journal.receipt(for: fact)
        let checkpoint = try receipt.verify(trusting: House.journalKey.publicKey)
        #expect(checkpoint.size == 660 && receipt.fact.id == fact.id)
      }
    }
  }

  @Test("gives no receipt before the seal, nor for what is not there", arguments: TestEngine.available)
  func noReceipt(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.record(0..<3)
      let first = try #require(try await house.facts().first)
      let early = await #expect(throws: Refusal.self) { _ = try await house.journal.receipt(for: first) }
      #expect(early?.code == "notSealed")
      try await house.sealAll(3)
      try await house.record(3..<4)
      let last = try #require(try await house.facts().last)
      let unsealed = await #expect(throws: Refusal.self) { _ = try await house.journal.receipt(for: last) }
      #expect(unsealed?.code == "notSealed")
      let missing = await #expect(throws: Refusal.self) {
        _ = try await house.journal.receipt(for: FactNumber(epoch: 0, id: 99_999_999))
      }
      #expect(missing?.code == "noFact")
      let report = try await house.journal.verify()
      #expect(report.unsealed == 1 && report.problems == [])
    }
  }
}
