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
      Issue.record("AMENDS_SEED=\(failure.seed): \(failure.problems.prefix(5).joined(separator: "; "))")
    }
    #expect(report.lived == Self.seeds.count || !report.failures.isEmpty)
  }

  /// A life on PostgreSQL takes some twenty times as long as one on SQLite in memory: more with `AMENDS_SEEDS_POSTGRES=500`.
  static var postgresSeeds: ArraySlice<UInt64> {
    let wanted = ProcessInfo.processInfo.environment["AMENDS_SEEDS_POSTGRES"].flatMap(Int.init) ?? 40
    return Array(seeds).prefix(max(1, wanted))
  }

  @Test("keep every promise on PostgreSQL", .enabled(if: TestEngine.postgresAddress != nil))
  func postgres() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var waiting = Self.postgresSeeds
      func begin() {
        guard let seed = waiting.popFirst() else { return }
        group.addTask {
          try await withStore(on: .postgres) { store in
            let problems = try await SimulationSeeds.problems(SimulationPlan(seed: seed), store: store)
            #expect(problems.isEmpty, "AMENDS_SEED=\(seed): \(problems.prefix(5).joined(separator: "; "))")
          }
        }
      }
      // A life waits for the database more than it computes.
      for _ in 0..<4 { begin() }
      while try await group.next() != nil { begin() }
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
