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

/// Where the carriers' replays stand; told to the caller by a clock of its own, whatever a step takes.
final class ReplayMeter: Sendable {
  private let parts: Mutex<[ReplayProgress]>
  private let first: Instant
  private let last: Instant

  init(_ plans: [ReplayPlan]) {
    first = ReplayPlan.start
    last = plans.map(\.end).max() ?? ReplayPlan.start
    parts = Mutex(plans.map { _ in ReplayProgress(done: 0, at: ReplayPlan.start, charges: 0) })
  }

  /// One carrier's place in it.
  struct Part: Sendable {
    private let meter: ReplayMeter
    private let index: Int

    init(_ meter: ReplayMeter, _ index: Int) {
      self.meter = meter
      self.index = index
    }

    func amends(at now: Instant, charges: Int) {
      let done = min(1, (now - meter.first).seconds / (meter.last - meter.first).seconds)
      meter.parts.withLock { $0[index] = ReplayProgress(done: done, at: now, charges: charges) }
    }
  }

  var now: ReplayProgress {
    parts.withLock { parts in
      ReplayProgress(
        done: parts.map(\.done).min() ?? 0, at: parts.map(\.at).min() ?? first,
        charges: parts.reduce(0) { $0 + $1.charges })
    }
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
