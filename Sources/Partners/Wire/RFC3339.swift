import Foundation
import Kernel

/// Times as CAMARA, CloudEvents and the statement write them: `2026-03-14T08:00:00.125Z` (RFC 3339, 5.6).
enum RFC3339 {
  static func text(_ instant: Instant) -> String {
    Date(timeIntervalSince1970: Double(instant.seconds)).formatted(.iso8601)
  }

  /// `nil`: not such a time. Digits after the sixth of a second are dropped.
  static func parse(_ text: String) -> Instant? {
    guard text.utf8.count <= 40, let whole = Date.ISO8601FormatStyle.parts(text),
      let date = try? Date(whole.seconds, strategy: .iso8601)
    else { return nil }
    return Instant(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000 + whole.micros)
  }
}

extension Date.ISO8601FormatStyle {
  /// The fraction of a second apart from the rest: a `Double` would round it.
  fileprivate static func parts(_ text: String) -> (seconds: String, micros: Int64)? {
    guard let point = text.firstIndex(of: ".") else { return (text, 0) }
    let digits = text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.count <= 12 else { return nil }
    let six = digits.prefix(6) + String(repeating: "0", count: max(0, 6 - digits.count))
    guard let micros = Int64(six) else { return nil }
    return (text[..<point] + String(text[digits.endIndex...]), micros)
  }
}
