// One person's history, a sentence a step. Partners, references and codes come from outside and are names.

extension Message {
  public static let chapterSubscription = Message("chapter.subscription")
  public static func stepsLeft(_ count: Int, shown: String) -> Message {
    Message("chapter.left", ["shown": .words(shown)], count: count)
  }

  public static let stepSubscription = Message("step.subscription")
  public static let stepDue = Message("step.due")
  public static let stepPlanned = Message("step.planned")
  public static let stepAsked = Message("step.asked")
  public static let stepAccepted = Message("step.accepted")
  public static let stepNoAnswer = Message("step.noAnswer")
  public static let stepQueried = Message("step.queried")
  public static let stepHeard = Message("step.heard")
  public static let stepSettled = Message("step.settled")
  public static let stepRefused = Message("step.refused")
  public static let stepSurplus = Message("step.surplus")
  public static let stepRefunded = Message("step.refunded")
  public static let stepTakenBack = Message("step.takenBack")
  public static let stepParked = Message("step.parked")
  public static let stepDecided = Message("step.decided")
  public static let stepAccess = Message("step.access")
  public static let stepNote = Message("step.note")

  public static func storyDue(_ day: String, _ amount: String) -> Message {
    Message("story.due", ["day": .words(day), "amount": .words(amount)])
  }
  public static func storyAsked(_ partner: String, _ reference: String) -> Message {
    Message("story.asked", ["partner": .name(partner), "reference": .name(reference)])
  }
  public static func storyAskedAgain(_ partner: String, _ reference: String, attempt: String) -> Message {
    Message("story.askedAgain", ["partner": .name(partner), "reference": .name(reference), "attempt": .words(attempt)])
  }
  public static func storyPlanned(_ day: String) -> Message { Message("story.planned", ["day": .words(day)]) }
  public static let storyWithdrawn = Message("story.withdrawn")
  public static let storyNoOutcome = Message("story.noOutcome")
  public static func storyParked(_ owner: String) -> Message { Message("story.parked", ["owner": .name(owner)]) }
  public static func storyAnswerDone(_ partner: String) -> Message {
    Message("story.answerDone", ["partner": .name(partner)])
  }
  public static func storyAnswerPending(_ partner: String) -> Message {
    Message("story.answerPending", ["partner": .name(partner)])
  }
  public static func storyAnswerRefused(_ partner: String, _ code: String) -> Message {
    Message("story.answerRefused", ["partner": .name(partner), "code": .name(code)])
  }
  public static func storyNotSent(_ reason: String) -> Message { Message("story.notSent", ["reason": .name(reason)]) }
  public static func storyAnswerUnknown(_ reason: String) -> Message {
    Message("story.answerUnknown", ["reason": .name(reason)])
  }
  public static func storyAnswerOther(_ partner: String, _ word: String) -> Message {
    Message("story.answerOther", ["partner": .name(partner), "word": .name(word)])
  }
  public static func storyQueryDone(_ partner: String) -> Message {
    Message("story.queryDone", ["partner": .name(partner)])
  }
  public static func storyQueryPending(_ partner: String) -> Message {
    Message("story.queryPending", ["partner": .name(partner)])
  }
  public static func storyQueryAbsent(_ partner: String) -> Message {
    Message("story.queryAbsent", ["partner": .name(partner)])
  }
  public static func storyQueryRefused(_ partner: String, _ code: String) -> Message {
    Message("story.queryRefused", ["partner": .name(partner), "code": .name(code)])
  }
  public static func storyQueryOther(_ partner: String, _ word: String) -> Message {
    Message("story.queryOther", ["partner": .name(partner), "word": .name(word)])
  }
  public static func storyCancelDone(_ partner: String) -> Message {
    Message("story.cancelDone", ["partner": .name(partner)])
  }
  public static func storyCancelOther(_ partner: String) -> Message {
    Message("story.cancelOther", ["partner": .name(partner)])
  }
  public static func storyNoticeDone(_ partner: String) -> Message {
    Message("story.noticeDone", ["partner": .name(partner)])
  }
  public static func storyNoticeRefused(_ partner: String, _ code: String) -> Message {
    Message("story.noticeRefused", ["partner": .name(partner), "code": .name(code)])
  }
  public static func storyNoticeOther(_ partner: String, _ word: String) -> Message {
    Message("story.noticeOther", ["partner": .name(partner), "word": .name(word)])
  }
  public static func storyStatementDone(_ partner: String) -> Message {
    Message("story.statementDone", ["partner": .name(partner)])
  }
  public static func storyStatementAbsent(_ partner: String) -> Message {
    Message("story.statementAbsent", ["partner": .name(partner)])
  }
  public static func storyStatementOther(_ partner: String, _ word: String) -> Message {
    Message("story.statementOther", ["partner": .name(partner), "word": .name(word)])
  }
  public static let storyPersonDone = Message("story.personDone")
  public static let storyPersonNot = Message("story.personNot")
  public static func storySurplus(_ partner: String, _ amount: String) -> Message {
    Message("story.surplus", ["partner": .name(partner), "amount": .words(amount)])
  }
  public static func storyRefundAsked(_ amount: String, _ reason: String) -> Message {
    Message("story.refundAsked", ["amount": .words(amount), "reason": .name(reason)])
  }
  public static func storyRefundDone(_ amount: String) -> Message {
    Message("story.refundDone", ["amount": .words(amount)])
  }
  public static func storyRefundOtherwise(_ amount: String) -> Message {
    Message("story.refundOtherwise", ["amount": .words(amount)])
  }
  public static let storyRefundRefused = Message("story.refundRefused")
  public static let storyRefundDropped = Message("story.refundDropped")
  public static func storyTakenBack(_ amount: String, _ partner: String) -> Message {
    Message("story.takenBack", ["amount": .words(amount), "partner": .name(partner)])
  }
  public static let storyTakenBackWaits = Message("story.takenBackWaits")
  public static func storyTakenBackUnpaid(_ owner: String) -> Message {
    Message("story.takenBackUnpaid", ["owner": .name(owner)])
  }
  public static func storyTakenBackTwice(_ owner: String) -> Message {
    Message("story.takenBackTwice", ["owner": .name(owner)])
  }
  public static func storyTakenBackBoth(_ owner: String) -> Message {
    Message("story.takenBackBoth", ["owner": .name(owner)])
  }
  public static func storyRestored(_ amount: String) -> Message {
    Message("story.restored", ["amount": .words(amount)])
  }
  public static let storyPaymentCounts = Message("story.paymentCounts")
  public static func storyChargebackDecided(_ reason: String, _ who: String) -> Message {
    Message("story.chargebackDecided", ["reason": .name(reason), "who": .name(who)])
  }
  public static func storyPeriodPaid(_ day: String) -> Message { Message("story.periodPaid", ["day": .words(day)]) }
  public static let storyNotAsked = Message("story.notAsked")
  public static let storyExhausted = Message("story.exhausted")
  public static func storyBegan(_ plan: String, _ amount: String) -> Message {
    Message("story.began", ["plan": .name(plan), "amount": .words(amount)])
  }
  public static func storyPaused(_ reason: String, _ who: String) -> Message {
    Message("story.paused", ["reason": .name(reason), "who": .name(who)])
  }
  public static func storyResumed(_ reason: String, _ who: String) -> Message {
    Message("story.resumed", ["reason": .name(reason), "who": .name(who)])
  }
  public static func storyCancelledNow(_ reason: String, _ who: String) -> Message {
    Message("story.cancelledNow", ["reason": .name(reason), "who": .name(who)])
  }
  public static func storyCancelledAtEnd(_ reason: String, _ who: String) -> Message {
    Message("story.cancelledAtEnd", ["reason": .name(reason), "who": .name(who)])
  }
  public static func storyMethodChanged(_ method: String, _ who: String) -> Message {
    Message("story.methodChanged", ["method": .name(method), "who": .name(who)])
  }
  public static func storyEnded(_ reason: String, _ who: String) -> Message {
    Message("story.ended", ["reason": .name(reason), "who": .name(who)])
  }
  public static func storyChanged(_ what: String, _ reason: String, _ who: String) -> Message {
    Message("story.changed", ["what": .name(what), "reason": .name(reason), "who": .name(who)])
  }
  public static func storyNoted(_ who: String) -> Message { Message("story.noted", ["who": .name(who)]) }

  public static func sourceAnswer(_ partner: String) -> Message {
    Message("source.answer", ["partner": .name(partner)])
  }
  public static func sourceQuery(_ partner: String) -> Message { Message("source.query", ["partner": .name(partner)]) }
  public static func sourceCancel(_ partner: String) -> Message {
    Message("source.cancel", ["partner": .name(partner)])
  }
  public static func sourceNotification(_ partner: String) -> Message {
    Message("source.notification", ["partner": .name(partner)])
  }
  public static func sourceStatement(_ partner: String) -> Message {
    Message("source.statement", ["partner": .name(partner)])
  }
  public static let sourcePerson = Message("source.person")
  public static func evidenceOne(_ source: String) -> Message {
    Message("evidence.one", ["source": .words(source)])
  }
  public static func evidenceMany(_ count: Int, shown: String) -> Message {
    Message("evidence.many", ["shown": .words(shown)], count: count)
  }
  public static func evidenceFirst(_ count: Int, shown: String, first: String) -> Message {
    Message("evidence.first", ["shown": .words(shown), "first": .words(first)], count: count)
  }
  public static func bytesShown(_ shown: String, of all: String) -> Message {
    Message("evidence.cut", ["shown": .words(shown), "all": .words(all)])
  }
  public static func factSealed(_ number: String) -> Message { Message("fact.sealed", ["number": .words(number)]) }
  public static func factNotSealed(_ number: String) -> Message { Message("fact.open", ["number": .words(number)]) }
}
