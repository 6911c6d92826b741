import Foundation
import Simulator
import Store
import TestSupport
import Testing

@Suite("Renewals under faults", .serialized)
struct RenewalSimulationTests {
  /// More with `AMENDS_SEEDS=500 make test`; one alone with `AMENDS_SEED=17`.
  static var seeds: [UInt64] {
    let environment = ProcessInfo.processInfo.environment
    if let one = environment["AMENDS_SEED"].flatMap(UInt64.init) { return [one] }
    let count = environment["AMENDS_SEEDS"].flatMap(UInt64.init) ?? 25
    return Array(1...count)
  }

  @Test("keep every promise, by the partners' own books, on SQLite", arguments: seeds)
  func sqlite(seed: UInt64) async throws {
    let store = try await Store.open("sqlite::memory:", logger: quiet)
    let problems = try await RenewalSimulation(.init(seed: seed), store: store).run()
    await store.close()
    #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(5).joined(separator: "; "))")
  }

  @Test(
    "keep every promise on PostgreSQL", .enabled(if: TestEngine.postgresAddress != nil),
    arguments: Array(seeds.prefix(3)))
  func postgres(seed: UInt64) async throws {
    try await withStore(on: .postgres) { store in
      var plan = RenewalSimulation.Plan(seed: seed)
      plan.subscribers = 9
      plan.days = 35
      let problems = try await RenewalSimulation(plan, store: store).run()
      #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(5).joined(separator: "; "))")
    }
  }
}
