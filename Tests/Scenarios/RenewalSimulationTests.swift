import Foundation
import Simulator
import Store
import TestSupport
import Testing

@Suite("Renewals under faults", .serialized)
struct RenewalSimulationTests {
  /// More with `AMENDS_SEEDS=5000 make test FILTER=RenewalSimulation`; one alone with `AMENDS_SEED=17`.
  static var seeds: ClosedRange<UInt64> {
    let environment = ProcessInfo.processInfo.environment
    if let one = environment["AMENDS_SEED"].flatMap(UInt64.init) { return one...one }
    return 1...max(1, environment["AMENDS_SEEDS"].flatMap(UInt64.init) ?? 600)
  }

  @Test("keep every promise, by the partners' own books, in every life")
  func lives() async throws {
    let report = try await SimulationSeeds().run(Self.seeds)
    for failure in report.failures {
      Issue.record("AMENDS_SEED=\(failure.plan.seed): \(failure.problems.prefix(5).joined(separator: "; "))")
    }
    #expect(report.lived == Self.seeds.count || !report.failures.isEmpty)
  }

  @Test(
    "keep every promise on PostgreSQL", .enabled(if: TestEngine.postgresAddress != nil),
    arguments: Array(seeds.prefix(8)))
  func postgres(seed: UInt64) async throws {
    try await withStore(on: .postgres) { store in
      let problems = try await SimulationSeeds.problems(SimulationPlan(seed: seed), store: store)
      #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(5).joined(separator: "; "))")
    }
  }

  @Test("A life that fails is made smaller, and what makes it fail is kept")
  func shrinks() async throws {
    let plan = SimulationPlan(seed: 3)
    let smallest = try await SimulationSeeds.shrink(plan) { !$0.without.contains(.losesNotifications) && $0.days >= 5 }
    #expect(smallest.without == Set(SimulationPlan.Misdeed.allCases).subtracting([.losesNotifications]))
    #expect(smallest.subscribers == 1 && smallest.crashOneIn == 0 && smallest.unknownCommitOneIn == 0)
    #expect((5...9).contains(smallest.days))
  }

  @Test("The same seed is the same life")
  func repeatable() async throws {
    var stories: [[String]] = []
    for _ in 0..<2 {
      let store = try await Store.open("sqlite::memory:", logger: quiet)
      let simulation = RenewalSimulation(SimulationPlan(seed: 11), store: store)
      _ = try await simulation.run()
      stories.append(try await simulation.story(limit: 10_000))
      await store.close()
    }
    #expect(stories[0] == stories[1] && stories[0].count > 20)
  }
}
