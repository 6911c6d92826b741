import Foundation
import Kernel
import Web

/// `ReplayReport` in words and pictures, as `ReplayReport.mustache` reads it. Times in UTC: a replay has no place.
struct ReplayReportView: Sendable {
  let title: String
  let styleCSS: String
  let headline: String
  let outcome: [Row]
  let summary: [ReplayReportSummary.Part]
  let charts: [ChartFigure]
  let repair: [Setting]
  let hasRepair: Bool
  let settings: [Setting]
  let command: String
  let version: String

  struct Row: Sendable {
    let what: String
    let silence: String
    let amends: String
    /// Of no interest beside what stands above it.
    let minor: Bool
  }

  struct Setting: Sendable {
    let name: String
    let value: String
  }

  init(_ report: ReplayReport) {
    title = "Replay: a year of renewals at \(report.service)"
    styleCSS = Assets.stylesheet.text
    headline = ReplayReportSummary.headline(report)
    outcome = Self.outcome(report)
    summary = ReplayReportSummary.parts(report)
    charts = ReplayReportCharts(report).figures
    repair = report.repair.map { Setting(name: $0.name, value: $0.value) }
    hasRepair = !repair.isEmpty
    settings =
      [
        Setting(name: "Subscribers at the end", value: Figures.count(report.subscribers)),
        Setting(name: "Price of a period", value: report.price.text),
        Setting(name: "Partner", value: report.partner),
        Setting(name: "Seed", value: String(report.seed)),
      ] + report.settings.map { Setting(name: $0.name, value: $0.value) }
    command = report.command
    version = report.version
  }

  private static func outcome(_ report: ReplayReport) -> [Row] {
    let (silence, amends) = (report.silence, report.amends)
    let currency = report.price.currency
    let time = LocalTime(.gmt)
    let times = Set(silence.people.keys).union(amends.people.keys).union([1, 2]).sorted()
    let people = times.map { count in
      Row(
        what: count == 0 ? "People never charged" : "People charged \(ReplayReportSummary.times(count)) for a period",
        silence: Figures.count(silence.people[count] ?? 0), amends: Figures.count(amends.people[count] ?? 0),
        minor: count < 2)
    }
    func row(_ what: String, _ text: (ReplayReport.Way) -> String) -> Row {
      Row(what: what, silence: text(silence), amends: text(amends), minor: false)
    }
    return people + [
      row("Periods charged more than once") { Figures.count($0.doubled) },
      row("Money wrongly taken") { Amount($0.taken, currency).text },
      row("Given back") { Amount($0.returned, currency).text },
      row("Still owed to people") { Amount($0.taken - $0.returned, currency).text },
      row("Refunds made") { Figures.count($0.refunds) },
      row("First person charged twice") { $0.firstDouble.map(time.shortDay) ?? "never" },
      row("First alert") { $0.firstAlert.map { time.shortDay($0.at) } ?? "none" },
      row("Waiting for a person at the end") { Figures.count($0.waiting) },
    ]
  }
}
