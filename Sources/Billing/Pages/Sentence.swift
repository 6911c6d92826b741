import Kernel
import Web
import Words

/// What one step of a history says, before it is put into words: the same history is read in every language.
package enum Sentence: Sendable {
  case due(period: Instant, Amount)
  case asked(partner: String, reference: String, attempt: Int)
  case planned(Instant)
  case withdrawn
  /// Our process ended before it wrote down the answer.
  case noOutcome
  case parked(owner: String)
  /// What somebody outside said, or a person decided.
  case said(EvidenceSource, Verdict, partner: String)
  case surplus(partner: String, Amount)
  case refundAsked(Amount, reason: String)
  case refundDone(Amount)
  /// By other means than the partner.
  case refundOtherwise(Amount)
  case refundRefused
  /// The bank had taken the money back already.
  case refundDropped
  case takenBack(partner: String, Amount)
  /// What follows from it.
  case takenBackMeans(TakenBack, owner: String)
  case restored(Amount)
  case paymentCounts
  case chargebackDecided(reason: String, by: String)
  case periodPaid(until: Instant)
  case notAskedAnyMore
  case everyAttemptRefused
  case began(plan: String, Amount)
  /// As `SubscriptionChanged` has it.
  case changed(what: String, reason: String, by: String)
  /// The note itself stands below.
  case noted(by: String)

  /// Why somebody has to look at money that a bank took back.
  package enum TakenBack: Sendable { case unknown, unpaid, twice, both }

  func text(_ time: LocalTime) -> String { time.words.text(message(time)) }

  private func message(_ time: LocalTime) -> Message {
    let words = time.words
    return switch self {
    case .due(let period, let amount): .storyDue(time.shortDay(period), words.amount(amount))
    case .asked(let partner, let reference, let attempt) where attempt > 1:
      .storyAskedAgain(partner, reference, attempt: words.count(attempt))
    case .asked(let partner, let reference, _): .storyAsked(partner, reference)
    case .planned(let at): .storyPlanned(time.shortDay(at))
    case .withdrawn: .storyWithdrawn
    case .noOutcome: .storyNoOutcome
    case .parked(let owner): .storyParked(Names(words: words).text(owner))
    case .said(let source, let verdict, let partner): Self.said(source, verdict, partner)
    case .surplus(let partner, let amount): .storySurplus(partner, words.amount(amount))
    case .refundAsked(let amount, let reason): .storyRefundAsked(words.amount(amount), reason)
    case .refundDone(let amount): .storyRefundDone(words.amount(amount))
    case .refundOtherwise(let amount): .storyRefundOtherwise(words.amount(amount))
    case .refundRefused: .storyRefundRefused
    case .refundDropped: .storyRefundDropped
    case .takenBack(let partner, let amount): .storyTakenBack(words.amount(amount), partner)
    case .takenBackMeans(.unknown, _): .storyTakenBackWaits
    case .takenBackMeans(.unpaid, let owner): .storyTakenBackUnpaid(owner)
    case .takenBackMeans(.twice, let owner): .storyTakenBackTwice(owner)
    case .takenBackMeans(.both, let owner): .storyTakenBackBoth(owner)
    case .restored(let amount): .storyRestored(words.amount(amount))
    case .paymentCounts: .storyPaymentCounts
    case .chargebackDecided(let reason, let who): .storyChargebackDecided(reason, who)
    case .periodPaid(let end): .storyPeriodPaid(time.shortDay(end))
    case .notAskedAnyMore: .storyNotAsked
    case .everyAttemptRefused: .storyExhausted
    case .began(let plan, let amount): .storyBegan(plan, words.amount(amount))
    case .changed(let what, let reason, let who): Self.changed(what, reason, who)
    case .noted(let who): .storyNoted(who)
    }
  }

  private static func said(_ source: EvidenceSource, _ verdict: Verdict, _ who: String) -> Message {
    let word = verdict.code ?? verdict.word
    return switch (source, verdict) {
    case (.answer, .done): .storyAnswerDone(who)
    case (.answer, .pending): .storyAnswerPending(who)
    case (.answer, .refused(let code)): .storyAnswerRefused(who, code)
    case (.answer, .notSent(let why)): .storyNotSent(why)
    case (.answer, .unknown(let why)): .storyAnswerUnknown(why)
    case (.answer, let verdict): .storyAnswerOther(who, verdict.word)
    case (.query, .done): .storyQueryDone(who)
    case (.query, .pending): .storyQueryPending(who)
    case (.query, .absent): .storyQueryAbsent(who)
    case (.query, .refused(let code)): .storyQueryRefused(who, code)
    case (.query, _): .storyQueryOther(who, word)
    case (.cancel, .cancelled): .storyCancelDone(who)
    case (.cancel, _): .storyCancelOther(who)
    case (.notification, .done): .storyNoticeDone(who)
    case (.notification, .refused(let code)): .storyNoticeRefused(who, code)
    case (.notification, let verdict): .storyNoticeOther(who, verdict.word)
    case (.statement, .done): .storyStatementDone(who)
    case (.statement, .refused): .storyStatementAbsent(who)
    case (.statement, _): .storyStatementOther(who, word)
    case (.person, .done): .storyPersonDone
    case (.person, _): .storyPersonNot
    }
  }

  private static func changed(_ what: String, _ reason: String, _ who: String) -> Message {
    switch what {
    case "paused": .storyPaused(reason, who)
    case "resumed": .storyResumed(reason, who)
    case "cancelledNow": .storyCancelledNow(reason, who)
    case "cancelledAtPeriodEnd": .storyCancelledAtEnd(reason, who)
    case "methodChanged": .storyMethodChanged(reason, who)
    case "ended": .storyEnded(reason, who)
    default: .storyChanged(what, reason, who)
    }
  }
}

extension EvidenceView {
  /// Where it came from, in words.
  var sourceWords: Message {
    switch source {
    case .answer: .sourceAnswer(partner)
    case .query: .sourceQuery(partner)
    case .cancel: .sourceCancel(partner)
    case .notification: .sourceNotification(partner)
    case .statement: .sourceStatement(partner)
    case .person: .sourcePerson
    }
  }
}
