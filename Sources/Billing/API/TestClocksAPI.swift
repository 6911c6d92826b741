import Kernel
import Store
import Web

/// Test clocks for those who integrate: customers that live by one are charged by nobody.
package struct TestClocksAPI: Sendable {
  let journal: Journal

  package init(journal: Journal) { self.journal = journal }

  package func add(to api: API) {
    api.list(
      "test-clocks", "listTestClocks", "List test clocks, the newest first.", in: .testClocks, needs: .useTestClocks,
      of: TestClockJSON.self
    ) { call in
      let before = try call.after()?[0]
      let found = try await call.read { tx in
        try TestClock.page(before: before, limit: call.rows, in: tx).map(TestClockJSON.init)
      }
      return Page(found, call) { [Int64($0.id) ?? 0] }
    }
    api.get(
      "test-clocks/:id", "getTestClock", "Get a test clock.", in: .testClocks, needs: .useTestClocks,
      answers: TestClockJSON.self, refuses: [.noClock]
    ) { call in
      let id = try call.id()
      return try await call.read { tx in try TestClockJSON.one(id, in: tx) }
    }
    api.post(
      "test-clocks", "addTestClock", "Make a test clock.",
      "Customers are added to it by their `testClock`, and pay through the partner `test` with one of its tokens: "
        + TestToken.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ") + ".",
      in: .testClocks, needs: .useTestClocks, takes: NewTestClockJSON.self, answers: TestClockJSON.self, creates: true
    ) { call, new in
      try await call.perform(MakeTestClock(title: new.name, at: new.now?.instant)) { id, change in
        try TestClockJSON.one(id, in: change.tx)
      }
    }
    api.post(
      "test-clocks/:id/advance", "advanceTestClock", "Move a test clock on.",
      """
      Everything that is due on the way is done, in order, before the answer comes. It goes two years at most, never back, and \
      stops after 20 seconds where it is: then `done` is false, and the same request with a new key goes on.
      """,
      in: .testClocks, needs: .useTestClocks, takes: AdvanceJSON.self, answers: AdvancedJSON.self,
      refuses: [.noClock, .clockBusy, .clockNeverBack]
    ) { call, body in
      // Moving to where it stands does nothing that was not due: it needs no key of its own to be harmless twice.
      let outcome = try await AdvanceTestClock(kernel: call.kernel, journal: journal).run(
        try call.id(), to: body.to.instant, by: call.identity.actor)
      return AdvancedJSON(clock: TestClockJSON(outcome.clock), done: outcome.isDone)
    }
  }
}

extension APIEndpoint.Group {
  static let testClocks = Self("Test clocks", "A year of renewals in a second, for customers that are not real.")
}

struct TestClockJSON: APIType {
  var id: String
  var name: String
  var now: APITime
  var target: APITime?
  var createdAt: APITime

  init(_ clock: TestClock) {
    id = String(clock.id)
    name = clock.name
    now = APITime(clock.now)
    target = APITime(clock.target)
    createdAt = APITime(clock.madeAt)
  }

  static func one(_ id: Int64, in tx: Transaction) throws -> TestClockJSON {
    guard let clock = try TestClock.one(id, in: tx) else { throw Refusal.noClock }
    return TestClockJSON(clock)
  }

  var location: String? { "test-clocks/\(id)" }

  static let about = "A clock of its own for customers that are not real. It stands still until it is advanced."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "id": .id("The number."), "name": .text("The name.", 1...100), "now": .time("Where it stands."),
      "target": Schema.time("Where it is being moved to, or was when it stopped on the way.").optional,
      "createdAt": .time("When it was made."),
    ]
  }
}

struct NewTestClockJSON: APIType {
  var name: String
  var now: APITime?

  static let about = "A test clock to be made."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "name": .text("The name.", 1...100, .words),
      "now": Schema.time("Where it begins; the real time if left out.").optional,
    ]
  }
}

struct AdvanceJSON: APIType {
  var to: APITime

  static let about = "How far a test clock is moved."
  static var fields: KeyValuePairs<String, Schema> { ["to": .time("Not before its time.")] }
}

struct AdvancedJSON: APIType {
  var clock: TestClockJSON
  var done: Bool

  static let about = "How far a test clock got."
  static var fields: KeyValuePairs<String, Schema> {
    ["clock": .one(TestClockJSON.self), "done": .flag("It got as far as was asked.")]
  }
}
