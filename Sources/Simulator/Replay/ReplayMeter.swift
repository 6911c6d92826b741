import Kernel
import Synchronization

/// How far a replay is: for people who wait.
public struct ReplayProgress: Sendable, Equatable {
  /// 0…1 of the slower way, which is the one through Amends.
  public var done: Double
  /// The simulated moment it has come to.
  public var at: Instant
  /// Charges asked for through Amends so far.
  public var charges: Int
}

/// Where both ways stand; told to the caller by a clock of its own, whatever a step takes.
final class ReplayMeter: Sendable {
  private let state: Mutex<ReplayProgress>
  private let first: Instant
  private let last: Instant

  init(_ plan: ReplayPlan) {
    first = ReplayPlan.start
    last = plan.end
    state = Mutex(ReplayProgress(done: 0, at: ReplayPlan.start, charges: 0))
  }

  var now: ReplayProgress { state.withLock { $0 } }

  func amends(at now: Instant, charges: Int) {
    let done = min(1, (now - first).seconds / (last - first).seconds)
    state.withLock { $0 = ReplayProgress(done: done, at: now, charges: charges) }
  }

  static let interval = Span.milliseconds(500)

  /// Tells `progress` where things stand, until it is cancelled.
  func tell(_ progress: @Sendable (ReplayProgress) -> Void) async {
    while !Task.isCancelled {
      progress(now)
      try? await World.real.pause(Self.interval)
    }
  }
}
