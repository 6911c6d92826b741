import Foundation
import Kernel

/// A moment as this API writes it: RFC 3339, in UTC, down to the microsecond where there is one: `2026-03-01T09:00:00.25Z`.
/// Read with any offset.
package struct APITime: Sendable, Hashable {
  package let instant: Instant

  package init(_ instant: Instant) { self.instant = instant }
  package init?(_ instant: Instant?) {
    guard let instant else { return nil }
    self.init(instant)
  }

  /// RFC 3339, section 5.6, without the leap second that no clock of ours can tell.
  static let pattern = Pattern(
    "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
      + "(?:\\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])")

  /// - Returns: nil for anything else, also for a day that a month does not have.
  package init?(_ text: String) {
    guard (20...40).contains(text.utf8.count), Self.pattern.fits(text) else { return nil }
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64 { bytes[range].reduce(0) { $0 * 10 + Int64($1 - 0x30) } }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    guard day <= Self.days(of: month, year) else { return nil }
    var seconds = Self.dayNumber(year, month, day) * 86_400
    seconds += number(11..<13) * 3_600 + number(14..<16) * 60 + number(17..<19)
    var at = 19
    var fraction: Int64 = 0
    if bytes[at] == UInt8(ascii: ".") {
      let start = at + 1
      at = start
      while (0x30...0x39).contains(bytes[at]) { at += 1 }
      let digits = bytes[start..<min(at, start + 6)]
      fraction = digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
      for _ in digits.count..<6 { fraction *= 10 }
    }
    if bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
      let offset = number(at + 1..<at + 3) * 3_600 + number(at + 4..<at + 6) * 60
      seconds -= bytes[at] == UInt8(ascii: "-") ? -offset : offset
    }
    instant = Instant(microseconds: seconds * 1_000_000 + fraction)
  }

  package var text: String {
    let fraction = instant.microseconds - instant.seconds * 1_000_000
    let whole = Instant(seconds: instant.seconds).iso8601
    guard fraction > 0 else { return whole }
    var digits = String(1_000_000 + fraction).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return whole.dropLast() + "." + digits + "Z"
  }

  private static func days(of month: Int64, _ year: Int64) -> Int64 {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Days since 1970-01-01 of the Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms").
  private static func dayNumber(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension APITime: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = APITime(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time of RFC 3339")
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
