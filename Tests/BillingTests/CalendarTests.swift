import Billing
import Foundation
import Kernel
import Testing

@Suite("Billing periods on real calendars")
struct CalendarTests {
  @Test("A subscription from 31 January is billed on every month's last day for five years, and never drifts")
  func monthEnds() throws {
    let periods = try BillingCalendar(zone: "Europe/Berlin").periods(
      from: utc("2024-01-31T22:30:00Z"), every: .months(1))
    let calendar = gregorian("Europe/Berlin")
    for index in 0...60 {
      let start = try periods.start(index)
      let local = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date(start))
      #expect(local.year == 2024 + index / 12 && local.month == index % 12 + 1)
      #expect(local.day == calendar.range(of: .day, in: .month, for: date(start))?.count, "\(index)")
      #expect(local.hour == 23 && local.minute == 30)
    }
    #expect(try periods.calendar.localDay(of: periods.start(1)) == "2024-02-29")
    #expect(try periods.calendar.localDay(of: periods.start(13)) == "2025-02-28")
    #expect(try periods.calendar.localDay(of: periods.start(14)) == "2025-03-31")
    #expect(try periods.calendar.localDay(of: periods.start(15)) == "2025-04-30")
  }

  @Test("A yearly subscription from 29 February has its day again in every leap year")
  func leapDay() throws {
    let calendar = try BillingCalendar(zone: "UTC")
    let yearly = try calendar.periods(from: utc("2024-02-29T12:00:00Z"), every: .years(1))
    let days = try (0...4).map { calendar.localDay(of: try yearly.start($0)) }
    #expect(days == ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"])
    // 2100 is divisible by four and no leap year.
    #expect(try calendar.localDay(of: yearly.start(76)) == "2100-02-28")
    let quarterly = try calendar.periods(from: utc("2023-11-30T00:00:00Z"), every: .months(3))
    #expect(try calendar.localDay(of: quarterly.start(1)) == "2024-02-29")
    #expect(try calendar.localDay(of: quarterly.start(2)) == "2024-05-30")
  }

  struct Change: Sendable {
    let zone: String
    let interval: String
    let anchor: String
    let index: Int
    let start: String

    init(_ zone: String, _ interval: String, from anchor: String, _ index: Int, startsAt start: String) {
      (self.zone, self.interval, self.anchor, self.index, self.start) = (zone, interval, anchor, index, start)
    }
  }

  @Test(
    "Clock changes: wall time is kept, a time that does not exist moves forward, of two the first counts",
    arguments: [
      // 2026-03-29 02:30 does not exist in Berlin: 03:30 CEST.
      Change("Europe/Berlin", "P1M", from: "2026-01-29T01:30:00Z", 2, startsAt: "2026-03-29T01:30:00Z"),
      // The month after is at 02:30 again, now in summer time.
      Change("Europe/Berlin", "P1M", from: "2026-01-29T01:30:00Z", 3, startsAt: "2026-04-29T00:30:00Z"),
      // 2026-10-25 02:30 exists twice: the first, in summer time.
      Change("Europe/Berlin", "P1M", from: "2026-07-25T00:30:00Z", 3, startsAt: "2026-10-25T00:30:00Z"),
      // 12:00 stays 12:00 over both changes.
      Change("Europe/Berlin", "P1D", from: "2026-03-28T11:00:00Z", 1, startsAt: "2026-03-29T10:00:00Z"),
      Change("Europe/Berlin", "P1D", from: "2026-10-24T10:00:00Z", 1, startsAt: "2026-10-25T11:00:00Z"),
      // 2026-03-08 02:30 does not exist in New York: 03:30 EDT. 2026-11-01 01:30 exists twice: the first, EDT.
      Change("America/New_York", "P1W", from: "2026-03-01T07:30:00Z", 1, startsAt: "2026-03-08T07:30:00Z"),
      Change("America/New_York", "P1W", from: "2026-10-25T05:30:00Z", 1, startsAt: "2026-11-01T05:30:00Z"),
      Change("America/New_York", "P1W", from: "2026-10-25T05:30:00Z", 2, startsAt: "2026-11-08T06:30:00Z"),
      // Lord Howe moves by half an hour: 02:15 becomes 02:45 on 2026-10-04; 01:45 exists twice on 2026-04-05.
      Change("Australia/Lord_Howe", "P1M", from: "2026-09-03T15:45:00Z", 1, startsAt: "2026-10-03T15:45:00Z"),
      Change("Australia/Lord_Howe", "P1M", from: "2026-03-04T14:45:00Z", 1, startsAt: "2026-04-04T14:45:00Z"),
      // Samoa had no 2011-12-30: a month from 30 November begins a day, the length of the gap, later.
      Change("Pacific/Apia", "P1M", from: "2011-11-30T20:00:00Z", 1, startsAt: "2011-12-30T20:00:00Z"),
      Change("Pacific/Apia", "P1M", from: "2011-11-30T20:00:00Z", 2, startsAt: "2012-01-29T20:00:00Z"),
    ])
  func clockChanges(change: Change) throws {
    let periods = try BillingCalendar(zone: change.zone).periods(
      from: utc(change.anchor), every: Interval(change.interval))
    #expect(try periods.start(change.index) == utc(change.start))
  }

  @Test("Samoa's skipped day is a period for which nothing is owed, and a day without length")
  func skippedDay() throws {
    let apia = try BillingCalendar(zone: "Pacific/Apia")
    let daily = try apia.periods(from: utc("2011-12-28T20:00:00Z"), every: .days(1))  // 28 December, 10:00
    #expect(try apia.localDay(of: daily.start(1)) == "2011-12-29")
    let skipped = try daily.period(2)
    #expect(skipped.isEmpty && apia.localDay(of: skipped.start) == "2011-12-31")
    #expect(try !daily.period(1).isEmpty && !daily.period(3).isEmpty)
    #expect(try daily.index(containing: skipped.start) == 3)
    #expect(try apia.dayBounds("2011-12-30").isEmpty)
    #expect(try apia.dayBounds("2011-12-29").upperBound == apia.dayBounds("2011-12-31").lowerBound)
  }

  @Test("The first period begins at the anchor itself, also in the second of two equal hours")
  func anchorInSecondHour() throws {
    let anchor = utc("2026-10-25T01:30:00Z")  // 02:30 for the second time
    let periods = try BillingCalendar(zone: "Europe/Berlin").periods(from: anchor, every: .months(1))
    #expect(try periods.start(0) == anchor)
    #expect(try periods.start(1) == utc("2026-11-25T01:30:00Z"))
    #expect(try periods.index(containing: anchor) == 0)
    #expect(throws: CalendarProblem.beforeAnchor) {
      try periods.index(containing: anchor - Span(microseconds: 1))
    }
  }

  @Test("A period has its first instant and not its last, to the microsecond")
  func bounds() throws {
    let anchor = utc("2026-01-15T10:00:00Z") + Span(microseconds: 123_456)
    let periods = try BillingCalendar(zone: "UTC").periods(from: anchor, every: .weeks(2))
    let period = try periods.period(3)
    #expect(period.start == utc("2026-02-26T10:00:00Z") + Span(microseconds: 123_456))
    #expect(period.contains(period.start) && !period.contains(period.end))
    #expect(try periods.index(containing: period.end - Span(microseconds: 1)) == 3)
    #expect(try periods.index(containing: period.end) == 4)
    #expect(try periods.period(4).start == period.end)
  }

  @Test("Days are those of the customer's wall calendar")
  func localDays() throws {
    let late = utc("2026-03-31T22:30:00Z")
    #expect(try BillingCalendar.localDay(of: late, in: "Europe/Berlin") == "2026-04-01")
    #expect(try BillingCalendar.localDay(of: late, in: "America/New_York") == "2026-03-31")
    #expect(try BillingCalendar.localDay(of: late, in: "Pacific/Kiritimati") == "2026-04-01")
    let berlin = try BillingCalendar(zone: "Europe/Berlin")
    let (short, long) = (try berlin.dayBounds("2026-03-29"), try berlin.dayBounds("2026-10-25"))
    #expect(short.upperBound - short.lowerBound == .hours(23) && long.upperBound - long.lowerBound == .hours(25))
    // Beirut's clocks go forward at midnight: the day begins at 01:00.
    let beirut = try BillingCalendar(zone: "Asia/Beirut").dayBounds("2026-03-29")
    #expect(beirut.lowerBound == utc("2026-03-28T22:00:00Z") && beirut.upperBound - beirut.lowerBound == .hours(23))
  }

  @Test("Any zone, any anchor, any interval: no gap, no overlap, and the wall clock says what it should")
  func property() throws {
    let seed = newSeed()
    print("periods: seed \(seed)")
    var random = Lcg(state: seed)
    let zones = TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }
    for run in 0..<2_000 {
      let zone = zones.randomElement(using: &random)!
      // From 1990 to 2035; half of the anchors at a whole quarter of an hour, where clocks change.
      var anchor = Int64.random(in: 631_152_000_000_000...2_051_222_400_000_000, using: &random)
      if Bool.random(using: &random) { anchor -= anchor % 900_000_000 }
      let interval: Interval =
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .days(.random(in: 1...40, using: &random))
        case 1: .weeks(.random(in: 1...8, using: &random))
        case 2: .months(.random(in: 1...12, using: &random))
        default: .years(1)
        }
      let periods = try BillingCalendar(zone: zone).periods(from: Instant(microseconds: anchor), every: interval)
      let index = Int.random(in: 0...60, using: &random)
      let said = Comment(rawValue: "seed \(seed) run \(run): \(zone) \(anchor) \(interval) \(index)")
      let (period, next) = (try periods.period(index), try periods.period(index + 1))
      #expect(period.start <= period.end && period.end == next.start, said)
      #expect(!period.isEmpty || Self.dateLine.contains(zone), said)
      if !period.isEmpty {
        #expect(try periods.index(containing: period.start) == index, said)
        #expect(try periods.index(containing: period.end - Span(microseconds: 1)) == index, said)
      }
      try Self.checkWallClock(periods, zone, index, said)
    }
  }

  /// Zones that crossed the date line since 1990 and so skipped a day.
  static let dateLine: Set = [
    "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kwajalein", "Pacific/Kiritimati", "Pacific/Enderbury", "Pacific/Kanton",
  ]

  /// Compares with what Foundation's Calendar makes of the anchor's wall time, a number of intervals later.
  static func checkWallClock(_ periods: Periods, _ zone: String, _ index: Int, _ said: Comment) throws {
    guard index > 0 else { return }
    let (calendar, wall) = (gregorian(zone), gregorian("UTC"))
    let fields: Set<Calendar.Component> = [.year, .month, .day, .hour, .minute, .second]
    func onWall(_ instant: Instant) throws -> Date {
      let components = calendar.dateComponents(fields, from: date(Instant(seconds: instant.seconds)))
      return try #require(wall.date(from: components))
    }
    let (unit, count): (Calendar.Component, Int) =
      switch periods.interval {
      case .days(let n): (.day, n)
      case .weeks(let n): (.day, 7 * n)
      case .months(let n): (.month, n)
      case .years(let n): (.year, n)
      }
    let wanted = try #require(wall.date(byAdding: unit, value: count * index, to: onWall(periods.anchor)))
    let start = try periods.start(index)
    let late = try onWall(start).timeIntervalSince(wanted)
    let shift = Span.seconds(Int64(late))
    if late == 0 {
      // The first of two equal times: nothing earlier shows the same wall time.
      for earlier in [1_200, 1_800, 3_600, 7_200, 86_400] as [Int64] {
        #expect(try onWall(start - .seconds(earlier)) != wanted, said)
      }
    } else {
      // In a gap: the clocks went forward by exactly what the time moved.
      let zone = calendar.timeZone
      let gap = zone.secondsFromGMT(for: date(start)) - zone.secondsFromGMT(for: date(start - shift))
      #expect(late > 0 && Int64(late) == Int64(gap), said)
    }
    #expect(
      start.microseconds.quotientAndRemainder(dividingBy: 1_000_000).remainder
        == periods.anchor.microseconds.quotientAndRemainder(dividingBy: 1_000_000).remainder, said)
  }

  @Test("Every instant lies within the bounds of its own local day")
  func dayProperty() throws {
    let seed = newSeed()
    print("days: seed \(seed)")
    var random = Lcg(state: seed)
    let zones = TimeZone.knownTimeZoneIdentifiers.filter { $0.contains("/") }
    for _ in 0..<2_000 {
      let zone = zones.randomElement(using: &random)!
      let calendar = try BillingCalendar(zone: zone)
      let instant = Instant(microseconds: .random(in: 1_356_998_400_000_000...2_051_222_400_000_000, using: &random))
      let day = calendar.localDay(of: instant)
      #expect(try calendar.dayBounds(day).contains(instant), "seed \(seed) \(zone) \(instant.microseconds)")
      let local = gregorian(zone).dateComponents([.year, .month, .day], from: date(instant))
      #expect(day == String(format: "%04d-%02d-%02d", local.year!, local.month!, local.day!), "seed \(seed) \(zone)")
    }
  }

  @Test(
    "Names that are no IANA zone are refused",
    arguments: [
      "", "Berlin", "Europe/Nowhere", "CET", "IST", "GMT+2", "+02:00", "europe/berlin", "Europe/Berlin ",
      "../etc/passwd",
    ])
  func unknownZones(name: String) {
    #expect(throws: CalendarProblem.unknownTimeZone(name)) { try BillingCalendar(zone: name) }
  }

  @Test("Old and new names of a zone are one zone")
  func aliases() throws {
    let day = utc("2026-01-01T18:45:00Z")
    for name in ["Asia/Kolkata", "Asia/Calcutta"] {
      #expect(try BillingCalendar.localDay(of: day, in: name) == "2026-01-02")
    }
  }

  @Test("Intervals are written like P1M, and nothing else is one")
  func intervals() throws {
    for interval: Interval in [.days(30), .weeks(2), .months(1), .years(1), .days(1_100)] {
      #expect(try Interval(interval.description) == interval)
      #expect(try JSONDecoder().decode([Interval].self, from: JSONEncoder().encode([interval])) == [interval])
    }
    #expect(try Interval("P1M") == .months(1))
    for text in ["", "P", "PM", "P0M", "P-1M", "P+1M", "P01M", "P1101D", "1M", "P1H", "P1M1D", "p1m", "P1.5M", "PT1M"] {
      #expect(throws: CalendarProblem.self, "\(text)") { try Interval(text) }
    }
    let calendar = try BillingCalendar(zone: "UTC")
    #expect(throws: CalendarProblem.badInterval("P0D")) {
      try calendar.periods(from: utc("2026-01-01T00:00:00Z"), every: .days(0))
    }
  }

  @Test("There is a limit to how many periods there are, and to time")
  func limits() throws {
    let calendar = try BillingCalendar(zone: "UTC")
    let daily = try calendar.periods(from: utc("2026-01-01T00:00:00Z"), every: .days(1))
    #expect(try daily.period(10_000).index == 10_000)
    #expect(throws: CalendarProblem.tooManyPeriods(-1)) { try daily.period(-1) }
    #expect(throws: CalendarProblem.tooManyPeriods(10_002)) { try daily.period(10_001) }
    #expect(throws: CalendarProblem.self) { try daily.index(containing: utc("2126-01-01T00:00:00Z")) }
    let yearly = try calendar.periods(from: utc("2026-01-01T00:00:00Z"), every: .years(1_000))
    #expect(throws: CalendarProblem.outOfRange) { try yearly.period(9_000) }
    #expect(throws: CalendarProblem.outOfRange) {
      try calendar.periods(from: Instant(seconds: -86_400 * 400), every: .days(1))
    }
    for day in ["2026-02-29", "2026-13-01", "2026-1-1", "26-01-01", "", "2026-01-01T00:00", "1969-12-31", "+026-01-01"]
    {
      #expect(throws: CalendarProblem.badDay(day)) { try calendar.dayBounds(day) }
    }
  }
}

// MARK: - Helpers

// swift-format-ignore: NeverUseForceTry
private func utc(_ text: String) -> Instant {
  Instant(seconds: Int64(try! Date(text, strategy: .iso8601).timeIntervalSince1970))
}

private func date(_ instant: Instant) -> Date { Date(timeIntervalSince1970: Double(instant.microseconds) / 1_000_000) }

// swift-format-ignore: NeverForceUnwrap
private func gregorian(_ zone: String) -> Calendar {
  var calendar = Calendar(identifier: .gregorian)
  calendar.timeZone = TimeZone(identifier: zone)!
  return calendar
}

private struct Lcg: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

/// Drawn anew for every run; `AMENDS_SEED` replays the one that was printed.
private func newSeed() -> UInt64 {
  ProcessInfo.processInfo.environment["AMENDS_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...UInt64.max)
}
