/// How long a billing period is, in units of the calendar. Written as an ISO 8601 duration of one unit: `P1M`.
public enum Interval: Hashable, Sendable {
  case days(Int)
  case weeks(Int)
  case months(Int)
  case years(Int)

  /// The most of one unit: three years of days; nobody bills less often than that.
  public static let maximumCount = 1_100

  /// Reads `P1M`; refuses a count outside 1 to 1 100 and more than one unit.
  public init(_ text: String) throws(CalendarProblem) {
    let digits = text.dropFirst().dropLast()
    guard text.hasPrefix("P"), let unit = text.last, let count = Int(digits), String(count) == digits else {
      throw .badInterval(String(text.prefix(32)))
    }
    switch unit {
    case "D": self = .days(count)
    case "W": self = .weeks(count)
    case "M": self = .months(count)
    case "Y": self = .years(count)
    default: throw .badInterval(String(text.prefix(32)))
    }
    try check()
  }

  /// Days and months are the two kinds of step: a week is 7 days, a year 12 months.
  enum Step {
    case days(Int)
    case months(Int)
  }

  var step: Step {
    switch self {
    case .days(let n): .days(n)
    case .weeks(let n): .days(7 * n)
    case .months(let n): .months(n)
    case .years(let n): .months(12 * n)
    }
  }

  func check() throws(CalendarProblem) {
    switch self {
    case .days(let n), .weeks(let n), .months(let n), .years(let n):
      guard (1...Self.maximumCount).contains(n) else { throw .badInterval(description) }
    }
  }
}

extension Interval: Codable, CustomStringConvertible {
  public var description: String {
    switch self {
    case .days(let n): "P\(n)D"
    case .weeks(let n): "P\(n)W"
    case .months(let n): "P\(n)M"
    case .years(let n): "P\(n)Y"
    }
  }

  public init(from decoder: any Decoder) throws {
    self = try Interval(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
