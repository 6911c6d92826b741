public enum CalendarProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownTimeZone(String)
  case badInterval(String)
  case badDay(String)
  /// A period's number outside 0...10 000.
  case tooManyPeriods(Int)
  /// A time outside the years 1970 to 9999.
  case outOfRange
  /// The instant lies before the first period.
  case beforeAnchor

  public var description: String {
    switch self {
    case .unknownTimeZone(let name): "«\(name)» is not a time zone; write it like Europe/Berlin, or UTC."
    case .badInterval(let text): "«\(text)» is not a billing interval; write it like P1M, P1Y, P2W or P30D."
    case .badDay(let text): "«\(text)» is not a day; write it like 2026-01-31."
    case .tooManyPeriods(let index): "Period \(index) lies outside the limit of 0 to \(Periods.maximumIndex)."
    case .outOfRange: "The time lies outside the years 1970 to 9999."
    case .beforeAnchor: "The time lies before the first period."
    }
  }
}
