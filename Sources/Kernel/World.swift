import Foundation
import Store

/// What the program does not make itself: time, randomness and waiting. Handed in, so that a simulation can be repeated.
public struct World: Sendable {
  public var now: @Sendable () -> Instant
  public var random: @Sendable () -> UInt64
  /// Waits, or on a moved clock returns at once.
  public var pause: @Sendable (Span) async throws -> Void

  public init(
    now: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> UInt64,
    pause: @escaping @Sendable (Span) async throws -> Void
  ) {
    self.now = now
    self.random = random
    self.pause = pause
  }

  /// The system's clock (UTC), believed as `SteadyClock` does, and its cryptographic generator.
  /// - Parameter tell: what happens to the clock.
  public static func real(telling tell: @escaping @Sendable (SteadyClock.Event) -> Void) -> World {
    let clock = SteadyClock(
      system: {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
      },
      elapsed: { [start = ContinuousClock.now] in
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Span(microseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
      }, tell: tell)
    return World(
      now: { clock.now() },
      random: { UInt64.random(in: .min ... .max) },
      pause: { try await Task.sleep(for: $0.duration) })
  }

  public static let real = World.real(telling: { _ in })
}

extension Instant: SQLConvertible {
  public var sqlValue: SQLValue { .integer(microseconds) }
}

extension Row {
  public func instant(_ name: String) throws(StoreError) -> Instant { .init(microseconds: try integer(name)) }
  public func instantOrNull(_ name: String) throws(StoreError) -> Instant? {
    try integerOrNull(name).map(Instant.init(microseconds:))
  }
}
