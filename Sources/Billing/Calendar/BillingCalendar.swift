import Foundation
import Kernel

/// Local days and billing periods in one time zone. Cheap to make and to copy; Foundation keeps the zones' rules.
///
/// A local time that does not exist, because clocks were put forward over it, moves forward by as much as they were;
/// one that exists twice is the first of the two (as RFC 5545 §3.3.5 reads them).
public struct BillingCalendar: Sendable, Hashable {
  /// The IANA name, as given.
  public let zone: String
  private let rules: TimeZone

  /// Takes names such as `Europe/Berlin`, and `UTC`. Abbreviations (`CET`, `IST`) and bare offsets are refused: they
  /// mean several things, or no daylight saving.
  public init(zone: String) throws(CalendarProblem) {
    guard zone == "UTC" || zone.contains("/"), zone.utf8.count <= 64, let rules = TimeZone(identifier: zone) else {
      throw .unknownTimeZone(String(zone.prefix(64)))
    }
    self.zone = zone
    self.rules = rules
  }

  /// The periods that follow one another from `anchor` on.
  public func periods(from anchor: Instant, every interval: Interval) throws(CalendarProblem) -> Periods {
    try Periods(anchor: anchor, interval: interval, calendar: self)
  }

  /// The day on a calendar that hangs in this zone: `2026-01-31`.
  public func localDay(of instant: Instant) -> String { date(of: instant).description }

  /// From the day's first instant to the next day's. Empty for a day that the zone skipped, as Samoa did 2011-12-30.
  public func dayBounds(_ day: String) throws(CalendarProblem) -> Range<Instant> {
    let days = Int64(try CivilDate(day).daysSince1970)
    return instant(local: days * Self.day, 0)..<instant(local: (days + 1) * Self.day, 0)
  }

  /// `BillingCalendar(zone:).localDay(of:)` in one call.
  public static func localDay(of instant: Instant, in zone: String) throws(CalendarProblem) -> String {
    try BillingCalendar(zone: zone).localDay(of: instant)
  }

  // MARK: - Local time, in seconds since 1970-01-01T00:00 on the local clock

  static let day: Int64 = 86_400

  func date(of instant: Instant) -> CivilDate {
    CivilDate(daysSince1970: Int(localSeconds(of: instant).floorDivided(by: Self.day)))
  }

  func localSeconds(of instant: Instant) -> Int64 { instant.seconds + offset(at: instant.seconds) }

  func instant(local: Int64, _ microseconds: Int64) -> Instant {
    // Offsets lie between -12 and +14 hours: these are surely before and surely after the time that is sought.
    let before = offset(at: local - 14 * 3_600)
    let after = offset(at: local + 12 * 3_600)
    let seconds: Int64
    if before == after || offset(at: local - before) == before {
      seconds = local - before
    } else if offset(at: local - after) == after {
      seconds = local - after
    } else {
      seconds = local - before  // in the gap: read on the old clock, it comes out after it, later by the gap
    }
    return Instant(microseconds: seconds * 1_000_000 + microseconds)
  }

  private func offset(at seconds: Int64) -> Int64 {
    Int64(rules.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }
}
