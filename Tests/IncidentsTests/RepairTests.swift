import Billing
import Foundation
import Incidents
import Kernel
import Simulator
import Store
import TestSupport
import Testing

/// Seeded lives of a repair: crashes at every point, commits of unknown outcome, two workers, two operators, a search done again
/// in the middle, refunds of unknown outcome, people who object and people whom nobody reaches.
@Suite("Incidents: repairs lived through", .serialized)
struct RepairTests {
  private static var settings: ReplaySettings {
    var settings = RepairPlan.service(99)
    settings.subscribers = 300
    return settings
  }

  /// More with `AMENDS_TEST_REPAIRS=2000`; one alone with `AMENDS_TEST_SEED=17`. `amends simulate --repairs` lives the same.
  private static func seeds(_ engine: TestEngine) -> ClosedRange<UInt64> {
    let environment = ProcessInfo.processInfo.environment
    if let one = environment["AMENDS_TEST_SEED"].flatMap({ UInt64($0) }) { return one...one }
    let most = environment["AMENDS_TEST_REPAIRS"].flatMap { UInt64($0) } ?? 60
    return 1...(engine == .sqlite ? most : max(1, most / 20))
  }

  @Test("Nobody is paid twice and nobody is left out, whatever goes wrong", arguments: TestEngine.available)
  func lives(engine: TestEngine) async throws {
    guard engine == .postgres else {
      let report = try await SimulationSeeds().run(
        Self.seeds(engine), life: { try await RepairSimulation.problems($0) })
      for failure in report.failures {
        Issue.record("AMENDS_TEST_SEED=\(failure.seed): \(failure.problems.prefix(5).joined(separator: "; "))")
      }
      return
    }
    for seed in Self.seeds(engine) {
      let problems = try await withStore(on: engine, limits: fewConnections) { store in
        try await RepairSimulation.problems(seed, store: store)
      }
      #expect(problems.isEmpty, "AMENDS_TEST_SEED=\(seed): \(problems.prefix(5).joined(separator: "; "))")
    }
  }

  @Test("The faults happen that it is about")
  func faultsHappen() async throws {
    var plan = RepairPlan.life(99)
    (plan.foundLater, plan.foundLast, plan.objections, plan.byHand, plan.isTight) = (0.1, 0.1, 3, 2, true)
    let outcome = try await withStore(on: .sqlite, limits: fewConnections) { store in
      try await RepairSimulation.live(Self.settings, plan, store: store)
    }
    #expect(outcome.problems == [])
    #expect(outcome.crashes > 5)
    #expect(outcome.unknown > 5)
    #expect(outcome.refused > 0)
    #expect(outcome.unreachable > 0)
    #expect(outcome.versions == 3 && outcome.addedLater > 0)
    #expect(outcome.objections == 3)
  }
}
