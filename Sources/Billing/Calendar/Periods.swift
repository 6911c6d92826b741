import Kernel

/// What is paid for at once: from `start` up to, not including, `end`.
public struct Period: Hashable, Sendable, Codable {
  /// From 0.
  public var index: Int
  public var start: Instant
  public var end: Instant

  public init(index: Int, start: Instant, end: Instant) {
    self.index = index
    self.start = start
    self.end = end
  }

  /// Nothing is owed for it: a daily period on a day that its time zone skipped.
  public var isEmpty: Bool { start == end }

  public func contains(_ instant: Instant) -> Bool { start <= instant && instant < end }
}

/// The periods of one subscription. Each start is computed from the first anchor: its local date and time plus n
/// intervals, a day that the month does not have becoming its last. So 31 January, 28 February, 31 March: nothing drifts.
public struct Periods: Sendable, Hashable {
  public static let maximumIndex = 10_000

  public let anchor: Instant
  public let interval: Interval
  public let calendar: BillingCalendar
  private let date: CivilDate
  /// On the local clock, since midnight.
  private let secondsOfDay: Int64
  private let microseconds: Int64

  init(anchor: Instant, interval: Interval, calendar: BillingCalendar) throws(CalendarProblem) {
    try interval.check()
    self.anchor = anchor
    self.interval = interval
    self.calendar = calendar
    let local = calendar.localSeconds(of: anchor)
    date = CivilDate(daysSince1970: Int(local.floorDivided(by: BillingCalendar.day)))
    secondsOfDay = local.floorRemainder(by: BillingCalendar.day)
    microseconds = anchor.microseconds - anchor.seconds * 1_000_000
    guard CivilDate.years.contains(date.year) else { throw .outOfRange }
  }

  public func period(_ index: Int) throws(CalendarProblem) -> Period {
    try Period(index: index, start: start(index), end: start(index + 1))
  }

  /// Where period `index` begins. The first begins at the anchor itself, also if its local time exists twice.
  public func start(_ index: Int) throws(CalendarProblem) -> Instant {
    // One more than there are periods: the end of the last.
    guard (0...Self.maximumIndex + 1).contains(index) else { throw .tooManyPeriods(index) }
    guard index > 0 else { return anchor }
    let days: Int
    switch interval.step {
    case .days(let n): days = date.daysSince1970 + n * index
    case .months(let n): days = date.adding(months: n * index).daysSince1970
    }
    guard days < Self.endOfTime else { throw .outOfRange }
    return calendar.instant(local: Int64(days) * BillingCalendar.day + secondsOfDay, microseconds)
  }

  /// The number of the period that `instant` lies in.
  public func index(containing instant: Instant) throws(CalendarProblem) -> Int {
    guard instant >= anchor else { throw .beforeAnchor }
    let today = calendar.date(of: instant)
    guard CivilDate.years.contains(today.year) else { throw .outOfRange }
    var index =
      switch interval.step {
      case .days(let n): (today.daysSince1970 - date.daysSince1970) / n
      case .months(let n): (12 * (today.year - date.year) + today.month - date.month) / n
      }
    // The local date says it to within one, and a skipped day adds an empty period.
    while index > 0, try start(index) > instant { index -= 1 }
    while try start(index + 1) <= instant { index += 1 }
    guard index <= Self.maximumIndex else { throw .tooManyPeriods(index) }
    return index
  }

  private static let endOfTime = CivilDate(year: 9999, month: 12, day: 31).daysSince1970
}
