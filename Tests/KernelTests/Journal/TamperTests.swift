import Kernel
import Store
import TestSupport
import Testing

@Suite("A journal that was tampered with")
struct TamperTests {
  /// 600 sealed facts in two seals, what `tamper` does to them, and what is found afterwards.
  private func found(
    on engine: TestEngine, _ tamper: @escaping @Sendable (Transaction, [FactNumber]) throws -> Void
  ) async throws -> (problems: [JournalReport.Problem], facts: [FactNumber]) {
    var found: [JournalReport.Problem] = []
    var all: [FactNumber] = []
    try await House.open(on: engine) { house in
      try await house.record(0..<270)
      try await house.sealAll(270)
      try await house.record(270..<600)
      try await house.sealAll(600)
      let facts = try await house.facts()
      let clean = try await house.journal.verify()
      #expect(clean.problems == [] && clean.sealed == 600)
      try await house.store.write { tx in try tamper(tx, facts) }
      found = try await house.journal.verify().problems
      all = facts
    }
    return (found, all)
  }

  @Test(
    "names the fact that was altered", arguments: TestEngine.available,
    ["at = at + 1", "kind = 'other'", "subject = 'thing:8'", "actor = 'operator:x'", "body = '{\"number\":1000}'"])
  func altered(engine: TestEngine, change: String) async throws {
    let (problems, facts) = try await found(on: engine) { tx, facts in
      try tx.execute("UPDATE fact SET \(SQL(stringLiteral: change)) WHERE id = \(facts[400].id)")
    }
    #expect(problems == [.altered(fact: facts[400])])
  }

  @Test("names the fact that was removed", arguments: TestEngine.available, [0, 255, 256, 269, 599])
  func removed(engine: TestEngine, index: Int) async throws {
    let (problems, facts) = try await found(on: engine) { tx, facts in
      try tx.execute("DELETE FROM fact WHERE id = \(facts[index].id)")
    }
    #expect(problems == [.removed(fact: facts[index])])
  }

  @Test("names the fact that was put in among them", arguments: TestEngine.available)
  func inserted(engine: TestEngine) async throws {
    // Below every sealed fact, where no honest one can come any more.
    let (problems, _) = try await found(on: engine) { tx, _ in
      try tx.execute(
        """
        INSERT INTO fact (epoch, id, at, kind, subject, actor, body)
        VALUES (0, 0, 0, 'happened', 'thing:1', 'system:test', '{}')
        """)
    }
    #expect(problems == [.inserted(fact: FactNumber(epoch: 0, id: 0))])
  }

  @Test("names both facts whose contents were exchanged", arguments: TestEngine.available)
  func exchanged(engine: TestEngine) async throws {
    let (problems, facts) = try await found(on: engine) { tx, facts in
      let bodies = try [10, 500].map { index in
        try tx.row("SELECT body FROM fact WHERE id = \(facts[index].id)")?.text("body") ?? ""
      }
      try tx.execute("UPDATE fact SET body = \(bodies[1]) WHERE id = \(facts[10].id)")
      try tx.execute("UPDATE fact SET body = \(bodies[0]) WHERE id = \(facts[500].id)")
    }
    #expect(problems == [.altered(fact: facts[10]), .altered(fact: facts[500])])
  }

  @Test("names what was removed, altered and put in together", arguments: TestEngine.available)
  func together(engine: TestEngine) async throws {
    let (problems, facts) = try await found(on: engine) { tx, facts in
      try tx.execute("DELETE FROM fact WHERE id = \(facts[3].id)")
      try tx.execute("UPDATE fact SET kind = 'other' WHERE id = \(facts[300].id)")
      try tx.execute(
        """
        INSERT INTO fact (epoch, id, at, kind, subject, actor, body)
        VALUES (0, 0, 0, 'happened', 'thing:1', 'system:test', '{}')
        """)
    }
    #expect(
      problems == [.inserted(fact: FactNumber(epoch: 0, id: 0)), .removed(fact: facts[3]), .altered(fact: facts[300])])
  }

  @Test("is found where a fact and its leaf were altered together", arguments: TestEngine.available)
  func alteredWithLeaf(engine: TestEngine) async throws {
    let (problems, _) = try await found(on: engine) { tx, facts in
      let number = facts[5].id
      try tx.execute("UPDATE fact SET body = '{}' WHERE id = \(number)")
      guard let row = try tx.row("SELECT id, at, kind, subject, actor, body FROM fact WHERE id = \(number)") else {
        return
      }
      let leaf = FactLeaf(
        id: try row.integer("id"), at: try row.integer("at"), kind: try row.text("kind"),
        subject: try row.text("subject"), actor: try row.text("actor"), body: try row.text("body"))
      guard var tile = try tx.row("SELECT hashes FROM journal_tile WHERE level = 0 AND n = 0")?.blob("hashes") else {
        return
      }
      tile.replaceSubrange(5 * 32..<6 * 32, with: leaf.leafHash.bytes)
      try tx.execute("UPDATE journal_tile SET hashes = \(tile) WHERE level = 0 AND n = 0")
    }
    // The signed checkpoints tell.
    #expect(problems.contains(.tree("The tree of the first 270 facts is not the one that was signed.")))
    #expect(problems.contains(.tree("The tree of the first 600 facts is not the one that was signed.")))
  }

  @Test("is found where an upper tile was altered", arguments: TestEngine.available)
  func alteredTile(engine: TestEngine) async throws {
    let (problems, _) = try await found(on: engine) { tx, _ in
      guard var tile = try tx.row("SELECT hashes FROM journal_tile WHERE level = 1 AND n = 0")?.blob("hashes") else {
        return
      }
      tile[0] ^= 1
      try tx.execute("UPDATE journal_tile SET hashes = \(tile) WHERE level = 1 AND n = 0")
    }
    #expect(problems.count == 1)
    #expect(problems.first?.description.contains("upper levels") == true)
  }

  @Test(
    "is found where a page of the tree is missing", arguments: TestEngine.available, ["journal_tile", "journal_place"])
  func missingPage(engine: TestEngine, table: String) async throws {
    let (problems, _) = try await found(on: engine) { tx, _ in
      let level = table == "journal_tile" ? " AND level = 0" : ""
      try tx.execute(SQL(stringLiteral: "DELETE FROM \(table) WHERE n = 1\(level)"))
    }
    #expect(problems.contains { $0.description.contains("Page 1 of the tree") })
  }

  @Test("is found where a checkpoint was altered", arguments: TestEngine.available)
  func alteredCheckpoint(engine: TestEngine) async throws {
    let (problems, _) = try await found(on: engine) { tx, _ in
      try tx.execute("UPDATE journal_seal SET checkpoint = replace(checkpoint, 'time 1', 'time 2') WHERE size = 270")
    }
    #expect(problems.count == 1)
    #expect(problems.first?.description.contains("checkpoint of 270 facts") == true)
  }

  @Test("is found where every checkpoint was taken away", arguments: TestEngine.available)
  func noCheckpoints(engine: TestEngine) async throws {
    let (problems, _) = try await found(on: engine) { tx, _ in try tx.execute("DELETE FROM journal_seal") }
    #expect(problems.first?.description.contains("No checkpoint") == true)
  }

  @Test("is found where its end was cut off, the head with it", arguments: TestEngine.available)
  func cutOff(engine: TestEngine) async throws {
    let (problems, _) = try await found(on: engine) { tx, facts in
      let last = facts[269]
      try tx.execute("DELETE FROM fact WHERE (epoch, id) > (\(last.epoch), \(last.id))")
      try tx.execute("UPDATE journal_head SET size = 270, epoch = \(last.epoch), id = \(last.id) WHERE one = 1")
    }
    // The second checkpoint is still there, and speaks of more than there is.
    #expect(!problems.isEmpty)
  }
}
