import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@Suite("An alert")
struct AlertTests {
  /// A check that finds what the test says.
  private final class Trouble: Sendable {
    let subjects = Mutex<[String]>([])

    var check: Check {
      Check(
        name: "trouble", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .minutes(15)
      ) { [self] _, now in
        subjects.withLock { $0 }.map { .init(subject: $0, message: "seen at \(now.seconds)") }
      }
    }
  }

  private func kinds(_ house: House) async throws -> [String] {
    try await house.store.read { tx in
      try tx.rows("SELECT kind FROM fact ORDER BY epoch, id LIMIT 100").map { try $0.text("kind") }
    }
  }

  @Test("is raised once, escalated once when nobody mends it, and cleared", arguments: TestEngine.available)
  func life(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let trouble = Trouble()
      let alerts = Alerts(kernel: house.kernel, checks: [trouble.check])
      let nothing = try await alerts.run()
      trouble.subjects.withLock { $0 = ["lane:card"] }
      let first = try await alerts.run()
      house.clock.move(.minutes(10))
      let second = try await alerts.run()
      #expect([nothing, first, second] == [0, 1, 0])
      let raised = try await kinds(house)
      #expect(raised == ["alertRaised"])

      house.clock.move(.minutes(6))
      _ = try await alerts.run()
      _ = try await alerts.run()
      let row = try #require(
        try await house.store.read { tx in try tx.row("SELECT message, owner, escalated_to, seen_at FROM alert") })
      #expect(try row.text("escalated_to") == "head of payments" && row.text("owner") == "payments")
      #expect(try row.instant("seen_at") == house.clock.now)
      #expect(try row.text("message") == "seen at \(house.clock.now.seconds)")

      trouble.subjects.withLock { $0 = [] }
      _ = try await alerts.run()
      _ = try await alerts.run()
      let open = try await house.count("SELECT count(*) FROM alert WHERE cleared_at IS NULL")
      #expect(open == 0)
      let all = try await kinds(house)
      #expect(all == ["alertRaised", "alertEscalated", "alertCleared"])
    }
  }

  @Test("comes again as a new one after it was cleared", arguments: TestEngine.available)
  func again(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let trouble = Trouble()
      let alerts = Alerts(kernel: house.kernel, checks: [trouble.check])
      for subjects in [["a"], [], ["a"]] {
        trouble.subjects.withLock { $0 = subjects }
        _ = try await alerts.run()
        house.clock.move(.minutes(1))
      }
      let rows = try await house.count("SELECT count(*) FROM alert")
      let open = try await house.count("SELECT count(*) FROM alert WHERE cleared_at IS NULL")
      #expect(rows == 2 && open == 1)
    }
  }

  @Test("stands for one subject; another one's is its own", arguments: TestEngine.available)
  func subjects(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let trouble = Trouble()
      let alerts = Alerts(kernel: house.kernel, checks: [trouble.check])
      trouble.subjects.withLock { $0 = ["a", "b"] }
      let raised = try await alerts.run()
      #expect(raised == 2)
      trouble.subjects.withLock { $0 = ["b"] }
      _ = try await alerts.run()
      let open = try await house.store.read { tx in
        try tx.rows("SELECT subject FROM alert WHERE cleared_at IS NULL").map { try $0.text("subject") }
      }
      #expect(open == ["b"])
    }
  }

  @Test("is raised once when several processes look at once", arguments: TestEngine.available)
  func raced(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      let trouble = Trouble()
      trouble.subjects.withLock { $0 = ["a"] }
      let raised = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 { group.addTask { try await Alerts(kernel: house.kernel, checks: [trouble.check]).run() } }
        return try await group.reduce(0, +)
      }
      let kinds = try await kinds(house)
      #expect(raised == 1 && kinds == ["alertRaised"])
    }
  }

  @Test("is raised for a hundred findings of one check at most")
  func limit() async throws {
    try await House.open(on: .sqlite) { house in
      let trouble = Trouble()
      trouble.subjects.withLock { $0 = (0..<150).map { "s\($0)" } }
      let raised = try await Alerts(kernel: house.kernel, checks: [trouble.check]).run()
      #expect(raised == Check.limit)
    }
  }
}
