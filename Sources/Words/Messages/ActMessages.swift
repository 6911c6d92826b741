// What may be done about a subscriber: what will happen, why something may not be done, and that it was done.

extension Message {
  public static let actRefund = Message("act.refund")
  public static let actCancel = Message("act.cancel")
  public static let actPause = Message("act.pause")
  public static let actResume = Message("act.resume")
  public static let actNote = Message("act.note")

  public static let onlySupport = Message("not.support")
  public static let onlyFinance = Message("not.finance")
  public static let notEnded = Message("not.ended")
  public static let notPaused = Message("not.paused")
  public static let notPastDue = Message("not.pastDue")
  public static let notNotPaused = Message("not.notPaused")
  public static let notNothingLeft = Message("not.nothingLeft")
  public static let notNumberUnknown = Message("not.numberUnknown")

  public static func cancelTitle(_ plan: String) -> Message { Message("cancel.title", ["plan": .name(plan)]) }
  public static let cancelNow = Message("cancel.now")
  public static let cancelNowMeans = Message("cancel.nowMeans")
  public static let cancelAtEnd = Message("cancel.atEnd")
  public static func cancelAtEndMeans(_ day: String) -> Message {
    Message("cancel.atEndMeans", ["day": .words(day)])
  }
  public static let cancelAtEndOpen = Message("cancel.atEndOpen")
  public static let cancelAtEndPaused = Message("cancel.atEndPaused")
  public static let cancelButton = Message("cancel.button")
  public static func pauseTitle(_ plan: String) -> Message { Message("pause.title", ["plan": .name(plan)]) }
  public static let pauseMeans = Message("pause.means")
  public static func pauseUntil(_ day: String) -> Message { Message("pause.until", ["day": .words(day)]) }
  public static let pauseUnderWay = Message("pause.underWay")
  public static func resumeTitle(_ plan: String) -> Message { Message("resume.title", ["plan": .name(plan)]) }
  public static func resumeMeans(_ day: String, _ amount: String) -> Message {
    Message("resume.means", ["day": .words(day), "amount": .words(amount)])
  }

  public static func refundTitle(_ number: String) -> Message {
    Message("refund.title", ["number": .words(number)])
  }
  public static func refundTaken(_ amount: String, _ partner: String, _ day: String) -> Message {
    Message("refund.taken", ["amount": .words(amount), "partner": .name(partner), "day": .words(day)])
  }
  public static func refundBack(_ amount: String) -> Message { Message("refund.back", ["amount": .words(amount)]) }
  public static func refundTakenBack(_ amount: String) -> Message {
    Message("refund.takenBack", ["amount": .words(amount)])
  }
  public static func refundLeft(_ amount: String) -> Message { Message("refund.left", ["amount": .words(amount)]) }
  public static func refundAmount(_ currency: String) -> Message {
    Message("refund.amount", ["currency": .name(currency)])
  }
  public static let refundHint = Message("refund.hint")
  public static let refundGoOn = Message("refund.goOn")
  public static func refundWill(_ amount: String, _ name: String, _ partner: String) -> Message {
    Message("refund.will", ["amount": .words(amount), "name": .name(name), "partner": .name(partner)])
  }
  public static let actWhen = Message("act.when")
  public static let refundHow = Message("refund.how")
  public static func refundByPartner(_ partner: String) -> Message {
    Message("refund.byPartner", ["partner": .name(partner)])
  }
  public static let refundByPartnerMeans = Message("refund.byPartnerMeans")
  public static let refundOtherwise = Message("refund.otherwise")
  public static let refundOtherwiseMeans = Message("refund.otherwiseMeans")
  public static func refundWillOtherwise(_ amount: String, _ name: String, _ partner: String) -> Message {
    Message("refund.willOtherwise", ["amount": .words(amount), "name": .name(name), "partner": .name(partner)])
  }
  public static func refundRest(_ amount: String) -> Message { Message("refund.rest", ["amount": .words(amount)]) }
  public static let refundFinal = Message("refund.final")
  public static func refundButton(_ amount: String) -> Message {
    Message("refund.button", ["amount": .words(amount)])
  }
  public static func amountUnreadable(_ example: String) -> Message {
    Message("refund.unreadable", ["example": .words(example)])
  }
  public static func amountTooMuch(_ left: String) -> Message { Message("refund.tooMuch", ["left": .words(left)]) }
  public static let reasonMissing = Message("act.reasonMissing")
  public static let chooseWhen = Message("cancel.choose")

  public static let noteTitle = Message("note.title")
  public static func noteHint(_ limit: String) -> Message { Message("note.hint", ["limit": .words(limit)]) }
  public static func noteLength(_ limit: String) -> Message { Message("note.length", ["limit": .words(limit)]) }

  public static let takenBackTitle = Message("takenBack.title")
  public static let takenBackAct = Message("takenBack.act")
  public static let takenBackMeans = Message("takenBack.means")

  public static let doneDecided = Message("done.decided")
  public static let doneRefund = Message("done.refund")
  public static let doneCancelledNow = Message("done.cancelledNow")
  public static let doneCancelledAtEnd = Message("done.cancelledAtEnd")
  public static let donePaused = Message("done.paused")
  public static let doneResumed = Message("done.resumed")
  public static let doneNoted = Message("done.noted")
}
