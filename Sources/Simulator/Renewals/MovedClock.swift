import Kernel
import Synchronization

/// A clock that stands still until somebody moves it, and randomness from a seed.
public final class MovedClock: Sendable {
  private let instant: Mutex<Instant>

  public init(_ start: Instant) { instant = Mutex(start) }

  public var now: Instant { instant.withLock { $0 } }

  /// Time never goes back here; a clock that jumps back is a fault of its own.
  public func move(to later: Instant) { instant.withLock { $0 = max($0, later) } }

  /// The world on this clock: waiting takes no time.
  public func world(seed: UInt64) -> World {
    let random = Mutex(SplitMix64(seed: seed))
    return World(
      now: { self.now }, random: { random.withLock { $0.next() } },
      pause: { span in self.move(to: self.now + span) })
  }
}
