import Foundation
import Kernel
import Store
import Web

/// Tells what became of one period's charge, a sentence a step, each with the evidence behind it. The sentences are values:
/// the page puts them into the reader's words.
struct ChargeStory {
  let tx: Transaction
  let obligation: Obligation

  struct Item {
    let id: Int64
    let lane: String
    let source: EvidenceSource
    let verdict: Verdict
    let at: Instant
    let view: EvidenceView

    var sentence: Sentence { .said(source, verdict, partner: lane) }

    var step: StoryStep {
      switch (source, verdict) {
      case (.answer, .done), (.query, .done): .settled
      case (.answer, .refused), (.query, .refused), (.cancel, .cancelled): .refused
      case (.answer, .notSent), (.answer, .unknown): .noAnswer
      case (.answer, _): .accepted
      case (.query, _), (.cancel, _): .queried
      case (.notification, _), (.statement, _): .heard
      case (.person, _): .decided
      }
    }
  }

  func chapter() throws -> StoryChapter {
    var entries = try due()
    let attempts = try attempts(slot: Charge.slot(of: obligation.id))
    for (number, attempt) in attempts.enumerated() { entries += try self.entries(for: attempt, number: number + 1) }
    entries += try moneyBack()
    entries += try takenBack()
    entries += try ending()
    entries.sort { $0.at < $1.at }
    return StoryChapter(
      id: "period-\(obligation.id)", .period(from: obligation.periodStart, to: obligation.periodEnd),
      standing(attempts), entries: entries)
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
    return [
      StoryEntry(
        at: opened?.at ?? obligation.periodStart, .due,
        .due(period: obligation.periodStart, Amount(obligation.amount, obligation.currency)), fact: opened?.view)
    ]
  }

  private func entries(for attempt: Attempt, number: Int) throws -> [StoryEntry] {
    let effect = attempt.effect
    var entries: [StoryEntry] = []
    if let sent = effect.sentAt {
      entries.append(
        StoryEntry(at: sent, .asked, .asked(partner: effect.lane, reference: effect.reference, attempt: number)))
    } else if effect.state == .prepared {
      entries.append(StoryEntry(at: effect.preparedAt, .planned, .planned(attempt.dueAt)))
    } else if effect.state == .cancelled {
      entries.append(StoryEntry(at: attempt.endedAt ?? effect.preparedAt, .decided, .withdrawn))
    }
    // What was taken back is told below, with what follows from it.
    for item in try evidence(of: effect.id) where !item.verdict.isAfterwards {
      entries.append(StoryEntry(at: item.at, item.step, item.sentence, evidence: [item.view]))
    }
    let began = effect.sentAt ?? effect.preparedAt
    if attempt.code == "noOutcomeRecorded", effect.state == .unknown {
      entries.append(StoryEntry(at: began, .noAnswer, .noOutcome))
    }
    if let owner = attempt.owner, attempt.endedAt == nil {
      entries.append(StoryEntry(at: began, .parked, .parked(owner: owner)))
    }
    return entries
  }

  private func evidence(of effect: Int64) throws -> [Item] { try evidence("effect = \(effect)") }

  func evidence(_ which: SQL) throws -> [Item] {
    try tx.rows(
      """
      SELECT id, lane, source, event_id, reference, partner_id, says, code, received_at, raw FROM evidence
      WHERE \(which) ORDER BY id LIMIT 50
      """
    ).map { row in
      let source = EvidenceSource(rawValue: try row.text("source")) ?? .answer
      let lane = try row.text("lane")
      let at = try row.instant("received_at")
      return Item(
        id: try row.integer("id"), lane: lane, source: source,
        verdict: Verdict(word: try row.text("says"), code: try row.textOrNull("code")), at: at,
        view: EvidenceView(
          source, of: lane, receivedAt: at, eventID: try row.text("event_id"),
          reference: try row.textOrNull("reference"), transaction: try row.textOrNull("partner_id"),
          body: try row.blob("raw")))
    }
  }

  /// Captures beyond the one that counts, and what was given back.
  private func moneyBack() throws -> [StoryEntry] {
    let captures = try tx.rows(
      "SELECT id, amount, currency, role, at, lane FROM capture WHERE obligation = \(obligation.id) ORDER BY id LIMIT 50"
    )
    var entries: [StoryEntry] = []
    for row in captures {
      if try row.text("role") == "surplus" {
        let amount = Amount(try row.integer("amount"), try row.text("currency"))
        entries.append(
          StoryEntry(at: try row.instant("at"), .surplus, .surplus(partner: try row.text("lane"), amount)))
      }
      let refunds = try tx.rows(
        """
        SELECT id, amount, currency, reason, state, asked_at, ended_at, code FROM refund WHERE capture = \(try row.integer("id"))
        ORDER BY id LIMIT 20
        """)
      for refund in refunds { entries += try self.refund(refund) }
    }
    return entries
  }

  private func refund(_ row: Row) throws -> [StoryEntry] {
    let amount = Amount(try row.integer("amount"), try row.text("currency"))
    let id = try row.integer("id")
    var evidence: [EvidenceView] = []
    for attempt in try attempts(slot: Refund.slot(of: id)) {
      evidence += try self.evidence(of: attempt.effect.id).map(\.view)
    }
    var entries = [
      StoryEntry(at: try row.instant("asked_at"), .asked, .refundAsked(amount, reason: try row.text("reason")))
    ]
    if let ended = try row.instantOrNull("ended_at") {
      let done = try row.text("state") == "done"
      let code = try row.textOrNull("code")
      let back: Sentence = code == Refund.otherwise ? .refundOtherwise(amount) : .refundDone(amount)
      entries.append(
        StoryEntry(
          at: ended, done ? .refunded : .refused,
          done ? back : code == Chargeback.code ? .refundDropped : .refundRefused, evidence: evidence))
    }
    return entries
  }

  private func ending() throws -> [StoryEntry] {
    guard let ended = try fact("obligationEnded", where: { $0.number("obligation") == obligation.id }) else {
      guard let settled = try fact("chargeSettled", where: { $0.number("obligation") == obligation.id }) else {
        return []
      }
      return [
        StoryEntry(at: settled.at, .access, .periodPaid(until: obligation.periodEnd), fact: settled.view)
      ]
    }
    let sentence: Sentence = obligation.state == "waived" ? .notAskedAnyMore : .everyAttemptRefused
    return [StoryEntry(at: ended.at, .access, sentence, fact: ended.view)]
  }

  func fact(
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

  private func standing(_ attempts: [Attempt]) -> Standing {
    switch obligation.state {
    case "settled": return .paid
    case "uncollectable": return .notPaid
    case "waived": return .withdrawn
    default: break
    }
    guard let last = attempts.last else { return .due }
    if last.owner != nil, last.endedAt == nil { return .person }
    switch last.effect.state {
    case .prepared: return obligation.declines > 0 ? .retry : .unsent
    case .sent, .pending: return .waiting
    case .unknown: return .unknown
    case .refused, .cancelled: return .refused
    case .done, .surplus: return .paid
    }
  }
}
