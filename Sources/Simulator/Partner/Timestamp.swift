import Foundation
import Kernel

/// Days and RFC 3339 texts of an `Instant`, in UTC.
enum Timestamp {
  static let microsecondsADay: Int64 = 86_400_000_000

  /// Whole days since 1970-01-01, rounded down.
  static func day(_ instant: Instant) -> Int32 {
    let (quotient, rest) = instant.microseconds.quotientAndRemainder(dividingBy: microsecondsADay)
    return Int32(clamping: rest < 0 ? quotient - 1 : quotient)
  }

  static func start(ofDay day: Int32) -> Instant { Instant(microseconds: Int64(day) * microsecondsADay) }

  /// `2026-03-14`.
  static func date(_ day: Int32) -> String {
    let (year, month, dayOfMonth) = civil(Int(day))
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
  }

  /// `2026-03-14T08:00:00.125Z`: milliseconds, as CAMARA recommends for `date-time`.
  static func text(_ instant: Instant) -> String {
    let day = day(instant)
    let milliseconds = Int((instant - start(ofDay: day)).microseconds / 1_000)
    let (seconds, fraction) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
    let clock = "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return "\(date(day))T\(clock).\(padded(fraction, 3))Z"
  }

  /// Reads RFC 3339 with a time zone; `nil` for anything else.
  static func parse(_ text: String) -> Instant? {
    guard text.utf8.count <= 40 else { return nil }
    let whole = Date.ISO8601FormatStyle(timeZoneSeparator: .colon)
    let fraction = Date.ISO8601FormatStyle(timeZoneSeparator: .colon, includingFractionalSeconds: true)
    guard let date = (try? whole.parse(text)) ?? (try? fraction.parse(text)) else { return nil }
    return Instant(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
  }

  /// Reads `2026-03-14`; `nil` for anything else, 2026-02-30 included.
  static func parseDay(_ text: String) -> Int32? {
    guard text.utf8.count == 10, let instant = parse("\(text)T00:00:00Z") else { return nil }
    let day = day(instant)
    return date(day) == text ? day : nil
  }

  /// Proleptic Gregorian date of a day number (Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
  private static func civil(_ day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
  }
}
