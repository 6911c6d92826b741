import Foundation
import Kernel
import Web

/// The replay told in the five parts in which a failure is told. Every number comes from the report.
enum ReplayReportSummary {
  struct Part: Sendable {
    let heading: String
    let sentences: [String]
  }

  static func headline(_ report: ReplayReport) -> String {
    let silence = people(report.silence.overcharged)
    guard report.silence.overcharged > 0 else {
      return "Nobody was charged more than once in this run, in either way."
    }
    let amends = report.amends.overcharged
    let other = amends == 0 ? "nobody" : Figures.count(amends, "person", "people")
    return "Where silence meant failure, \(silence) charged more than once for a period. "
      + "Through Amends, at the same partner: \(other)."
  }

  static func parts(_ report: ReplayReport) -> [Part] {
    [
      Part(heading: "Context", sentences: context(report)), Part(heading: "What failed", sentences: failure(report)),
      Part(heading: "What was done", sentences: deeds(report)),
      Part(heading: "What was learned", sentences: lesson(report)),
      Part(heading: "Different next time", sentences: next),
    ]
  }

  private static func context(_ report: ReplayReport) -> [String] {
    let first = report.months.first?.subscribers ?? 0
    return [
      "\(report.service) renews subscriptions at \(report.price.text) a period through carrier billing. "
        + "Each charge is confirmed with a notification.",
      "In \(Figures.count(report.months.count, "month", "months")) it went from \(Figures.count(first)) to "
        + "\(Figures.count(report.subscribers)) subscribers.",
    ]
  }

  private static func failure(_ report: ReplayReport) -> [String] {
    let worst = report.months.max { $0.lost < $1.lost }
    var told: [String] = []
    if let since = report.failingSince {
      told.append(
        "From \(LocalTime(.gmt).day(since)) on, notifications came late or never, although the people had been charged."
      )
    }
    if let worst, worst.lost > 0 {
      told.append(
        "In the worst month, \(month(worst.start)), \(Figures.share(worst.lost)) of them never came.")
    }
    let silence = report.silence
    if silence.overcharged > 0 {
      told.append(
        "The first way took silence for failure and asked again: \(people(silence.overcharged)) charged more than once for "
          + "a period, \(Amount(silence.taken, report.price.currency).text) wrongly taken.")
    }
    return told.isEmpty ? ["Nothing: every notification came."] : told
  }

  private static func deeds(_ report: ReplayReport) -> [String] {
    let currency = report.price.currency
    return [
      "Where silence meant failure: \(alert(report.silence)). \(refund(report.silence, currency))",
      "Through Amends: \(alert(report.amends)). A charge without an answer was held as unknown and asked about under its own "
        + "reference, not sent again. \(refund(report.amends, currency))",
    ]
  }

  private static func alert(_ way: ReplayReport.Way) -> String {
    way.firstAlert.map { "the first alert came on \(moment($0.at)) (“\($0.text)”)" } ?? "no alert came"
  }

  private static func refund(_ way: ReplayReport.Way, _ currency: String) -> String {
    guard way.taken > 0 else { return "There was nothing to give back." }
    let owed = way.taken - way.returned
    let rest = owed > 0 ? "\(Amount(owed, currency).text) is still owed" : "nothing is still owed"
    return
      "Of \(Amount(way.taken, currency).text) wrongly taken, \(Amount(way.returned, currency).text) was given back "
      + "in \(Figures.count(way.refunds, "refund", "refunds")); \(rest)."
  }

  private static func lesson(_ report: ReplayReport) -> [String] {
    [
      "The partner, its faults, the people and the seed were the same in both runs. What differed is what was made of "
        + "silence: \(people(report.silence.overcharged)) charged more than once in the one, "
        + "\(people(report.amends.overcharged)) in the other.",
      "An answer that does not come is not a no. It is a state of its own, “we do not know”, and needs a way out of it.",
    ]
  }

  /// The rules that the story was learned from; no numbers in them.
  private static let next = [
    "Write down, before a launch, what each outside partner can prove and at what scale it was tried.",
    "Watch the delay of notifications and the share of unknown charges, and raise an alert before people notice.",
    "Grow in steps, and keep a switch that stops one partner while everything else goes on.",
  ]

  static func times(_ count: Int) -> String {
    switch count {
    case 0: "not at all"
    case 1: "once"
    case 2: "twice"
    case 3: "three times"
    case 4: "four times"
    default: "\(Figures.count(count)) times"
    }
  }

  static func moment(_ at: Instant) -> String { LocalTime(.gmt).dayTime(at) }

  /// Mar 2026
  static func month(_ start: Instant) -> String {
    String(LocalTime(.gmt).shortDay(start).drop { $0 != " " }.dropFirst())
  }

  private static func people(_ count: Int) -> String {
    count == 1 ? "1 person was" : count == 0 ? "nobody was" : "\(Figures.count(count)) people were"
  }
}
