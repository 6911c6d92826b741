import ArgumentParser
import Billing
import Foundation
import Kernel
import Store
import Synchronization
import TestSupport

struct RenewalsBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "renewals",
    abstract: "Full renewals a second, beside the same rows written by plain SQL in batches, and a row at a time.")

  @Option(help: "Subscriptions that are due.") var count = 20_000
  @Option(help: "Runs of each kind; the medians are shown.") var rounds = 3
  @Option(help: "Rows that one transaction takes.") var batch = 1_000
  @Option(help: "sqlite or postgres; both if left out.") var engine: String?

  @Flag(help: "Only Amends, for a profiler.") var alone = false

  func run() async throws {
    if alone {
      for engine in TestEngine.available where self.engine == nil || self.engine == engine.rawValue {
        print("\(engine.rawValue): \(Int(try await rate(engine, count) { try await runEngine($0) }))/s")
      }
      return
    }
    for engine in TestEngine.available where self.engine == nil || self.engine == engine.rawValue {
      var plain: [Double] = []
      var amends: [Double] = []
      var single: [Double] = []
      for _ in 0..<rounds {
        plain.append(try await rate(engine, count) { try await runPlain($0, batch: batch, count) })
        amends.append(try await rate(engine, count) { try await runEngine($0) })
        let few = min(count, 1_000)
        single.append(try await rate(engine, few) { try await runPlain($0, batch: 1, few) })
      }
      let (a, b, c) = (median(plain), median(amends), median(single))
      print(
        """
        \(engine.rawValue): plain SQL in batches \(Int(a))/s, Amends \(Int(b))/s = \(Int(b / a * 100)) %, \
        plain SQL a row at a time \(Int(c))/s: Amends is \(String(format: "%.1f", b / c)) times that
        """)
    }
  }

  /// Rows a second of what `body` does to a new database.
  private func rate(
    _ engine: TestEngine, _ count: Int, _ body: (Population) async throws -> Void
  ) async throws -> Double {
    try await withDatabase(on: engine) { address in
      let population = try await Population.make(address, count: count, batch: batch)
      let start = ContinuousClock.now
      try await body(population)
      let time = ContinuousClock.now - start
      let settled = try await population.settled()
      await population.store.close()
      guard settled == count else { throw Unsettled(settled: settled, count: count) }
      return Double(count) / (Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)
    }
  }

  private func runPlain(_ population: Population, batch: Int, _ count: Int) async throws {
    try await PlainSQL(population.store, batch: batch).run(workers: InstantPartner.lanes.count)
  }

  /// The worker's own steps, side by side, until everybody is settled and sealed.
  private func runEngine(_ population: Population) async throws {
    let worker = Worker(steps: population.engine.steps(), world: .real, logger: quiet)
    let running = Task { await worker.run() }
    defer { running.cancel() }
    while try await population.settled() < count { try await Task.sleep(for: .milliseconds(20)) }
    running.cancel()
    await running.value
    while try await population.engine.journal.seal() > 0 {}
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  struct Unsettled: Error, CustomStringConvertible {
    let settled: Int
    let count: Int
    var description: String { "\(settled) of \(count) were settled" }
  }
}
