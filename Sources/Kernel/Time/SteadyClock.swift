import Synchronization

/// The time of day for a program that runs for long: a clock that suddenly stands elsewhere is not believed at once.
///
/// Leases, replay windows and the absence of a charge are told by differences of times. A clock that is set wrong for a
/// minute would put them hours away, or make a charge of a moment ago look like one that never arrived. So the time of day is
/// counted on by the clock that measures lengths of time, which nobody sets, and follows the system's as long as both agree.
/// A jump that stays is taken over after `patience`: then it is the clock that was wrong before.
public final class SteadyClock: Sendable {
  public enum Event: Equatable, Sendable {
    /// The system's clock stands elsewhere by so much; it is not followed.
    case jumped(Span)
    /// It agrees again.
    case isBack
    /// It stayed there, and is followed from now on.
    case followed(Span)
  }

  fileprivate struct State {
    var time: Instant
    /// What had elapsed when `time` was taken.
    var elapsed: Span
    var jump: (by: Span, since: Span)?
  }

  /// What a time server or a virtual machine's host corrects in one step is less.
  public static let tolerance = Span.seconds(10)
  public static let patience = Span.minutes(5)

  private let system: @Sendable () -> Instant
  private let elapsed: @Sendable () -> Span
  private let tell: @Sendable (Event) -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - system: the time of day as the system has it.
  ///   - elapsed: the time since some moment, by a clock that nobody sets.
  ///   - tell: called once for each event, on the thread that asked for the time.
  public init(
    system: @escaping @Sendable () -> Instant, elapsed: @escaping @Sendable () -> Span,
    tell: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.system = system
    self.elapsed = elapsed
    self.tell = tell
    state = Mutex(State(time: system(), elapsed: elapsed()))
  }

  public func now() -> Instant {
    // Read inside, so that of two threads the later one has the later time.
    let (time, event) = state.withLock { $0.read(system(), elapsed()) }
    if let event { tell(event) }
    return time
  }
}

extension SteadyClock.State {
  fileprivate mutating func read(_ system: Instant, _ elapsed: Span) -> (Instant, SteadyClock.Event?) {
    let counted = time + (elapsed - self.elapsed)
    let ahead = system - counted
    if ahead.isWithin(SteadyClock.tolerance) {
      let event = jump == nil ? nil : SteadyClock.Event.isBack
      self = .init(time: system, elapsed: elapsed)
      return (system, event)
    }
    // A clock that goes on jumping is not one that was set right.
    guard let jump, (ahead - jump.by).isWithin(SteadyClock.tolerance) else {
      self.jump = (ahead, elapsed)
      return (counted, .jumped(ahead))
    }
    guard elapsed - jump.since >= SteadyClock.patience else { return (counted, nil) }
    self = .init(time: system, elapsed: elapsed)
    return (system, .followed(ahead))
  }
}

extension Span {
  fileprivate func isWithin(_ tolerance: Span) -> Bool { self <= tolerance && self * -1 <= tolerance }
}
