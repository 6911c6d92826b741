import ArgumentParser
import Foundation
import Store
import TestSupport

/// (g) An old snapshot held open for as long as the load lasts: a report that somebody runs, a dump, a forgotten session.
struct SnapshotBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "(g) Renewals a second while an old snapshot is held open.")

  @OptionGroup var settings: Settings
  @Option(help: "Seconds of load, with the snapshot and without.") var seconds = 40
  @Option(help: "Subscriptions that are due; more than can be renewed in that time.") var count = 400_000

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    for engine in settings.engines {
      var (normal, held): ([Bed.Run], [Bed.Run]) = ([], [])
      for _ in 0..<settings.rounds {
        normal.append(try await run(engine, holds: false))
        held.append(try await run(engine, holds: true))
      }
      let (a, b) = (median(normal.map(\.rate)), median(held.map(\.rate)))
      lines.append(line(engine, "all \(seconds) s", b, beside: a))
      // What gets worse with time shows at the end.
      lines.append(line(engine, "their last quarter", median(held.map(last)), beside: median(normal.map(last))))
    }
    return lines
  }

  private func line(_ engine: TestEngine, _ what: String, _ held: Double, beside normal: Double) -> Line {
    let line = Line(
      part: "g", engine: engine.rawValue, what: "an old snapshot open, \(what)", amends: perSecond(held),
      beside: "none open \(perSecond(normal))", ratio: percent(held, of: normal))
    note(line.markdown)
    return line
  }

  private func last(_ run: Bed.Run) -> Double {
    let quarter = max(1, run.course.count / 4)
    guard run.course.count > quarter, let end = run.course.last else { return run.rate }
    return Double(end - run.course[run.course.count - 1 - quarter]) / Double(quarter)
  }

  private func run(_ engine: TestEngine, holds: Bool) async throws -> Bed.Run {
    try await withDatabase(on: engine) { address in
      _ = try await Subscribers(subscriptions: count, due: count).build(address)
      if engine == .postgres { try PostgresCommand.run("VACUUM ANALYZE", on: address) }
      let snapshot = holds ? try await Snapshot(address) : nil
      let partners = InstantPartner.lanes.map { InstantPartner(lane: $0) }
      let run = try await Bed.on(address, partners, batch: settings.batch) { bed in
        try await bed.run(within: .seconds(seconds))
      }
      try await snapshot?.release()
      guard run.done < count else { throw Failed("all \(count) were renewed before the time was over: more --count") }
      return run
    }
  }
}

/// A reading transaction on a connection of its own, open until it is released.
final class Snapshot: Sendable {
  private let store: Store
  private let released = DispatchSemaphore(value: 0)
  private let reading: Task<Void, any Error>

  init(_ address: String) async throws {
    let store = try await Store.openToRead(address, logger: Bed.quiet)
    let (taken, semaphore) = (DispatchSemaphore(value: 0), released)
    reading = Task {
      try await store.read { tx in
        _ = try tx.integer("SELECT count(*) FROM plan")
        taken.signal()
        // A word now and then: the Store's sessions are ended when they say nothing for a minute.
        while semaphore.wait(timeout: .now() + 10) == .timedOut { _ = try tx.integer("SELECT count(*) FROM plan") }
      }
    }
    self.store = store
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        taken.wait()
        continuation.resume()
      }
    }
  }

  func release() async throws {
    released.signal()
    try await reading.value
    await store.close()
  }
}
