import Kernel

/// Story 1 on a moved clock: a year of renewals through a partner whose notifications begin to fail as the service grows. Lived
/// twice, once in the way that takes silence for failure and once through the engine, each against a book of the same
/// partner with the same seed. The same settings give the same figures.
public struct RenewalReplay: Sendable {
  public let settings: ReplaySettings

  public init(_ settings: ReplaySettings = .init()) { self.settings = settings }

  /// - Parameter progress: told about twice a second where things stand.
  /// - Throws: `Refusal` for settings that make no sense; `CancellationError`, after which nothing is left behind.
  public func run(progress: @escaping @Sendable (ReplayProgress) -> Void = { _ in }) async throws -> ReplayOutcome {
    try settings.check()
    let plans = try settings.carriers.map { try ReplayPlan($0) }
    let meter = ReplayMeter(plans)
    let teller = Task { await meter.tell(progress) }
    defer { teller.cancel() }
    let parts = try await withThrowingTaskGroup(of: (Int, ReplayOutcome).self) { group in
      for (index, plan) in plans.enumerated() {
        group.addTask { (index, try await Self.outcome(plan, ReplayMeter.Part(meter, index))) }
      }
      var parts: [Int: ReplayOutcome] = [:]
      for try await (index, outcome) in group { parts[index] = outcome }
      return plans.indices.compactMap { parts[$0] }
    }
    progress(meter.now)
    return ReplayOutcome(joining: parts, settings)
  }

  private static func outcome(_ plan: ReplayPlan, _ meter: ReplayMeter.Part) async throws -> ReplayOutcome {
    async let first = silence(plan)
    async let amends = ThroughAmends.live(plan, meter)
    let (silence, repair) = try await first
    return try await ReplayOutcome(plan, silence: silence, amends: amends, repair: repair)
  }

  /// Beside the engine: the first way takes seconds, and then its people are made whole.
  private static func silence(_ plan: ReplayPlan) async throws -> (SilenceMeansFailure.Result, RepairOutcome) {
    var way = SilenceMeansFailure(plan)
    let result = try way.run()
    var repair = RepairPlan(seed: plan.settings.seed)
    repair.batch = plan.settings.subscribers > 2_000 ? 1_000 : 50
    let outcome = try await TemporaryStore.with("amends-repair") { store in
      try await RepairSimulation(plan, result.book, repair, store: store).run()
    }
    return (result, outcome)
  }
}
