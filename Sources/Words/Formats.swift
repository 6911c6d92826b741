import Foundation
import Kernel

/// Numbers, amounts and dates as ICU writes them for the reader's language and region.
extension Words {
  /// English without a region is written as the console writes it: 3 March 2026, 09:00.
  package var locale: Locale {
    let region = tag.region ?? (language == .english ? "GB" : nil)
    return Locale(identifier: region.map { "\(language.tag)_\($0)" } ?? language.tag)
  }

  /// 12,345
  public func number(_ number: Int) -> String { number.formatted(.number.locale(locale)) }

  /// An amount with its currency's sign, exact.
  /// - Parameters:
  ///   - minor: in the currency's minor unit.
  ///   - digits: the decimals of that unit by ISO 4217, also where a country has stopped using them.
  public func money(_ minor: Int64, _ currency: String, digits: Int) -> String {
    Decimal(sign: minor < 0 ? .minus : .plus, exponent: -digits, significand: Decimal(minor.magnitude))
      .formatted(.currency(code: currency).locale(locale).precision(.fractionLength(digits)))
  }

  /// 3 March 2026
  public func day(_ at: Instant, in zone: TimeZone) -> String {
    at.date.formatted(style(date: .long, time: .omitted, zone))
  }

  /// 3 March 2026 at 09:00 CET: a time without its zone is a guess.
  public func dayTime(_ at: Instant, in zone: TimeZone) -> String {
    at.date.formatted(style(date: .long, time: .shortened, zone).timeZone(.specificName(.short)))
  }

  package func style(
    date: Date.FormatStyle.DateStyle, time: Date.FormatStyle.TimeStyle, _ zone: TimeZone
  ) -> Date.FormatStyle {
    // Gregorian for everybody: it is the calendar of the contracts.
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    calendar.locale = locale
    return Date.FormatStyle(date: date, time: time, locale: locale, calendar: calendar, timeZone: zone)
  }
}

extension Instant {
  fileprivate var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }
}
