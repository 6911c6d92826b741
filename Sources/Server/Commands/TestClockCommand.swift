import ArgumentParser
import Billing
import Foundation
import Kernel
import Store

struct TestClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test-clock",
    abstract: "A year of renewals in a minute, for customers that are not real: add, list, show, advance.",
    subcommands: [Add.self, List.self, Show.self, Advance.self])

  /// As the API calls it.
  struct Row: Codable {
    var id: String
    var name: String
    var now: String
    var target: String?

    init(_ clock: TestClock) {
      id = String(clock.id)
      name = clock.name
      now = clock.now.iso8601
      target = clock.target?.iso8601
    }

    var line: String { "\(id)\t\(now)\t\(name)\t\(target.map { "on its way to \($0)" } ?? "")" }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a test clock. Customers are added to it through the API (`testClock`), and pay with a test token."
    )

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "A name, for those who look at the list.") var name: String
    @Option(help: "Where it begins, such as 2030-01-31T12:00:00Z; the real time if left out.") var at: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let start = try at.map { try TestClockCommand.time($0, "--at") }
        let id = Int64(try await OperatorActs.perform(MakeTestClock(title: name, at: start), database)) ?? 0
        let row = try await TestClockCommand.row(id, database)
        if json { return try printJSON(row) }
        print("The test clock \(id) stands at \(row.now).")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List test clocks, the newest first.")

    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let rows = try await runtime.store.read { tx in
          try TestClock.page(before: nil, limit: Int(TestClock.most), in: tx).map(Row.init)
        }
        if json { return try printJSON(rows) }
        for row in rows { print(row.line) }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show where a test clock stands.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The clock's number.") var clock: Int64
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let row = try await TestClockCommand.row(clock, database)
        if json { return try printJSON(row) }
        print(row.line)
      }
    }
  }

  struct Advance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Move a test clock on; everything that is due on the way is done, in order.")

    /// One call goes on for 20 seconds at most (`AdvanceTestClock.longest`): an hour of them.
    static let rounds = 180

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The clock's number.") var clock: Int64
    @Option(help: "How far, such as 2031-01-01T00:00:00Z: two years at most, and never back.") var to: String
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let target = try TestClockCommand.time(to, "--to")
        for _ in 0..<Self.rounds {
          let outcome = try await OperatorActs.advance(clock, to: target, database)
          guard outcome.isDone else { continue }
          if json { return try printJSON(try await TestClockCommand.row(clock, database)) }
          return print("The test clock \(clock) stands at \(outcome.now.iso8601).")
        }
        throw Problem(.no, "The test clock \(clock) is still on its way; run the same command again.")
      }
    }
  }

  static func row(_ id: Int64, _ database: DatabaseOptions) async throws -> Row { Row(try await clock(id, database)) }

  static func clock(_ id: Int64, _ database: DatabaseOptions) async throws -> TestClock {
    try await Runtime.forReading(database) { runtime in
      guard let clock = try await runtime.store.read({ tx in try TestClock.one(id, in: tx) }) else {
        throw Refusal.noClock
      }
      return clock
    }
  }

  static func time(_ text: String, _ option: String) throws -> Instant {
    guard let time = Instant(iso8601: text) else {
      throw Problem(.usage, "\(option) is a time such as 2030-01-31T12:00:00Z.")
    }
    return time
  }
}
