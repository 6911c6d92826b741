import Kernel

/// When it is tried again, and when it is given up.
enum Backoff {
  /// An event that a consumer does not take, while it takes others.
  static let pauses: [Span] = [
    .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30), .hours(1), .hours(2), .hours(4), .hours(8),
  ]
  /// An endpoint that takes nothing: everything of it waits, and a few are tried.
  static let rests: [Span] = [.seconds(5), .seconds(15), .minutes(1), .minutes(5), .minutes(10)]
  /// An event is given up so long after it was due first: later than its endpoint, so that one that takes nothing is disabled
  /// before anything of it is given up.
  static let givesUpAfter = Span.days(6)
  /// An endpoint is disabled after so long without one success: longer than a weekend with a holiday.
  static let disablesAfter = Span.days(5)
  /// Somebody is told after this.
  static let alertsAfter = Span.hours(1)

  static func pause(after tries: Int, _ random: UInt64) -> Span {
    jittered(pauses[min(max(tries, 1), pauses.count) - 1], random)
  }
  static func rest(after failures: Int, _ random: UInt64) -> Span {
    jittered(rests[min(max(failures, 1), rests.count) - 1], random)
  }

  /// From three quarters of it to five: consumers that fell over together must not be called together.
  static func jittered(_ span: Span, _ random: UInt64) -> Span {
    let half = span.microseconds / 2
    return Span(microseconds: span.microseconds - half / 2 + Int64(random % UInt64(max(half, 1))))
  }
}
