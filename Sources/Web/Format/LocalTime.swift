import Foundation
import Kernel

/// Instants as they are read in one time zone, in English words.
package struct LocalTime: Sendable {
  package let zone: TimeZone
  /// The zone's IANA name.
  package var zoneName: String { zone.identifier }

  package init(_ zone: TimeZone) { self.zone = zone }

  /// The zone by its IANA name; UTC where the name is unknown, and `zoneName` then says so on the page.
  package init(named identifier: String) {
    zone = TimeZone(identifier: identifier) ?? .gmt
  }

  /// 3 March 2026
  package func day(_ at: Instant) -> String {
    format("\(day: .defaultDigits) \(month: .wide) \(year: .defaultDigits)", at)
  }

  /// 3 Mar 2026
  package func shortDay(_ at: Instant) -> String {
    format("\(day: .defaultDigits) \(month: .abbreviated) \(year: .defaultDigits)", at)
  }

  /// Tuesday, 3 March 2026
  package func weekday(_ at: Instant) -> String {
    format("\(weekday: .wide), \(day: .defaultDigits) \(month: .wide) \(year: .defaultDigits)", at)
  }

  /// 09:00
  package func time(_ at: Instant) -> String {
    format("\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits)", at)
  }

  /// 09:00:07
  package func clock(_ at: Instant) -> String {
    format(
      "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
      at)
  }

  /// 3 March 2026, 09:00
  package func dayTime(_ at: Instant) -> String { day(at) + ", " + time(at) }

  /// 3 Mar 2026, 09:00:07
  package func exact(_ at: Instant) -> String { shortDay(at) + ", " + clock(at) }

  private func format(_ format: Date.FormatString, _ at: Instant) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let style = Date.VerbatimFormatStyle(
      format: format, locale: Locale(identifier: "en_GB"), timeZone: zone, calendar: calendar)
    return at.date.formatted(style)
  }
}

/// An instant for a `<time>` element: machines read `iso`, people read `text`.
package struct Moment: Sendable {
  package let iso: String
  package let text: String

  package init(_ at: Instant, _ text: String) {
    iso = at.date.formatted(.iso8601)
    self.text = text
  }
}

extension Instant {
  fileprivate var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }
}
