import Kernel
import Synchronization

/// A clock that stands still until a test moves it, and numbers that can be foretold.
final class TestClock: Sendable {
  private let instant: Mutex<Instant>
  private let last = Mutex<UInt64>(0)

  /// 2026-03-01T09:00:00Z.
  init(_ start: Instant = Instant(seconds: 1_772_355_600)) { instant = Mutex(start) }

  var now: Instant { instant.withLock { $0 } }
  func move(_ span: Span) { instant.withLock { $0 = $0 + span } }

  /// The world on this clock: waiting takes no time, and moves nothing.
  var world: World {
    World(
      now: { self.now },
      random: {
        self.last.withLock {
          $0 &+= 0x9E37_79B9_7F4A_7C15
          return $0
        }
      }, pause: { _ in })
  }
}
