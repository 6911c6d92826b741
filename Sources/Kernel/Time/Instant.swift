/// A point in time: whole microseconds since 1970-01-01T00:00:00 UTC, leap seconds not counted (POSIX time).
///
/// Stored as an INTEGER on every engine, so that both compare and index it the same way.
public struct Instant: Hashable, Comparable, Sendable, Codable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }
  public init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

  public init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }

  /// Whole seconds since 1970, rounded down.
  public var seconds: Int64 {
    microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
  }

  public static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }
  public static func + (a: Instant, b: Span) -> Instant { .init(microseconds: a.microseconds + b.microseconds) }
  public static func - (a: Instant, b: Span) -> Instant { .init(microseconds: a.microseconds - b.microseconds) }
  public static func - (a: Instant, b: Instant) -> Span { .init(microseconds: a.microseconds - b.microseconds) }
}

/// A length of time in whole microseconds. `Duration` has attoseconds, which no database column holds.
public struct Span: Hashable, Comparable, Sendable, Codable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public init(from decoder: any Decoder) throws {
    microseconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(microseconds)
  }

  public static func milliseconds(_ n: Int64) -> Span { .init(microseconds: n * 1_000) }
  public static func seconds(_ n: Int64) -> Span { .init(microseconds: n * 1_000_000) }
  public static func minutes(_ n: Int64) -> Span { .seconds(n * 60) }
  public static func hours(_ n: Int64) -> Span { .seconds(n * 3_600) }
  /// Days of 24 hours; a calendar day in a time zone is `BillingCalendar`'s business.
  public static func days(_ n: Int64) -> Span { .hours(n * 24) }

  public var seconds: Double { Double(microseconds) / 1_000_000 }
  public var duration: Duration { .microseconds(microseconds) }

  public static func < (a: Span, b: Span) -> Bool { a.microseconds < b.microseconds }
  public static func + (a: Span, b: Span) -> Span { .init(microseconds: a.microseconds + b.microseconds) }
  public static func - (a: Span, b: Span) -> Span { .init(microseconds: a.microseconds - b.microseconds) }
  public static func * (a: Span, n: Int64) -> Span { .init(microseconds: a.microseconds * n) }
}
