import Foundation
import Kernel

/// Times as CAMARA, CloudEvents and the statement write them: `2026-03-14T08:00:00.125Z` (RFC 3339, 5.6).
///
/// Read by hand because a statement has one in each line: Foundation takes seven microseconds for each and makes 2
/// March of 30 February. The tests hold it against Foundation.
enum RFC3339 {
  static func text(_ instant: Instant) -> String {
    Date(timeIntervalSince1970: Double(instant.seconds)).formatted(.iso8601)
  }

  /// `nil`: not such a time, or before 1970. Digits after the sixth of a second are dropped.
  static func parse(_ text: String) -> Instant? {
    var text = text
    return text.withUTF8 { bytes in
      var scanner = Scanner(bytes)
      guard let day = scanner.day(), scanner.take("T"), let hour = scanner.number(2, 0...23), scanner.take(":"),
        let minute = scanner.number(2, 0...59), scanner.take(":"), let second = scanner.number(2, 0...59),
        let micros = scanner.fraction(), let offset = scanner.offset(), scanner.isAtEnd
      else { return nil }
      let seconds = day * 86_400 + (hour - offset.hours) * 3_600 + (minute - offset.minutes) * 60 + second
      return seconds < 0 ? nil : Instant(microseconds: seconds * 1_000_000 + micros)
    }
  }

  /// Reads from the front; every part is `nil` or false when it is not there.
  private struct Scanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
      at += 1
      return true
    }

    private mutating func digit() -> Int64? {
      guard at < bytes.count, (0x30...0x39).contains(bytes[at]) else { return nil }
      at += 1
      return Int64(bytes[at - 1] - 0x30)
    }

    mutating func number(_ digits: Int, _ range: ClosedRange<Int64>) -> Int64? {
      var value: Int64 = 0
      for _ in 0..<digits {
        guard let digit = digit() else { return nil }
        value = value * 10 + digit
      }
      return range.contains(value) ? value : nil
    }

    /// Days since 1970-01-01. Years are counted from March, so that the leap day is the last (Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
    mutating func day() -> Int64? {
      guard let year = number(4, 1970...9999), take("-"), let month = number(2, 1...12), take("-"),
        let day = number(2, 1...31), day <= Self.length(of: month, in: year)
      else { return nil }
      let marchYear = month <= 2 ? year - 1 : year
      let march = month <= 2 ? month + 9 : month - 3
      let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
      return marchYear * 365 + leapDays + (153 * march + 2) / 5 + day - 1 - 719_468
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
      switch month {
      case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
      case 4, 6, 9, 11: 30
      default: 31
      }
    }

    /// Microseconds.
    mutating func fraction() -> Int64? {
      guard take(".") else { return 0 }
      var micros: Int64 = 0
      var scale: Int64 = 100_000
      guard var next = digit() else { return nil }
      while true {
        micros += next * scale
        scale /= 10
        guard let digit = digit() else { return micros }
        next = digit
      }
    }

    mutating func offset() -> (hours: Int64, minutes: Int64)? {
      if take("Z") || take("z") { return (0, 0) }
      let sign: Int64 = take("+") ? 1 : -1
      guard sign == 1 || take("-"), let hours = number(2, 0...23), take(":"), let minutes = number(2, 0...59) else {
        return nil
      }
      return (sign * hours, sign * minutes)
    }
  }
}
