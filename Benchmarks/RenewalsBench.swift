import ArgumentParser
import Billing
import Metrics
import Operation
import Store
import TestSupport

/// (a) What the engine's promises cost: the whole of a renewal beside the same rows written without any of them.
struct RenewalsBench: Part {
  static let configuration = CommandConfiguration(
    commandName: "renewals",
    abstract: "(a) Full renewals a second, beside the same rows written by plain SQL in batches, and a row at a time.")

  @OptionGroup var settings: Settings
  // Some ten seconds: in a shorter run the beginning and the end weigh too much.
  @Option(help: "Subscriptions that are due.") var count = 60_000
  @Flag(help: "Only Amends, for a profiler.") var alone = false
  @Flag(inversion: .prefixedNo, help: "Count for Prometheus meanwhile, as the program does.") var figures = true

  private static let registry: Registry = {
    let registry = Registry()
    MetricsSystem.bootstrap(registry)
    return registry
  }()

  func measure() async throws -> [Line] {
    var lines: [Line] = []
    if figures { _ = Self.registry }
    for engine in settings.engines {
      var (plain, amends, single): ([Double], [Double], [Double]) = ([], [], [])
      for _ in 0..<settings.rounds {
        amends.append(try await rate(engine, count) { try await runEngine($0) })
        guard !alone else { continue }
        plain.append(try await rate(engine, count) { try await runPlain($0, batch: settings.batch) })
        let few = min(count, 1_000)
        single.append(try await rate(engine, few) { try await runPlain($0, batch: 1) })
      }
      let rate = median(amends)
      for (words, beside) in [("in batches", plain), ("a row at a time", single)] {
        let line = Line(
          part: "a", engine: engine.rawValue, what: "full renewals", amends: perSecond(rate),
          beside: alone ? "–" : "plain SQL \(words) \(perSecond(median(beside)))",
          ratio: percent(rate, of: median(beside)))
        note(line.markdown)
        lines.append(line)
        if alone { break }
      }
    }
    return lines
  }

  /// Rows a second of what `body` does to a new database.
  private func rate(
    _ engine: TestEngine, _ count: Int, _ body: (Population) async throws -> Void
  ) async throws -> Double {
    try await withDatabase(on: engine) { address in
      let population = try await Population.make(address, count: count, batch: settings.batch)
      let start = ContinuousClock.now
      try await body(population)
      let time = ContinuousClock.now - start
      let settled = try await population.settled()
      await population.bed.store.close()
      guard settled == count else { throw Failed("\(settled) of \(count) were settled") }
      return Double(count) / time.inSeconds
    }
  }

  private func runPlain(_ population: Population, batch: Int) async throws {
    try await PlainSQL(population.bed.store, batch: batch).run(workers: InstantPartner.lanes.count)
  }

  /// The worker's own steps, side by side, until everybody is settled and sealed.
  private func runEngine(_ population: Population) async throws {
    _ = try await population.bed.run(until: count)
  }
}
