import Foundation

extension Instant {
  /// Reads `2026-03-01T09:00:00Z` and `2026-03-01T10:00:00+01:00` (RFC 3339); `nil` for anything else.
  public init?(iso8601 text: String) {
    guard text.utf8.count <= 40, let date = try? Date(text, strategy: .iso8601) else { return nil }
    self.init(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
  }

  /// `2026-03-01T09:00:00Z`.
  public var iso8601: String { date.formatted(.iso8601) }

  public var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }
}
