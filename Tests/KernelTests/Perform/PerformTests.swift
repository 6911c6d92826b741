import Kernel
import Store
import Synchronization
import TestSupport
import Testing

/// A command that leaves a row, a fact and an effect, and may refuse after it did all that.
private struct Note: Command {
  static let name = "note"
  static let allowed: Set<Actor.Role> = [.operator]

  var text: String
  var refuses = false

  func run(in change: Change) throws -> Int64 {
    try change.tx.execute(
      """
      INSERT INTO counter (name, value) VALUES (\(text), 1)
      ON CONFLICT (name) DO UPDATE SET value = counter.value + 1
      """)
    change.record(Noted(text: text))
    change.enqueue(NewEffect(lane: "card", kind: "charge", slot: "note:\(change.reference())", payload: "{}"))
    try change.flush()
    if refuses { throw Refusal(.conflict, "notNow", "Not now.") }
    return try change.tx.integer("SELECT value FROM counter WHERE name = \(text)") ?? 0
  }
}

private struct Noted: Fact {
  static let kind = "noted"
  let text: String
  var subject: String { "note:\(text)" }
  var body: FactBody { ["text": .text(text)] }
}

@Suite("A command")
struct PerformTests {
  private static let clerk = Actor(.operator, "clerk")

  private func left(_ house: House) async throws -> [Int64] {
    [
      try await house.count("SELECT CAST(COALESCE(sum(value), 0) AS BIGINT) FROM counter"),
      try await house.count("SELECT count(*) FROM fact"), try await house.count("SELECT count(*) FROM effect"),
    ]
  }

  @Test("given twice under one key happens once, and is answered the same", arguments: TestEngine.available)
  func once(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let first = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k")
      let second = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k")
      #expect(first == 1 && second == 1)
      let other = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "l")
      #expect(other == 2)
      let left = try await left(house)
      #expect(left == [2, 2, 2])
    }
  }

  @Test("can be answered with more than its output, and that is what is kept", arguments: TestEngine.available)
  func answering(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      for text in ["first", "second"] {
        let answer = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k") { output, _ in
          ["\(text) \(output)"]
        }
        #expect(answer == ["first 1"])
      }
    }
  }

  @Test("of a program is forgotten after a month, and others never", arguments: TestEngine.available)
  func forgotten(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let forget = ForgetAnswers(kernel: house.kernel)
      let keys = ["api/1/k", "api/2/k", "cli/k", "apis", "api0"]
      for key in keys { _ = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: key) }
      house.clock.move(ForgetAnswers.kept)
      #expect(try await forget.run() == 0)
      house.clock.move(.seconds(1))
      #expect(try await forget.run() == 2)
      #expect(try await forget.run() == 0)
      for key in keys {
        let count = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: key)
        #expect(key.hasPrefix("api/") == (count > 5), "\(key)")
      }
    }
  }

  @Test("under a used key with another input is refused", arguments: TestEngine.available)
  func keyReused(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      _ = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k")
      let refusal = await #expect(throws: Refusal.self) {
        _ = try await house.kernel.perform(Note(text: "b"), by: Self.clerk, key: "k")
      }
      #expect(refusal?.code == "keyReused")
      let left = try await left(house)
      #expect(left == [1, 1, 1])
    }
  }

  @Test("that refuses leaves nothing, and its key is free", arguments: TestEngine.available)
  func refused(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let refusal = await #expect(throws: Refusal.self) {
        _ = try await house.kernel.perform(Note(text: "a", refuses: true), by: Self.clerk, key: "k")
      }
      #expect(refusal?.code == "notNow")
      let nothing = try await left(house)
      #expect(nothing == [0, 0, 0])
      _ = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k")
      let left = try await left(house)
      #expect(left == [1, 1, 1])
    }
  }

  @Test("given by many at once under one key has one effect", arguments: TestEngine.available)
  func raced(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let results = try await withThrowingTaskGroup(of: Int64.self) { group in
        for _ in 0..<12 {
          group.addTask { try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k") }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(results == Array(repeating: 1, count: 12))
      let left = try await left(house)
      #expect(left == [1, 1, 1])
    }
  }

  @Test(
    "whose commit nobody answered is looked up under its key", arguments: TestEngine.available, [true, false])
  func commitUnknown(engine: TestEngine, happened: Bool) async throws {
    let failures = Mutex(0)
    let fail: @Sendable () throws -> Void = {
      let left = failures.withLock { left in
        defer { left = max(0, left - 1) }
        return left
      }
      if left > 0 { throw StoreError.commitUnknown("the line was cut") }
    }
    var faults = Faults()
    if happened { faults.afterCommit = fail } else { faults.beforeCommit = fail }
    try await House.open(on: engine, faults: faults) { house in
      failures.withLock { $0 = 3 }
      let result = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k")
      #expect(result == 1)
      let left = try await left(house)
      #expect(left == [1, 1, 1])
    }
  }

  @Test("whose commit stays unknown says so in the end, and its key still answers", arguments: TestEngine.available)
  func commitStaysUnknown(engine: TestEngine) async throws {
    let isDown = Mutex(false)
    var faults = Faults()
    faults.afterCommit = { if isDown.withLock({ $0 }) { throw StoreError.commitUnknown("the line is cut") } }
    try await House.open(on: engine, faults: faults) { house in
      isDown.withLock { $0 = true }
      await #expect(throws: StoreError.commitUnknown("the line is cut")) {
        _ = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k")
      }
      isDown.withLock { $0 = false }
      let result = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: "k")
      #expect(result == 1)
      let left = try await left(house)
      #expect(left == [1, 1, 1])
    }
  }

  @Test("a step that may not repeat hands an unknown commit to its caller", arguments: TestEngine.available)
  func mayNotRepeat(engine: TestEngine) async throws {
    let isDown = Mutex(false)
    var faults = Faults()
    faults.afterCommit = { if isDown.withLock({ $0 }) { throw StoreError.commitUnknown("cut") } }
    try await House.open(on: engine, faults: faults) { house in
      isDown.withLock { $0 = true }
      await #expect(throws: StoreError.commitUnknown("cut")) {
        try await house.kernel.change(by: .system("test"), canRepeat: false) { change in change.record(Noted(text: "x"))
        }
      }
      let facts = try await house.count("SELECT count(*) FROM fact")
      #expect(facts == 1)
    }
  }

  @Test("is forbidden to whom it is not meant for", arguments: [Actor.Role.system, .partner])
  func forbidden(role: Actor.Role) async throws {
    try await House.open(on: .sqlite) { house in
      let refusal = await #expect(throws: Refusal.self) {
        _ = try await house.kernel.perform(Note(text: "a"), by: Actor(role, "somebody"), key: "k")
      }
      #expect(refusal?.kind == .forbidden)
      let left = try await left(house)
      #expect(left == [0, 0, 0])
    }
  }

  @Test("needs a key of 1 to 200 bytes", arguments: ["", String(repeating: "k", count: 201)])
  func badKey(key: String) async throws {
    try await House.open(on: .sqlite) { house in
      let refusal = await #expect(throws: Refusal.self) {
        _ = try await house.kernel.perform(Note(text: "a"), by: Self.clerk, key: key)
      }
      #expect(refusal?.code == "badKey")
    }
  }

  @Test("that takes more ids than a block has gets them all, and no two the same", arguments: TestEngine.available)
  func manyIDs(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let ids = try await house.kernel.change(by: .system("test"), canRepeat: true) { change in
        Array(try change.ids(70_000)) + Array(try change.ids(70_000))
      }
      #expect(Set(ids).count == 140_000)
    }
  }
}
