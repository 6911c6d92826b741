import Foundation
import Kernel
import Web

extension ReplayOutcome {
  /// The outcome in plain words, at most 80 columns wide.
  public var text: String {
    let parts = [told, table, sentences, repaired, "Again:\n  \(command)"].filter { !$0.isEmpty }
    return Self.plain(parts.joined(separator: "\n\n")) + "\n"
  }

  static let width = 80

  private var told: String {
    let first = months.first?.subscribers ?? 0
    let worst = months.map(\.lost).max() ?? 0
    return Self.wrapped(
      "\(Figures.count(settings.months, "month", "months")) of renewals at \(ReplayPlan.service), lived twice on a moved clock: "
        + "\(Figures.count(first)) subscribers after the first month, \(Figures.count(settings.subscribers)) at the end, "
        + "\(settings.carriers.count == 1 ? "one partner that confirms" : "two carriers that confirm") each charge with a "
        + "notification. From \(time.day(failingSince)) on notifications came "
        + "late or never, although the people had been charged; in the worst month \(Figures.share(worst)) never came.")
  }

  /// Two figures beside each other, the same for both ways.
  private var table: String {
    var lines = [Self.line("", "silence means failure", "through Amends")]
    func row(_ what: String, _ text: (Way) -> String) { lines.append(Self.line(what, text(silence), text(amends))) }
    row("periods owed for") { _ in Figures.count(periods) }
    row("charges the partner took") { Figures.count($0.charges) }
    for times in Set(silence.people.keys).union(amends.people.keys).union([1, 2]).sorted() {
      let label =
        times == 0 ? "people never charged" : "people charged \(ReplayReportSummary.times(times))"
      row(label) { Figures.count($0.people[times] ?? 0) }
    }
    row("periods charged more than once") { Figures.count($0.doubled) }
    row("periods never charged") { Figures.count($0.uncharged) }
    row("money wrongly taken") { Amount($0.taken, currency).text }
    row("given back") { Amount($0.returned, currency).text }
    row("taken for unpaid, though charged") { Figures.count($0.givenUp) }
    row("outcome not known at the end") { Figures.count($0.waiting) }
    row("first double charge") { $0.firstDouble.map(moment) ?? "never" }
    row("first alert") { $0.firstAlert.map { moment($0.at) } ?? "none" }
    return lines.joined(separator: "\n")
  }

  private var sentences: String {
    var told: [String] = []
    if let alert = amends.firstAlert {
      let after =
        alert.at < failingSince ? "before the partner began to fail" : "\(SpanText.text(alert.at - failingSince)) later"
      told.append("The first alert through Amends, \(after): “\(alert.text)”")
    }
    if amends.taken == 0 {
      told.append(
        "Through Amends nobody was charged twice, so there was nothing to give back; the refund of a surplus is not shown here."
      )
    } else {
      told.append(
        "Through Amends \(Figures.count(amends.refunds, "refund was", "refunds were")) made; the most charges of one period that "
          + "stand are \(amends.mostStanding).")
    }
    told.append(
      "People, charges and money are counted from the partner’s own books, alerts from the engine’s. The database of the "
        + "simulation was not made durable: it can be made again.")
    return told.map(Self.wrapped).joined(separator: "\n")
  }

  /// What the first way did to people, put right.
  private var repaired: String {
    let rows = repair.rows(currency)
    guard !rows.isEmpty else { return "" }
    let head = Self.wrapped(
      "Those whom the first way charged too often, imported as history and made whole by an incident of Amends, through "
        + "crashes, a partner that answers badly and two operators who start at once:")
    let lines = rows.map { row in
      let (what, value) = (Self.plain(row.what), Self.plain(row.value))
      guard what.count + value.count + 2 > Self.width else { return what + Self.padding(what, 54) + value }
      return what + "\n" + Self.wrapped(value).split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    }
    return head + "\n" + lines.joined(separator: "\n")
  }

  private var time: LocalTime { LocalTime(.gmt) }

  private func moment(_ at: Instant) -> String { "\(time.shortDay(at)), \(time.time(at))" }

  private static func line(_ what: String, _ silence: String, _ amends: String) -> String {
    let (what, silence, amends) = (plain(what), plain(silence), plain(amends))
    return what + padding(what, 33) + padding(silence, 23) + silence + padding(amends, 24) + amends
  }

  private static func padding(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count))
  }

  private static func wrapped(_ text: String) -> String {
    var lines: [String] = [""]
    for word in plain(text).split(separator: " ") {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if line.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.joined(separator: "\n")
  }

  /// A terminal may be too old for the narrow spaces and the quotation marks of a page.
  private static func plain(_ text: String) -> String {
    text.replacing(Figures.thin, with: " ").replacing("\u{A0}", with: " ").replacing("’", with: "'")
      .replacing("“", with: "\"").replacing("”", with: "\"")
  }
}
