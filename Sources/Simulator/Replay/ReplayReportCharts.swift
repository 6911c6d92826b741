import Kernel
import Web

/// The four pictures of the replay report.
struct ReplayReportCharts {
  private let report: ReplayReport
  private let names: [String]

  private static let silenceName = "Silence means failure"
  private static let amendsName = "Through Amends"

  init(_ report: ReplayReport) {
    self.report = report
    names = report.months.map { ReplayReportSummary.month($0.start) }
  }

  /// None for a replay of no months.
  var figures: [ChartFigure] {
    guard !report.months.isEmpty else { return [] }
    return [
      ChartFigure(
        id: "doubled", caption: "Periods charged more than once, month by month.",
        Columns(
          title: "Periods charged more than once", categories: names,
          series: [
            Series(Self.silenceName, .first, report.silence.months.map { Double($0.doubled) }),
            Series(Self.amendsName, .second, report.amends.months.map { Double($0.doubled) }),
          ], arrangement: .grouped)),
      ChartFigure(
        id: "money",
        caption: "Money wrongly taken and given back, added up to the end of each month, in \(currency).",
        Lines(
          title: "Money wrongly taken and given back", categories: names, series: money, events: alerts,
          unit: .money(currency))),
      ChartFigure(
        id: "lost", caption: "Share of the partner’s notifications that never came.",
        Columns(
          title: "Notifications that never came", categories: names,
          series: [Series("Never came", .third, report.months.map(\.lost))], unit: .share)),
      ChartFigure(
        id: "people", caption: "Subscribers at the end of each month.",
        Lines(
          title: "Subscribers", categories: names,
          series: [Series("Subscribers", .third, report.months.map { Double($0.subscribers) })], events: failing)),
    ]
  }

  private var currency: String { report.price.currency }

  /// Taken and given back, each added up, in both ways.
  private var money: [Series] {
    [
      Series("Taken, silence means failure", .first, running(report.silence, \.taken)),
      Series("Given back, silence means failure", .first, running(report.silence, \.returned), dashed: true),
      Series("Taken, through Amends", .second, running(report.amends, \.taken)),
      Series("Given back, through Amends", .second, running(report.amends, \.returned), dashed: true),
    ]
  }

  private func running(_ way: ReplayReport.Way, _ part: KeyPath<ReplayReport.Way.Month, Int64>) -> [Double?] {
    var sum: Int64 = 0
    return way.months.map { month in
      sum += month[keyPath: part]
      return Double(sum)
    }
  }

  private var alerts: [Lines.Event] {
    let ways = [(report.amends, "First alert, through Amends"), (report.silence, "First alert, silence means failure")]
    return failing
      + ways.compactMap { way, label in way.firstAlert.map { Lines.Event(at: place($0.at), label: label) } }
  }

  private var failing: [Lines.Event] {
    report.failingSince.map { [Lines.Event(at: place($0), label: "Notifications begin to fail")] } ?? []
  }

  /// Where an instant falls on an axis whose points are the ends of the months.
  private func place(_ at: Instant) -> Double {
    guard let index = report.months.lastIndex(where: { $0.start <= at }) else { return 0 }
    let start = report.months[index].start
    // The last month has no next one to measure it by: 30 days are near enough for a picture.
    let end = index + 1 < report.months.count ? report.months[index + 1].start : start + .days(30)
    return Double(index) - 1 + min(1, (at - start).seconds / (end - start).seconds)
  }
}
