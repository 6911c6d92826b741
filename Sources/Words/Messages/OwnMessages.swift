/// What subscribers read on their own page and in receipts. Dates, periods and amounts are given as the reader writes them.
extension Message {
  public static func ownZone(_ zone: String) -> Message {
    Message("own.zone", ["zone": .name(zone)])
  }
  public static let ownTitle = Message("own.title")
  public static let ownStateTrial = Message("own.state.trial")
  public static let ownStateActive = Message("own.state.active")
  public static func ownStateEnding(_ date: String) -> Message {
    Message("own.state.ending", ["date": .words(date)])
  }
  public static let ownStatePastDue = Message("own.state.pastDue")
  public static let ownStatePaused = Message("own.state.paused")
  public static let ownStateEnded = Message("own.state.ended")
  public static func ownEveryDay(_ count: Int, amount: String) -> Message {
    Message("own.every.day", ["amount": .words(amount)], count: count)
  }
  public static func ownEveryWeek(_ count: Int, amount: String) -> Message {
    Message("own.every.week", ["amount": .words(amount)], count: count)
  }
  public static func ownEveryMonth(_ count: Int, amount: String) -> Message {
    Message("own.every.month", ["amount": .words(amount)], count: count)
  }
  public static func ownEveryYear(_ count: Int, amount: String) -> Message {
    Message("own.every.year", ["amount": .words(amount)], count: count)
  }
  public static let ownAccessYes = Message("own.access.yes")
  public static let ownAccessNo = Message("own.access.no")
  public static func ownBecauseTrial(_ date: String) -> Message {
    Message("own.because.trial", ["date": .words(date)])
  }
  public static func ownBecausePaid(_ date: String) -> Message {
    Message("own.because.paid", ["date": .words(date)])
  }
  public static let ownBecauseOutcomeOpen = Message("own.because.outcomeOpen")
  public static func ownBecauseGrace(_ date: String) -> Message {
    Message("own.because.grace", ["date": .words(date)])
  }
  public static let ownBecausePaused = Message("own.because.paused")
  public static let ownBecauseEnded = Message("own.because.ended")
  public static let ownBecauseUnpaid = Message("own.because.unpaid")
  public static func ownBecauseNotStarted(_ date: String) -> Message {
    Message("own.because.notStarted", ["date": .words(date)])
  }
  public static func ownWhyAgreed(_ date: String) -> Message {
    Message("own.why.agreed", ["date": .words(date)])
  }
  public static func ownWhyToday(_ amount: String) -> Message {
    Message("own.why.today", ["amount": .words(amount)])
  }
  public static func ownNextOn(_ amount: String, date: String) -> Message {
    Message("own.next.on", ["amount": .words(amount), "date": .words(date)])
  }
  public static func ownNextNow(_ amount: String) -> Message {
    Message("own.next.now", ["amount": .words(amount)])
  }
  public static func ownNextEnds(_ date: String) -> Message {
    Message("own.next.ends", ["date": .words(date)])
  }
  public static func ownNextPaused(_ date: String) -> Message {
    Message("own.next.paused", ["date": .words(date)])
  }
  public static let ownNextNone = Message("own.next.none")
  public static func ownFailsTries(_ count: Int, date: String) -> Message {
    Message("own.fails.tries", ["date": .words(date)], count: count)
  }
  public static func ownFailsAccess(_ date: String) -> Message {
    Message("own.fails.access", ["date": .words(date)])
  }
  public static func ownMethodNone(_ partner: String) -> Message {
    Message("own.method.none", ["partner": .name(partner)])
  }
  public static func ownOpenDue(_ period: String) -> Message {
    Message("own.open.due", ["period": .words(period)])
  }
  public static func ownOpenWaiting(_ period: String) -> Message {
    Message("own.open.waiting", ["period": .words(period)])
  }
  public static func ownOpenUnknown(_ period: String) -> Message {
    Message("own.open.unknown", ["period": .words(period)])
  }
  public static func ownOpenPerson(_ period: String) -> Message {
    Message("own.open.person", ["period": .words(period)])
  }
  public static func ownOpenRefused(_ period: String, date: String) -> Message {
    Message("own.open.refused", ["period": .words(period), "date": .words(date)])
  }
  public static func ownActCancelNote(_ date: String) -> Message {
    Message("own.act.cancelNote", ["date": .words(date)])
  }
  public static let ownActCancelNow = Message("own.act.cancelNow")
  public static func ownPaymentsDownload(_ number: String) -> Message {
    Message("own.payments.download", ["number": .name(number)])
  }
  public static func ownRefundDone(_ amount: String, date: String) -> Message {
    Message("own.refund.done", ["amount": .words(amount), "date": .words(date)])
  }
  public static func ownRefundAsked(_ amount: String) -> Message {
    Message("own.refund.asked", ["amount": .words(amount)])
  }
  public static func ownRefundTakenBack(_ amount: String, date: String) -> Message {
    Message("own.refund.takenBack", ["amount": .words(amount), "date": .words(date)])
  }
  public static func ownRefundRefused(_ amount: String) -> Message {
    Message("own.refund.refused", ["amount": .words(amount)])
  }
  public static let ownDoneCancelled = Message("own.done.cancelled")
  public static let ownDoneKept = Message("own.done.kept")
  public static let ownDonePaused = Message("own.done.paused")
  public static let ownDoneResumed = Message("own.done.resumed")
  public static let ownDoneMethod = Message("own.done.method")
  public static let ownDoneMethodKept = Message("own.done.methodKept")
  public static let ownDoneMethodUnknown = Message("own.done.methodUnknown")
  public static let ownDoneSettings = Message("own.done.settings")

  public static let ownMethodTitle = Message("own-method.title")
  public static func ownMethodNow(_ label: String) -> Message {
    Message("own-method.now", ["label": .name(label)])
  }
  public static func ownMethodLead(_ partner: String) -> Message {
    Message("own-method.lead", ["partner": .name(partner)])
  }
  public static func ownMethodGo(_ partner: String) -> Message {
    Message("own-method.go", ["partner": .name(partner)])
  }
  public static func ownMethodFailed(_ partner: String) -> Message {
    Message("own-method.failed", ["partner": .name(partner)])
  }

  public static let ownLinkSent = Message("own-link.sent")
  public static let ownLinkWait = Message("own-link.wait")
  public static let ownLinkUsed = Message("own-link.used")
  public static let ownLinkOut = Message("own-link.out")

  public static let ownReceiptTitle = Message("own.receipt.title")
  public static let ownReceiptNumber = Message("own.receipt.number")
  public static let ownReceiptDate = Message("own.receipt.date")
  public static let ownReceiptName = Message("own.receipt.name")
  public static let ownReceiptCustomer = Message("own.receipt.customer")
  public static let ownReceiptPlan = Message("own.receipt.plan")
  public static let ownReceiptPeriod = Message("own.receipt.period")
  public static let ownReceiptAmount = Message("own.receipt.amount")
  public static let ownReceiptLeft = Message("own.receipt.left")
  public static let ownReceiptPartner = Message("own.receipt.partner")
  public static let ownReceiptReference = Message("own.receipt.reference")
  public static let ownReceiptTransaction = Message("own.receipt.transaction")
  public static let ownReceiptRefunds = Message("own.receipt.refunds")
  public static let ownReceiptState = Message("own.receipt.state")
  public static let ownReceiptDone = Message("own.receipt.done")
  public static let ownReceiptAsked = Message("own.receipt.asked")
  public static let ownReceiptRefused = Message("own.receipt.refused")
  public static let ownReceiptTakenBack = Message("own.receipt.takenBack")
  public static let ownReceiptTwice = Message("own.receipt.twice")
  public static func ownReceiptPage(_ number: String, page: String, pages: String) -> Message {
    Message("own.receipt.page", ["number": .name(number), "page": .words(page), "pages": .words(pages)])
  }
  public static let ownDoneCancelledOpen = Message("own.done.cancelledOpen")
}

/// What went wrong on our side and reached a subscriber, and what was done about it.
extension Message {
  public static let ownHarmTwice = Message("own.harm.twice")
  public static let ownHarmAfter = Message("own.harm.after")
  public static let ownHarmAnother = Message("own.harm.another")
  public static let ownHarmOther = Message("own.harm.other")
  public static func ownHarmNoticed(_ date: String) -> Message { Message("own.harm.noticed", ["date": .words(date)]) }
  public static func ownHarmItem(_ amount: String, number: String) -> Message {
    Message("own.harm.item", ["amount": .words(amount), "number": .name(number)])
  }
  public static let ownHarmYes = Message("own.harm.yes")
  public static let ownHarmNo = Message("own.harm.no")
  public static let ownHarmWorking = Message("own.harm.working")
  public static let ownHarmStuck = Message("own.harm.stuck")
  public static func ownHarmWhole(_ date: String) -> Message { Message("own.harm.whole", ["date": .words(date)]) }
  public static let ownHarmUnharmed = Message("own.harm.unharmed")
  public static let ownHarmHeld = Message("own.harm.held")
  public static let ownHarmDisputed = Message("own.harm.disputed")
  public static func ownHarmPeriods(_ count: Int, shown: String) -> Message {
    Message("own.harm.periods", ["shown": .words(shown)], count: count)
  }
  public static func ownHarmBack(_ amount: String, date: String) -> Message {
    Message("own.harm.back", ["amount": .words(amount), "date": .words(date)])
  }
  public static func ownHarmComing(_ amount: String) -> Message {
    Message("own.harm.coming", ["amount": .words(amount)])
  }
  public static func ownHarmKept(_ amount: String) -> Message { Message("own.harm.kept", ["amount": .words(amount)]) }
  public static func ownHarmRefused(_ amount: String) -> Message {
    Message("own.harm.refused", ["amount": .words(amount)])
  }
  public static func ownHarmTold(_ date: String) -> Message { Message("own.harm.told", ["date": .words(date)]) }
  public static func ownHarmSaid(_ date: String) -> Message { Message("own.harm.said", ["date": .words(date)]) }
  public static func ownHarmAnswerBy(_ date: String) -> Message { Message("own.harm.answerBy", ["date": .words(date)]) }
  public static let ownHarmSayMore = Message("own.harm.sayMore")
  public static func ownHarmMore(_ shown: String, of all: String) -> Message {
    Message("own.harm.more", ["shown": .words(shown), "all": .words(all)])
  }
  public static let ownDoneObjected = Message("own.done.objected")
}
