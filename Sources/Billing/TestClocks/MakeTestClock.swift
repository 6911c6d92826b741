import Kernel
import Store

/// A new test clock, with a lane of its own.
package struct MakeTestClock: Command {
  package static let name = "makeTestClock"
  package static let allowed: Set<Actor.Role> = [.operator]
  /// A clock begins within so many days of today, before or after.
  static let farthest = Span.days(3_660)

  package var title: String
  /// Where it begins; `nil`: now.
  package var at: Instant?

  package init(title: String, at: Instant?) {
    self.title = title
    self.at = at
  }

  package func run(in change: Change) throws -> Int64 {
    guard (1...100).contains(title.count), !title.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
      throw Refusal(.invalid, "badName", "A test clock has a name of 1 to 100 characters.")
    }
    let start = at ?? change.now
    guard start > change.now - Self.farthest, start < change.now + Self.farthest else {
      throw Refusal(.invalid, "badTime", "A test clock begins within ten years of today.")
    }
    let count = try change.tx.integer("SELECT count(*) FROM test_clock") ?? 0
    guard count < TestClock.most else {
      throw Refusal(.limit, "tooManyClocks", "There can be \(TestClock.most) test clocks; use one that is there.")
    }
    let id = try change.id()
    try change.tx.execute(
      "INSERT INTO test_clock (id, name, now, made_at) VALUES (\(id), \(title), \(start), \(change.now))")
    try change.tx.execute("INSERT INTO lane (name) VALUES (\(TestClock.lane(of: id)))")
    change.record(TestClockMoved(clock: id, what: "made", to: start))
    return id
  }
}

struct TestClockMoved: Fact {
  static let kind = "testClockMoved"
  let clock: Int64
  /// `made`, `advanced`.
  let what: String
  let to: Instant
  var subject: String { "testClock:\(clock)" }
  var body: FactBody { ["to": .number(to.microseconds), "what": .text(what)] }
}
