import Foundation
import Kernel
import Words

/// Instants as they are read in one time zone, in the reader's language.
package struct LocalTime: Sendable {
  package let zone: TimeZone
  package let words: Words
  /// The zone's IANA name.
  package var zoneName: String { zone.identifier }

  package init(_ zone: TimeZone, _ words: Words = Words(.english)) {
    self.zone = zone
    self.words = words
  }

  /// The zone by its IANA name; UTC where the name is unknown, and `zoneName` then says so on the page.
  package init(named identifier: String, _ words: Words = Words(.english)) {
    self.init(TimeZone(identifier: identifier) ?? .gmt, words)
  }

  /// 3 March 2026
  package func day(_ at: Instant) -> String {
    guard isPlain else { return localised(at, .long, .omitted) }
    return format("\(day: .defaultDigits) \(month: .wide) \(year: .defaultDigits)", at)
  }

  /// 3 Mar 2026
  package func shortDay(_ at: Instant) -> String {
    guard isPlain else { return localised(at, .abbreviated, .omitted) }
    return format("\(day: .defaultDigits) \(month: .abbreviated) \(year: .defaultDigits)", at)
  }

  /// Tuesday, 3 March 2026
  package func weekday(_ at: Instant) -> String {
    guard isPlain else { return localised(at, .complete, .omitted) }
    return format("\(weekday: .wide), \(day: .defaultDigits) \(month: .wide) \(year: .defaultDigits)", at)
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
  package func dayTime(_ at: Instant) -> String {
    isPlain ? day(at) + ", " + time(at) : localised(at, .long, .shortened)
  }

  /// 3 Mar 2026, 09:00:07
  package func exact(_ at: Instant) -> String {
    isPlain ? shortDay(at) + ", " + clock(at) : localised(at, .abbreviated, .standard)
  }

  private var isPlain: Bool { words.language == .english }

  private func localised(
    _ at: Instant, _ date: Date.FormatStyle.DateStyle, _ time: Date.FormatStyle.TimeStyle
  ) -> String {
    at.date.formatted(words.style(date: date, time: time, zone))
  }

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
