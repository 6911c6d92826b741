import Kernel
import Web

/// The five pictures of the replay report.
struct ReplayReportCharts {
  private let report: ReplayReport
  private let names: [String]

  private static let silenceName = "Silence means failure"
  private static let amendsName = "Through Amends"

  init(_ report: ReplayReport) {
    self.report = report
    names = report.months.map { ReplayReportSummary.month($0.start) }
  }

  var figures: [ChartFigure] {
    [
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
        caption: "Money wrongly taken and not given back, added up to the end of each month, in \(currency).",
        Lines(
          title: "Money wrongly taken and not given back", categories: names,
          series: [
            Series(Self.silenceName, .first, owed(report.silence)), Series(Self.amendsName, .second, owed(report.amends)),
          ], events: alerts, unit: .money(currency)),
        figures: money),
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

  private func owed(_ way: ReplayReport.Way) -> [Double?] {
    running(way) { $0.taken - $0.returned }
  }

  private func running(_ way: ReplayReport.Way, _ part: (ReplayReport.Way.Month) -> Int64) -> [Double?] {
    var sum: Int64 = 0
    return way.months.map { month in
      sum += part(month)
      return Double(sum)
    }
  }

  /// Behind the picture of what is owed: taken and returned, each added up.
  private var money: FigureTable {
    let columns = [report.silence, report.amends].flatMap { way in
      [running(way) { $0.taken }, running(way) { $0.returned }]
    }
    return FigureTable(
      caption: "Wrongly taken and given back, added up, in \(currency)", corner: "To the end of",
      columns: [
        "\(Self.silenceName): taken", "given back", "\(Self.amendsName): taken", "given back",
      ],
      rows: names.indices.map { index in
        FigureTable.Row(
          names[index],
          columns.map { column in
            index < column.count ? column[index].map { Amount(Int64($0), currency).figures } ?? "" : ""
          })
      })
  }

  private var alerts: [Lines.Event] {
    let ways = [(report.amends, "First alert, through Amends"), (report.silence, "First alert, silence means failure")]
    return failing + ways.compactMap { way, label in way.firstAlert.map { Lines.Event(at: place($0.at), label: label) } }
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
