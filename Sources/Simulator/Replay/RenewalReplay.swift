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
    let plan = try ReplayPlan(settings)
    let meter = ReplayMeter(plan)
    let teller = Task { await meter.tell(progress) }
    defer { teller.cancel() }
    async let silence = Self.silence(plan)
    async let amends = ThroughAmends.live(plan, meter)
    let outcome = try await ReplayOutcome(plan, silence: silence, amends: amends)
    progress(meter.now)
    return outcome
  }

  /// Beside the engine on the other core: it takes seconds.
  private static func silence(_ plan: ReplayPlan) async throws -> SilenceMeansFailure.Result {
    var way = SilenceMeansFailure(plan)
    return try way.run()
  }
}
