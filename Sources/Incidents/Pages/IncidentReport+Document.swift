import Documents
import Kernel
import Web
import Words

extension IncidentReport {
  /// The newest moments that the PDF holds, with their proofs; the JSON has all that the report has.
  static let printed = 300
  /// Versions of who is affected, and of what they get.
  private static let versions = 20

  /// - Parameters:
  ///   - time: in whose zone and language it is written; what people wrote stays as it is.
  ///   - sender: who gives it out: a name, and the lines of an address.
  package func document(_ time: LocalTime, sender: [String], made: Instant) -> Document {
    let page = ReportPage(report: self, time: time)
    let number = String(incident)
    let words = time.words
    return Document(
      title: words.text(.reportTitle(number)), language: words.tag.description,
      direction: words.language.direction == .rtl ? .rtl : .ltr, sender: sender.map { words.text(.name($0)) },
      made: made,
      blocks: page.head(made) + page.people() + page.stops() + page.found(Self.versions)
        + page.gets(Self.versions) + page.standsOpen() + page.lesson() + page.story(Self.printed)
        + page.proofs(Self.printed)
    ) { words.text(.reportPage(number, page: words.number($0), pages: words.number($1))) }
  }
}

/// The report's parts as blocks.
private struct ReportPage {
  let report: IncidentReport
  let time: LocalTime
  var words: Words { time.words }

  private func text(_ message: Message) -> String { words.text(message) }
  private func name(_ text: String) -> String { words.text(.name(text)) }
  private func part(_ kind: PartName.Kind, _ name: String) -> String { PartName(kind, name, words).text }
  private func at(_ iso: String) -> String { Instant(iso8601: iso).map(time.exact) ?? iso }

  private func row(_ label: Message, _ value: String) -> Document.Row { .init(text(label), value) }

  private func amount(_ amount: Int64, _ unit: String) -> String {
    words.amount(of: amount, unit)
  }

  func head(_ made: Instant) -> [Document.Block] {
    var rows = [
      row(.reportHappened, name(report.title)),
      row(
        .reportAbout,
        [part(.finder, report.kind), report.about].filter { !$0.isEmpty }.map(name).joined(separator: " · ")),
      row(.reportSeverity, words.count(Int64(report.severity))),
      row(.reportState, Incident.State(rawValue: report.state).map { text($0.message) } ?? report.state),
      row(.reportBegan, at(report.began)), row(.reportNoticed, at(report.noticed)),
    ]
    if let contained = report.contained { rows.append(row(.reportContained, at(contained))) }
    if let closed = report.closed { rows.append(row(.reportClosed, at(closed))) }
    if let target = report.target, let by = report.targetBy {
      rows.append(row(.reportTarget, text(.reportTargetBy(words.share(Double(target) / 100), date: at(by)))))
    }
    if !report.told.isEmpty { rows.append(row(.reportTold, report.told.map(name).joined(separator: ", "))) }
    if !report.notTold.isEmpty { rows.append(row(.reportNotTold, report.notTold.map(name).joined(separator: ", "))) }
    rows.append(row(.reportMade, time.exact(made)))
    return [.values(rows), .note(text(.reportZone(time.zoneName)))]
  }

  func people() -> [Document.Block] {
    let all = report.people.values.reduce(0, +)
    guard all > 0 else { return [.heading(text(.reportPeople)), .paragraph(text(.reportNobody))] }
    let settled = Affected.State.allCases.filter(\.isSettled).compactMap { report.people[$0.rawValue] }.reduce(0, +)
    return [
      .heading(text(.reportPeople)),
      .paragraph(text(.reportSettled(words.count(Int64(settled)), of: words.count(Int64(all))))),
      .table(
        head: [text(.reportState), text(.reportCount)],
        rows: Affected.State.allCases.map { [text($0.message), words.count(Int64(report.people[$0.rawValue] ?? 0))] },
        shares: [3, 1]),
    ]
  }

  func stops() -> [Document.Block] {
    guard !report.containments.isEmpty else { return [] }
    return [
      .heading(text(.reportStops)),
      .table(
        head: [text(.reportWhat), text(.reportReason), text(.reportSince), text(.reportUndone)],
        rows: report.containments.map { stop in
          [
            name(part(.stop, stop.kind)) + "\u{2028}" + name(stop.target), name(stop.reason), at(stop.at),
            stop.undone.map(at) ?? "–",
          ]
        }, shares: [3, 3, 2, 2]),
    ]
  }

  func found(_ limit: Int) -> [Document.Block] {
    guard !report.cohorts.isEmpty else { return [] }
    var blocks: [Document.Block] = [
      .heading(text(.reportFound)),
      .table(
        head: [text(.reportVersion), text(.reportRule), text(.reportCount), text(.reportState)],
        rows: report.cohorts.prefix(limit).map { version in
          let parameters = version.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
          let rule = ([part(.finder, version.finder)] + parameters + [version.reason]).map(name)
            .joined(separator: " · ")
          let window = text(.range(from: at(version.from), to: at(version.until)))
          let state = Cohort.State(rawValue: version.state).map { text($0.message) } ?? version.state
          let change = version.added.map { text(.reportChange(words.count($0), words.count(version.removed ?? 0))) }
          return [
            words.count(version.n), rule + "\u{2028}" + window,
            [version.people.map { words.count($0) } ?? "–", change].compactMap(\.self).joined(separator: "\u{2028}"),
            [state, version.approvedBy.map(name)].compactMap(\.self).joined(separator: "\u{2028}"),
          ]
        }, shares: [1.4, 4.4, 1.8, 2.4]),
    ]
    if report.cohorts.count > limit { blocks.append(left(report.cohorts.count - limit)) }
    return blocks
  }

  func gets(_ limit: Int) -> [Document.Block] {
    var blocks: [Document.Block] = []
    for rule in report.rules.prefix(limit) {
      let state = RemedyRule.State(rawValue: rule.state).map { text($0.message) } ?? rule.state
      blocks.append(
        .paragraph(
          [text(.reportRuleVersion(words.count(rule.n))), state, rule.approvedBy.map(name), name(rule.assumptions)]
            .compactMap(\.self).joined(separator: " · ")))
      guard !rule.totals.isEmpty else { continue }
      blocks.append(
        .table(
          head: [text(.reportRemedy), text(.reportCount), text(.reportAmount), text(.reportAllowed)],
          rows: rule.totals.map {
            let allowed = $0.allowed.map { limit in limit }
            return [
              name(part(.remedy, $0.remedy)), words.count(Int64($0.people)), amount($0.amount, $0.unit),
              $0.unit.isEmpty ? "–" : allowed.map { [unit = $0.unit] in amount($0, unit) } ?? "–",
            ]
          }, shares: [3, 2, 2.5, 2.5]))
    }
    if report.rules.count > limit { blocks.append(left(report.rules.count - limit)) }
    if !report.remedies.isEmpty {
      blocks += [
        .paragraph(text(.reportGiven)),
        .table(
          head: [text(.reportRemedy), text(.reportState), text(.reportTimes), text(.reportAmount)],
          rows: report.remedies.map {
            [
              name(part(.remedy, $0.remedy)), text(.remedyState($0.state)), words.count(Int64($0.count)),
              amount($0.amount, $0.unit),
            ]
          }, shares: [3, 2.5, 2, 2.5]),
      ]
    }
    return blocks.isEmpty ? [] : [.heading(text(.reportGets))] + blocks
  }

  func standsOpen() -> [Document.Block] {
    guard !report.open.isEmpty else { return [] }
    return [.heading(text(.reportOpen))] + report.open.map { .paragraph("– " + text($0.said(words))) }
  }

  func lesson() -> [Document.Block] {
    guard let lesson = report.lesson else {
      return [.heading(text(.reportLesson)), .paragraph(text(.reportNoLesson))]
    }
    var blocks: [Document.Block] = [.heading(text(.reportLesson))]
    blocks.append(.note(lesson.closed.map { text(.reportLessonClosed(at($0))) } ?? text(.reportLessonOpen)))
    for (part, said) in [
      (LessonPart.context, lesson.context), (.failed, lesson.failed), (.did, lesson.did), (.learned, lesson.learned),
      (.differently, lesson.differently),
    ] where !said.isEmpty {
      blocks.append(.heading(text(part.message)))
      blocks += said.split(separator: "\n").map { .paragraph(name(String($0))) }
    }
    guard !report.actions.isEmpty else { return blocks }
    blocks += [
      .heading(text(.reportActions)),
      .table(
        head: [text(.reportAction), text(.reportOwner), text(.reportControl), text(.reportSeenBy)],
        rows: report.actions.map { action in
          [
            name(action.text),
            name(action.owner) + "\u{2028}" + (Instant(iso8601: action.due).map(time.shortDay) ?? ""),
            action.control.map(name) ?? "–", action.seenBy.map(name) ?? "–",
          ]
        }, shares: [3.5, 2, 3, 2]),
    ]
    return blocks
  }

  func story(_ limit: Int) -> [Document.Block] {
    let shown = report.timeline.suffix(limit)
    var blocks: [Document.Block] = [.heading(text(.reportTimeline))]
    let out = report.timelineLeftOut + report.timeline.count - shown.count
    if out > 0 {
      blocks.append(.paragraph(text(.reportMomentsLeft(words.count(Int64(out)), "incident:\(report.incident)"))))
    }
    blocks.append(
      .table(
        head: [text(.reportAt), text(.reportWho), text(.reportWhat), text(.reportFact)],
        rows: shown.map { [at($0.at), name($0.actor), line($0), $0.fact ?? "–"] }, shares: [3, 2.2, 4.4, 1.4]))
    if shown.contains(where: { line($0).unicodeScalars.count > Document.cellLimit }) {
      blocks.append(.note(text(.reportCut)))
    }
    return blocks
  }

  private func line(_ moment: IncidentReport.Moment) -> String {
    moment.what == "note" ? name(moment.text) : MomentWords.line(moment.what, moment.text, words)
  }

  /// Which facts the journal holds, where, and under which signed checkpoint.
  func proofs(_ limit: Int) -> [Document.Block] {
    var blocks: [Document.Block] = [.heading(text(.reportProofs)), .paragraph(text(.reportProofsLead))]
    let shown = report.receipts.suffix(limit)
    if let last = shown.last {
      let note = last.checkpoint.split(separator: "\n").map(String.init)
      blocks.append(
        .values([
          row(.reportJournal, name(note.first ?? "")), row(.reportSealed, words.count(last.treeSize)),
          row(.reportRoot, name(note.count > 2 ? note[2] : "")), row(.reportKey, name(last.publicKey)),
        ]))
      blocks.append(
        .table(
          head: [text(.reportFact), text(.reportPlace), text(.reportHash)],
          rows: shown.map { receipt in
            // A fact's number has its epoch before it: it stands in the timeline by that.
            [
              report.timeline.first { $0.fact?.hasSuffix(".\(receipt.fact.id)") == true }?.fact ?? "\(receipt.fact.id)",
              words.count(receipt.leafIndex), name(receipt.leafHash.base64),
            ]
          }, shares: [1.5, 1.5, 5]))
    }
    if !report.notSealed.isEmpty {
      blocks.append(.note(text(.reportNotSealed(words.count(Int64(report.notSealed.count))))))
    }
    return blocks
  }

  private func left(_ count: Int) -> Document.Block { .note(text(.reportLeft(words.count(Int64(count))))) }
}
