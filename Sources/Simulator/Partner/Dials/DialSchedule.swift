import Foundation
import Kernel

/// Dials over time: "from month 4 on, notifications get lost".
public struct DialSchedule: Sendable, Equatable {
  public struct Step: Sendable, Equatable {
    public var from: Instant
    public var dials: Dials

    public init(from: Instant, dials: Dials) { (self.from, self.dials) = (from, dials) }
  }

  /// The most steps a schedule takes.
  static let limit = 10_000

  /// In order of time. Before the first step the partner behaves well.
  public private(set) var steps: [Step]

  /// The same dials for ever.
  public init(_ dials: Dials = Dials()) { steps = [Step(from: Instant(microseconds: .min), dials: dials)] }

  /// A later step of the same instant wins.
  public init(steps: [Step]) {
    let wellBehaved = Step(from: Instant(microseconds: .min), dials: Dials())
    let ordered = steps.enumerated().sorted { ($0.element.from, $0.offset) < ($1.element.from, $1.offset) }
    self.steps = [wellBehaved] + ordered.map(\.element)
  }

  /// Dials that change evenly from `start` to `end` in `count` steps: `change` gets 0 at the start and 1 at the end.
  public static func ramp(
    from start: Instant, to end: Instant, count: Int, base: Dials = Dials(), _ change: (inout Dials, Double) -> Void
  ) -> [Step] {
    let count = Swift.max(1, Swift.min(count, limit))
    return (0...count).map { step in
      let share = Double(step) / Double(count)
      var dials = base
      change(&dials, share)
      let after = Int64(Double((end - start).microseconds) * share)
      return Step(from: start + Span(microseconds: after), dials: dials)
    }
  }

  /// The dials that hold at an instant, and until when they hold.
  func current(at now: Instant) -> (dials: Dials, until: Instant) {
    var (low, high) = (0, steps.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if steps[middle].from <= now { low = middle } else { high = middle }
    }
    return (steps[low].dials, high < steps.count ? steps[high].from : Instant(microseconds: .max))
  }

  /// Reads `{"schedule": [{"from": "2026-04-01T00:00:00Z", "dials": {…}}, …]}`, or one object of dials.
  public init(json: Data) throws(DialError) {
    let object = try Dials.object(json)
    guard let list = object["schedule"] else {
      let dials = try Dials(json: json)
      self.init(dials)
      return
    }
    guard object.count == 1, let list = list as? [[String: Any]], list.count <= Self.limit else {
      throw DialError(message: "schedule must be a list of at most \(Self.limit) objects, and stand alone")
    }
    var steps: [Step] = []
    for (number, item) in list.enumerated() {
      guard item.count == 2, let from = (item["from"] as? String).flatMap(Timestamp.parse),
        let given = item["dials"] as? [String: Any]
      else {
        throw DialError(
          message: "schedule[\(number)] must have from (RFC 3339, with time zone) and dials, nothing else")
      }
      let dials = try Dials.decode(given, path: "schedule[\(number)].dials.")
      try dials.validate()
      steps.append(Step(from: from, dials: dials))
    }
    self.init(steps: steps)
  }
}
