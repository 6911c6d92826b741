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
    var settings = ReplaySettings()
    settings.subscribers = 60
    settings.months = 4
    settings.lost = 0.2...0.4
    settings.late = 0.2...0.3
    return settings
  }

  @Test("Nobody is paid twice and nobody is left out, whatever goes wrong", arguments: TestEngine.available)
  func lives(engine: TestEngine) async throws {
    let first = ProcessInfo.processInfo.environment["AMENDS_TEST_SEED"].flatMap { UInt64($0) } ?? 1
    let count: UInt64 = engine == .sqlite ? 12 : 3
    for seed in first..<first + count {
      var settings = Self.settings
      settings.seed = seed
      let outcome = try await withStore(on: engine, limits: fewConnections) { store in
        try await RepairSimulation.live(settings, RepairPlan(seed: seed), store: store)
      }
      #expect(outcome.problems.isEmpty, "seed \(seed): \(outcome.problems)")
      #expect(outcome.charged > 5 && outcome.found == outcome.charged)
      #expect(outcome.paidTwice == 0)
      #expect(outcome.closedAt != nil)
      #expect(outcome.whole + outcome.unreachable == outcome.charged)
    }
  }

  @Test("The faults happen that it is about")
  func faultsHappen() async throws {
    var settings = Self.settings
    settings.subscribers = 300
    settings.seed = 99
    let outcome = try await withStore(on: .sqlite, limits: fewConnections) { store in
      try await RepairSimulation.live(settings, RepairPlan(seed: 99), store: store)
    }
    #expect(outcome.problems == [])
    #expect(outcome.crashes > 5)
    #expect(outcome.unknown > 5)
    #expect(outcome.refused > 0)
    #expect(outcome.unreachable > 0)
    #expect(outcome.versions == 2 && outcome.addedLater > 0)
    #expect(outcome.objections == 3)
  }
}
