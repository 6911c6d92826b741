import Billing
import Kernel

/// Who subscribes when, the same for both ways. Renewals fall due at 06:00 UTC on days 1 to 28, equally many each day: no
/// month is short of a day, and a period is named by its subscriber and its month.
struct ReplayPlan: Sendable {
  static let start = Instant(seconds: 1_767_225_600)  // 2026-01-01T00:00:00Z
  static let days = 28
  static let hour = Span.hours(6)
  static let service = "Atlas"
  static let price: Int64 = 999
  static let currency = "EUR"

  let settings: ReplaySettings
  /// The first instant of each month, and of the one after the last.
  let months: [Instant]
  /// Subscribers in the order in which they join, by the day of the month (from 0) on which they are due.
  let byDay: [[Int32]]

  init(_ settings: ReplaySettings) throws {
    self.settings = settings
    let calendar = try BillingCalendar(zone: "UTC").periods(from: Self.start, every: .months(1))
    months = try (0...settings.months).map { try calendar.start($0) }
    var byDay = [[Int32]](repeating: [], count: Self.days)
    for subscriber in 0..<settings.subscribers {
      byDay[subscriber % Self.days].append(Int32(subscriber))
    }
    self.byDay = byDay
  }

  var end: Instant { months[settings.months] }

  /// When the partner begins to fail: after a third of the time.
  var failingSince: Instant { months[settings.months / 3] + Self.hour }

  /// How many have joined when this month is over.
  func joined(by month: Int) -> Int {
    guard month >= 0 else { return 0 }
    let first = settings.subscribers / 5
    return first + (settings.subscribers - first) * (month + 1) / settings.months
  }

  /// Who is charged on this day: whoever joined by then, in order.
  func due(month: Int, day: Int) -> ArraySlice<Int32> {
    let count = Int32(joined(by: month))
    return byDay[day].prefix { $0 < count }
  }

  /// Who joins on this day, and is charged for the first time.
  func joining(month: Int, day: Int) -> ArraySlice<Int32> {
    let before = Int32(joined(by: month - 1))
    return due(month: month, day: day).drop { $0 < before }
  }

  func instant(month: Int, day: Int) -> Instant { months[month] + .days(Int64(day)) + Self.hour }

  /// The month of the period in which a subscriber is charged at an instant; `nil`: before the first.
  func month(of at: Instant, subscriber: Int) -> Int? {
    let shifted = at - .days(Int64(subscriber % Self.days)) - Self.hour
    return months.dropLast().lastIndex { $0 <= shifted }
  }

  /// How many periods are owed for in all.
  var periods: Int { (0..<settings.months).reduce(0) { $0 + joined(by: $1) } }

  static func payer(_ subscriber: Int32) -> String { "payer-\(subscriber)" }

  static func subscriber(_ payer: String) -> Int? { Int(payer.dropFirst("payer-".count)) }
}
