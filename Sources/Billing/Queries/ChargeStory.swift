import Foundation
import Kernel
import Store
import Web

/// Tells what became of one period's charge, a sentence a step, each with the evidence behind it.
struct ChargeStory {
  let tx: Transaction
  let obligation: Obligation
  let time: LocalTime

  private struct Item {
    let id: Int64
    let lane: String
    let source: EvidenceSource
    let verdict: Verdict
    let at: Instant
    let view: EvidenceView
  }

  func chapter() throws -> StoryChapter {
    var entries = try due()
    let attempts = try attempts(slot: Charge.slot(of: obligation.id))
    for (number, attempt) in attempts.enumerated() { entries += try self.entries(for: attempt, number: number + 1) }
    entries += try moneyBack()
    entries += try ending()
    entries.sort { $0.at < $1.at }
    let (state, tone) = standing(attempts)
    return StoryChapter(
      id: "period-\(obligation.id)",
      title: "\(time.shortDay(obligation.periodStart)) – \(time.shortDay(obligation.periodEnd))", state: state,
      tone: tone, entries: entries)
  }

  private struct Attempt {
    let effect: Effect
    let owner: String?
    let endedAt: Instant?
    let code: String?
    let dueAt: Instant
  }

  private func attempts(slot: String) throws -> [Attempt] {
    try tx.rows(
      """
      SELECT \(name: Effect.columns), effect.owner, effect.ended_at, effect.code, effect.due_at FROM effect
      WHERE slot = \(slot) ORDER BY id LIMIT 50
      """
    ).map {
      Attempt(
        effect: try Effect($0), owner: try $0.textOrNull("owner"), endedAt: try $0.instantOrNull("ended_at"),
        code: try $0.textOrNull("code"), dueAt: try $0.instant("due_at"))
    }
  }

  private func due() throws -> [StoryEntry] {
    let opened = try fact("renewalDue") { $0.number("obligation") == obligation.id }
    let amount = Amount(obligation.amount, obligation.currency).text
    return [
      StoryEntry(
        at: opened?.at ?? obligation.periodStart, .due,
        "The renewal for the period from \(time.shortDay(obligation.periodStart)) fell due: \(amount).",
        fact: opened?.view)
    ]
  }

  private func entries(for attempt: Attempt, number: Int) throws -> [StoryEntry] {
    let effect = attempt.effect
    var entries: [StoryEntry] = []
    if let sent = effect.sentAt {
      let again = number > 1 ? " This was attempt \(number)." : ""
      entries.append(
        StoryEntry(
          at: sent, .asked, "We asked \(effect.lane) to charge, under the reference \(effect.reference).\(again)"))
    } else if effect.state == .prepared {
      entries.append(
        StoryEntry(
          at: attempt.effect.preparedAt, .planned, "The next attempt is due on \(time.shortDay(attempt.dueAt)).")
      )
    } else if effect.state == .cancelled {
      entries.append(
        StoryEntry(at: attempt.endedAt ?? effect.preparedAt, .decided, "The charge was withdrawn before it was sent."))
    }
    for item in try evidence(of: effect.id) { entries.append(entry(for: item)) }
    if attempt.code == "noOutcomeRecorded", effect.state == .unknown {
      entries.append(
        StoryEntry(
          at: effect.sentAt ?? effect.preparedAt, .noAnswer,
          "Our own process ended before it could write down the answer: we do not know whether it charged."))
    }
    if let owner = attempt.owner, attempt.endedAt == nil {
      entries.append(
        StoryEntry(
          at: effect.sentAt ?? effect.preparedAt, .parked,
          "Nothing more can be proved by asking. \(owner.capitalized) decides; nothing is charged again meanwhile."))
    }
    return entries
  }

  private func evidence(of effect: Int64) throws -> [Item] {
    try tx.rows(
      """
      SELECT id, lane, source, event_id, reference, partner_id, says, code, received_at, raw FROM evidence
      WHERE effect = \(effect) ORDER BY id LIMIT 50
      """
    ).map { row in
      let source = EvidenceSource(rawValue: try row.text("source")) ?? .answer
      let lane = try row.text("lane")
      let at = try row.instant("received_at")
      return Item(
        id: try row.integer("id"), lane: lane, source: source,
        verdict: Verdict(word: try row.text("says"), code: try row.textOrNull("code")), at: at,
        view: EvidenceView(
          source: Self.words(source, lane), receivedAt: at, eventID: try row.text("event_id"),
          reference: try row.textOrNull("reference"), transaction: try row.textOrNull("partner_id"),
          body: try row.blob("raw")))
    }
  }

  private func entry(for item: Item) -> StoryEntry {
    let who = item.lane
    let (step, text): (StoryStep, String) =
      switch (item.source, item.verdict) {
      case (.answer, .done): (.settled, "\(who) answered: paid.")
      case (.answer, .pending): (.accepted, "\(who) took the charge; its result comes later.")
      case (.answer, .refused(let code)): (.refused, "\(who) refused: \(code).")
      case (.answer, .notSent(let why)): (.noAnswer, "The charge never left this house: \(why). Nothing was charged.")
      case (.answer, .unknown(let why)):
        (
          .noAnswer,
          "No answer that can be relied on (\(why)): we do not know whether it charged, and do not ask again for money."
        )
      case (.query, .done): (.settled, "We asked \(who) what became of it: it was paid.")
      case (.query, .pending): (.queried, "We asked \(who) what became of it: it is still under way.")
      case (.query, .absent): (.queried, "We asked \(who) what became of it: it knows no such charge.")
      case (.query, .refused(let code)): (.refused, "We asked \(who) what became of it: it was refused, \(code).")
      case (.query, let verdict):
        (.queried, "We asked \(who) what became of it and got no answer that can be relied on (\(verdict.code ?? "")).")
      case (.answer, let verdict): (.accepted, "\(who) answered: \(verdict.word).")
      case (.cancel, .cancelled): (.refused, "\(who) confirmed that the charge is cancelled.")
      case (.cancel, _): (.queried, "We asked \(who) to cancel the charge, without a clear answer.")
      case (.notification, .done): (.heard, "\(who) notified us: paid.")
      case (.notification, .refused(let code)): (.heard, "\(who) notified us: refused, \(code).")
      case (.notification, let verdict): (.heard, "\(who) notified us: \(verdict.word).")
      case (.statement, .done): (.heard, "The statement of \(who) lists it: paid.")
      case (.statement, .refused): (.heard, "No complete statement of \(who) lists it: it was not charged.")
      case (.statement, let verdict): (.heard, "The statement of \(who) says: \(verdict.code ?? verdict.word).")
      case (.person, .done): (.decided, "A person decided: it was paid.")
      case (.person, _): (.decided, "A person decided: it was not charged.")
      }
    return StoryEntry(at: item.at, step, text, evidence: [item.view])
  }

  /// Captures beyond the one that counts, and what was given back.
  private func moneyBack() throws -> [StoryEntry] {
    let captures = try tx.rows(
      "SELECT id, amount, currency, role, at, lane FROM capture WHERE obligation = \(obligation.id) ORDER BY id LIMIT 50"
    )
    var entries: [StoryEntry] = []
    for row in captures {
      if try row.text("role") == "surplus" {
        let amount = Amount(try row.integer("amount"), try row.text("currency")).text
        entries.append(
          StoryEntry(
            at: try row.instant("at"), .surplus,
            "\(try row.text("lane")) took \(amount) once more for this period. It is given back."))
      }
      let refunds = try tx.rows(
        """
        SELECT id, amount, currency, reason, state, asked_at, ended_at FROM refund WHERE capture = \(try row.integer("id"))
        ORDER BY id LIMIT 20
        """)
      for refund in refunds { entries += try self.refund(refund) }
    }
    return entries
  }

  private func refund(_ row: Row) throws -> [StoryEntry] {
    let amount = Amount(try row.integer("amount"), try row.text("currency")).text
    let id = try row.integer("id")
    var evidence: [EvidenceView] = []
    for attempt in try attempts(slot: Refund.slot(of: id)) {
      evidence += try self.evidence(of: attempt.effect.id).map(\.view)
    }
    var entries = [
      StoryEntry(
        at: try row.instant("asked_at"), .asked, "We asked for \(amount) to be given back: \(try row.text("reason")).")
    ]
    if let ended = try row.instantOrNull("ended_at") {
      let done = try row.text("state") == "done"
      entries.append(
        StoryEntry(
          at: ended, done ? .refunded : .refused,
          done ? "\(amount) was given back." : "The refund was refused; a person looks.",
          evidence: evidence))
    }
    return entries
  }

  private func ending() throws -> [StoryEntry] {
    guard let ended = try fact("obligationEnded", where: { $0.number("obligation") == obligation.id }) else {
      guard let settled = try fact("chargeSettled", where: { $0.number("obligation") == obligation.id }) else {
        return []
      }
      return [
        StoryEntry(
          at: settled.at, .access, "The period until \(time.shortDay(obligation.periodEnd)) is paid.",
          fact: settled.view)
      ]
    }
    let text =
      obligation.state == "waived"
      ? "The charge is not asked for any more." : "Every attempt of the schedule was refused: the subscription ended."
    return [StoryEntry(at: ended.at, .access, text, fact: ended.view)]
  }

  private func fact(
    _ kind: String, where matches: (FactText) -> Bool
  ) throws -> (at: Instant, view: FactView)? {
    let rows = try tx.rows(
      """
      SELECT epoch, id, at, body FROM fact WHERE subject = \("customer:\(obligation.customer)") AND kind = \(kind)
      ORDER BY id DESC LIMIT 200
      """)
    for row in rows where matches(FactText(try row.text("body"))) {
      let number = FactNumber(epoch: try row.integer("epoch"), id: try row.integer("id"))
      return (try row.instant("at"), try number.view(in: tx))
    }
    return nil
  }

  private func standing(_ attempts: [Attempt]) -> (String, Tone) {
    switch obligation.state {
    case "settled": return ("paid", .settled)
    case "uncollectable": return ("not paid", .refused)
    case "waived": return ("withdrawn", .unsent)
    default: break
    }
    guard let last = attempts.last else { return ("due", .unsent) }
    if last.owner != nil { return ("a person decides", .person) }
    switch last.effect.state {
    case .prepared: return obligation.declines > 0 ? ("refused, tried again", .refused) : ("not yet sent", .unsent)
    case .sent, .pending: return ("waiting for the partner", .waiting)
    case .unknown: return ("unknown", .unknown)
    case .refused, .cancelled: return ("refused", .refused)
    case .done, .surplus: return ("paid", .settled)
    }
  }

  private static func words(_ source: EvidenceSource, _ lane: String) -> String {
    switch source {
    case .answer: "Answer of \(lane) to our call"
    case .query: "Answer of \(lane) to our question"
    case .cancel: "Answer of \(lane) to our cancellation"
    case .notification: "Notification of \(lane)"
    case .statement: "Statement of \(lane)"
    case .person: "A person's decision"
    }
  }
}
