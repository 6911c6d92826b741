import Foundation
import TestSupport
import Testing

/// Real faults on real processes. The short form runs with all tests; `make chaos` does it again and again.
///
/// Houses stand side by side, four at most: a fault is mostly waiting for leases and limits to run out.
@Suite("Chaos")
enum Chaos {
  /// How often each fault is done to a house.
  static let rounds = ProcessInfo.processInfo.environment["AMENDS_CHAOS_ROUNDS"].flatMap(Int.init) ?? 1
  /// People who fall due around each fault.
  static let crowd = rounds > 1 ? 40 : 16
  /// How long until charges flow, or everybody is settled, at most. In the long form a partner that was broken again and
  /// again meets a breaker that stays open for four minutes and more, and the third question about a charge comes after
  /// five.
  static let patience = rounds > 1 ? 600.0 : 120.0

  /// Plays a fault `rounds` times on a house under load, and holds the partner's book and the journal against it.
  /// - Parameter mayEnd: whether the server may end by itself, to be started again by its keeper.
  static func play(
    _ scene: Scene, times: Int = rounds, mayEnd: Bool = false,
    _ fault: (Stage, _ number: Int) async throws -> Void
  ) async throws {
    try await Stage.with(scene) { stage in
      for number in 0..<times {
        try await stage.round(number) { try await fault(stage, number) }
      }
      let book = try await stage.end()
      #expect(book.doubled == 0, "charged more than once: \(book.doubled) people")
      #expect(book.lost == 0, "not charged: \(book.lost) people")
      #expect(book.captures == stage.people)
      let ends = await stage.server.ends
      let said = await stage.server.text
      #expect(mayEnd || ends == 0, "the server ended by itself \(ends) times\n\(said)")
    }
  }

  /// As `play`, on a database of its own on the server that all tests share, or on a SQLite file.
  static func play(
    _ fault: String, on engine: TestEngine, times: Int = rounds, adjust: (inout Scene) -> Void = { _ in },
    _ body: (Stage, _ number: Int) async throws -> Void
  ) async throws {
    guard engine == .postgres else {
      var scene = Scene(fault: fault, engine: engine.rawValue, database: "house.sqlite")
      adjust(&scene)
      return try await play(scene, times: times, body)
    }
    try await withDatabase(on: engine) { address in
      var scene = Scene(fault: fault, engine: engine.rawValue, database: address)
      adjust(&scene)
      try await play(scene, times: times, body)
    }
  }

  static let serverHasPostgres = TestEngine.postgresAddress != nil

  /// Waits for something that has to become true.
  static func wait(
    for what: String, within seconds: Double = 90, telling text: () async -> String = { "" },
    _ condition: () async throws -> Bool
  ) async throws {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if try await condition() { return }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Program.Failed(text: "not within \(Int(seconds)) s: \(what)\n\(await text())")
  }
}

/// What `make chaos` prints at its end: one line for a fault and an engine.
enum ChaosTable {
  static func note(
    _ scene: Scene, survived: Int, people: Int, book: Stage.Book?, back: Duration, failed: Bool
  ) {
    guard let path = ProcessInfo.processInfo.environment["AMENDS_CHAOS_TABLE"] else { return }
    let seconds = String(format: "%.1f s", Double(back.components.seconds) + Double(back.components.attoseconds) / 1e18)
    let cells = [
      scene.fault, scene.engine == "sqlite" ? "SQLite" : "PostgreSQL", "\(survived)", "\(people)",
      book.map { "\($0.captures)" } ?? "?", book.map { "\($0.doubled)" } ?? "?", book.map { "\($0.lost)" } ?? "?",
      seconds, failed ? "**no**" : "yes",
    ]
    let line = "| \(cells.joined(separator: " | ")) |\n"
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644)
    guard descriptor >= 0 else { return }
    _ = line.withCString { write(descriptor, $0, line.utf8.count) }
    close(descriptor)
  }
}
