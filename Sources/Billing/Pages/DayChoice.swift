import Kernel

/// Which day a page is about, in the console's zone, and its neighbours.
package struct DayChoice: Sendable {
  /// `2026-11-28`
  package let name: String
  package let previous: String?
  package let next: String?
  package let isToday: Bool
  let bounds: Range<Instant>

  /// An instant of the day.
  package var instant: Instant { bounds.lowerBound }

  /// - Parameter asked: as it stands in the address; `nil`: today.
  /// - Throws: what is no day.
  package init(_ asked: String?, _ calendar: BillingCalendar, now: Instant) throws(CalendarProblem) {
    let today = calendar.localDay(of: now)
    let day = try CivilDate(asked ?? today)
    name = day.description
    isToday = name == today
    bounds = try calendar.dayBounds(name)
    func neighbour(_ days: Int) -> String? {
      let date = CivilDate(daysSince1970: day.daysSince1970 + days)
      return CivilDate.years.contains(date.year) && date.daysSince1970 >= 0 ? date.description : nil
    }
    previous = neighbour(-1)
    next = neighbour(1)
  }
}
