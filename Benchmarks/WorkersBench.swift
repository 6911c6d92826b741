import ArgumentParser
import Foundation
import TestSupport

/// (f) Several worker processes on one PostgreSQL.
struct WorkersBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "workers", abstract: "(f) Renewals a second of 1, 2 and 4 worker processes on one PostgreSQL.")

  @OptionGroup var settings: Settings
  @Option(help: "Subscriptions that are due.") var count = 40_000

  func measure() async throws -> [Line] {
    guard settings.engines.contains(.postgres) else { return [] }
    var lines: [Line] = []
    var one = 0.0
    for workers in [1, 2, 4] {
      var rates: [Double] = []
      for _ in 0..<settings.rounds { rates.append(try await rate(workers)) }
      let middle = median(rates)
      if workers == 1 { one = middle }
      lines.append(
        Line(
          part: "f", engine: "postgres", what: "\(workers) worker\(workers == 1 ? "" : "s")", amends: perSecond(middle),
          beside: "1 worker \(perSecond(one))", ratio: percent(middle, of: one)))
      note(lines[lines.count - 1].markdown)
    }
    return lines
  }

  private func rate(_ workers: Int) async throws -> Double {
    try await withDatabase(on: .postgres) { address in
      _ = try await Subscribers(subscriptions: count, due: count).build(address)
      try PostgresCommand.run("VACUUM ANALYZE", on: address)
      let children = try (0..<workers).map { _ in
        try Child(nil, ["drive", "--address", address, "--until", "\(count)", "--batch", "\(settings.batch)"])
      }
      for child in children {
        guard await child.line() == "ready" else { throw Failed("a worker did not start") }
      }
      let start = ContinuousClock.now
      for child in children { try child.say("go") }
      for child in children { try await child.ended() }
      return Double(count) / (ContinuousClock.now - start).inSeconds
    }
  }
}
