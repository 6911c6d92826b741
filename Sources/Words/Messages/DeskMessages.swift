// What the pages of partners, the queue, alerts and the journal say. A list has a message for each word of the domain that it
// may have to say; what is not in it is shown as it is.

/// Who acts, and whose something is.
extension Message {
  public static let ownerYou = Message("owner.you")
  public static let teams: [String: Message] = [
    "payments": Message("owner.payments"), "finance": Message("owner.finance"),
    "support": Message("owner.support"), "engineering": Message("owner.engineering"),
    "operations": Message("owner.operations"),
    "head of payments": Message("owner.headOfPayments"), "head of finance": Message("owner.headOfFinance"),
    "head of engineering": Message("owner.headOfEngineering"), "head of operations": Message("owner.headOfOperations"),
  ]
  public static func actorPerson(_ name: String, role: String) -> Message {
    Message("actor.person", ["name": .name(name), "role": .words(role)])
  }
  public static func actorProgram(_ step: String) -> Message { Message("actor.program", ["step": .name(step)]) }
  public static func actorPartner(_ name: String) -> Message { Message("actor.partner", ["name": .name(name)]) }
  public static let actorCommandLine = Message("actor.commandLine")
}

/// Partners.
extension Message {
  public static let deskGateOpen = Message("deskGate.open")
  public static func deskGateRamping(_ share: String) -> Message {
    Message("deskGate.ramping", ["share": .words(share)])
  }
  public static func gateNextStep(_ when: String) -> Message { Message("gate.nextStep", ["when": .words(when)]) }
  public static let deskGateBroken = Message("deskGate.broken")
  public static func gateUntil(_ time: String, _ opened: String) -> Message {
    Message("gate.until", ["time": .words(time), "opened": .words(opened)])
  }
  /// - Parameter shown: the number as the reader writes it.
  public static func gateOpened(_ times: Int, shown: String) -> Message {
    Message("gate.opened", ["shown": .words(shown)], count: times)
  }
  public static let gateTrying = Message("gate.trying")
  public static let deskGateStopped = Message("deskGate.stopped")
  public static func deskGateStoppedBy(_ name: String, at time: String) -> Message {
    Message("deskGate.stoppedBy", ["name": .words(name), "time": .words(time)])
  }

  public static func oldestAge(_ span: String) -> Message { Message("partner.oldestAge", ["span": .words(span)]) }
  public static func partnerRate(_ rate: String, atOnce count: String) -> Message {
    Message("partner.rate", ["rate": .words(rate), "count": .words(count)])
  }
  public static let mayNotStop = Message("partner.mayNotStop")
  public static let hourTitle = Message("partner.hourTitle")
  public static let hourCaption = Message("partner.hourCaption")
  public static let hourCorner = Message("partner.hourCorner")
  public static let callsSent = Message("partner.callsSent")
  public static let answerDone = Message("partner.answerDone")
  public static let answerPending = Message("partner.answerPending")
  public static let answerRefused = Message("partner.answerRefused")
  public static let answerUnknown = Message("partner.answerUnknown")
  public static let knownByAsking = Message("partner.knownByAsking")
  public static let agesTitle = Message("partner.agesTitle")
  public static let agesCaption = Message("partner.agesCaption")
  public static let agesCorner = Message("partner.agesCorner")
  public static func upTo(_ span: String) -> Message { Message("partner.upTo", ["span": .words(span)]) }
  public static func older(_ span: String) -> Message { Message("partner.older", ["span": .words(span)]) }
  public static let delaysTitle = Message("partner.delaysTitle")
  public static let delaysCaption = Message("partner.delaysCaption")
  public static let delaysToday = Message("partner.delaysToday")
  public static let delaysBefore = Message("partner.delaysBefore")
  public static let delaysCorner = Message("partner.delaysCorner")
  public static func countAndShare(_ count: String, _ share: String) -> Message {
    Message("partner.countAndShare", ["count": .words(count), "share": .words(share)])
  }
  public static func delaysAlone(_ half: String, most: String) -> Message {
    Message("partner.delaysAlone", ["half": .words(half), "most": .words(most)])
  }
  public static func delaysCompared(
    _ half: String, normally usual: String, most: String, mostNormally usualMost: String
  ) -> Message {
    Message(
      "partner.delaysCompared",
      ["half": .words(half), "usual": .words(usual), "most": .words(most), "usualMost": .words(usualMost)])
  }
  public static let switchedOn = Message("partner.switchedOn")
  public static let switchedOff = Message("partner.switchedOff")
}

/// The queue.
extension Message {
  public static let kinds: [String: Message] = [
    "charge": Message("kind.charge"), "refund": Message("kind.refund"), "mail": Message("kind.mail"),
    "stuck": Message("kind.stuck"), "unmatched": Message("kind.unmatched"), "surplus": Message("kind.surplus"),
    "objection": Message("kind.objection"), "takenBack": Message("kind.takenBack"),
  ]
  public static func filterChoice(_ name: String, count: String) -> Message {
    Message("queue.choice", ["name": .words(name), "count": .words(count)])
  }
  public static func kindCounted(_ kind: String, count: String) -> Message {
    Message("queue.counted", ["kind": .words(kind), "count": .words(count)])
  }
  public static func kindAt(_ kind: String, _ partner: String) -> Message {
    Message("queue.at", ["kind": .words(kind), "partner": .name(partner)])
  }

  public static let whyParked = Message("why.parked")
  public static func whyParkedCode(_ code: String) -> Message { Message("why.parkedCode", ["code": .name(code)]) }
  public static let whyStuck = Message("why.stuck")
  public static let whyUnmatched = Message("why.unmatched")
  public static let reasons: [String: Message] = [
    "surplus": Message("why.surplus"), "objection": Message("why.objection"), "takenBack": Message("why.takenBack"),
  ]

  public static let actDecide = Message("act.decide")
  public static let actTake = Message("act.take")
  public static let actHold = Message("act.hold")
  public static let actRepeat = Message("act.repeat")
  public static let actAsk = Message("act.ask")
  public static let deskActCancel = Message("deskAct.cancel")
  public static let actWait = Message("act.wait")
  public static let actRetry = Message("act.retry")
  public static let actDrop = Message("act.drop")
  public static let actMatch = Message("act.match")
  public static let actAskAgain = Message("act.askAgain")
  public static let actAnswer = Message("act.answer")

  public static let notYourRole = Message("not.yourRole")
  public static let yoursAlready = Message("not.yours")
  public static let noReplay = Message("not.replay")
  public static func replayOver(_ span: String) -> Message { Message("not.replayOver", ["span": .words(span)]) }
  public static func repeatsUsed(_ count: String) -> Message { Message("not.repeats", ["count": .words(count)]) }
  public static let noQuery = Message("not.query")
  public static let asksByItself = Message("not.asks")
  public static let noStatement = Message("not.statement")
  public static let statementOver = Message("not.statementOver")
  public static let noCancel = Message("not.cancel")
  public static let cancelsByItself = Message("not.cancels")
  public static let noSettings = Message("not.settings")
  public static let neverDropped = Message("not.dropped")
  public static let matchedByItself = Message("not.matches")

  /// States of an effect.
  public static let states: [String: Message] = [
    "prepared": Message("state.prepared"), "sent": Message("state.sent"), "unknown": Message("deskState.unknown"),
    "pending": Message("state.pending"), "refused": Message("deskState.refused"),
    "cancelled": Message("state.cancelled"),
    "done": Message("state.done"), "surplus": Message("state.surplus"),
  ]
  /// Where evidence comes from.
  public static let sources: [String: Message] = [
    "answer": Message("deskSource.answer"), "query": Message("deskSource.query"),
    "cancel": Message("deskSource.cancel"),
    "notification": Message("deskSource.notification"), "statement": Message("deskSource.statement"),
    "person": Message("deskSource.person"),
  ]
  /// What evidence says.
  public static let verdicts: [String: Message] = [
    "done": Message("says.done"), "pending": Message("says.pending"), "refused": Message("says.refused"),
    "notSent": Message("says.notSent"), "absent": Message("says.absent"), "cancelled": Message("says.cancelled"),
    "unknown": Message("says.unknown"), "reversed": Message("says.reversed"), "restored": Message("says.restored"),
  ]
}

/// Alerts.
extension Message {
  public static func escalatedTo(_ name: String) -> Message { Message("alerts.escalatedTo", ["name": .words(name)]) }
  public static let escalatesNow = Message("alerts.escalatesNow")
  public static func escalates(_ when: String) -> Message { Message("alerts.escalates", ["when": .words(when)]) }
  public static func overCaption(weeks: String) -> Message { Message("alerts.overCaption", ["weeks": .words(weeks)]) }

  /// What the checks are called on a page.
  public static let alertTitles: [String: Message] = [
    "unknownShare": Message("alert.unknownShare"), "notificationsLate": Message("alert.notificationsLate"),
    "partnerDown": Message("alert.partnerDown"), "partnerStopped": Message("alert.partnerStopped"),
    "surplus": Message("alert.surplus"), "refundsRefused": Message("alert.refundsRefused"),
    "refundsLate": Message("alert.refundsLate"), "amountDiffers": Message("alert.amountDiffers"),
    "chargedBack": Message("alert.chargedBack"),
    "decisionsOverdue": Message("alert.decisionsOverdue"), "unmatchedEvidence": Message("alert.unmatchedEvidence"),
    "stuckEvidence": Message("alert.stuckEvidence"), "renewalsLate": Message("alert.renewalsLate"),
    "mailsLate": Message("alert.mailsLate"), "mailsRefused": Message("alert.mailsRefused"),
    "notContained": Message("alert.notContained"), "objectionsOverdue": Message("alert.objectionsOverdue"),
    "remediesRefused": Message("alert.remediesRefused"), "targetMissed": Message("alert.targetMissed"),
    "actionsOverdue": Message("alert.actionsOverdue"),
  ]
  /// What to do, as docs/operations.md says it.
  public static let alertAdvice: [String: Message] = [
    "unknownShare": Message("advice.unknownShare"), "notificationsLate": Message("advice.notificationsLate"),
    "partnerDown": Message("advice.partnerDown"), "partnerStopped": Message("advice.partnerStopped"),
    "surplus": Message("advice.surplus"), "refundsRefused": Message("advice.refundsRefused"),
    "refundsLate": Message("advice.refundsLate"), "amountDiffers": Message("advice.amountDiffers"),
    "chargedBack": Message("advice.chargedBack"),
    "decisionsOverdue": Message("advice.decisionsOverdue"), "unmatchedEvidence": Message("advice.unmatchedEvidence"),
    "stuckEvidence": Message("advice.stuckEvidence"), "renewalsLate": Message("advice.renewalsLate"),
    "mailsLate": Message("advice.mailsLate"), "mailsRefused": Message("advice.mailsRefused"),
    "notContained": Message("advice.notContained"), "objectionsOverdue": Message("advice.objectionsOverdue"),
    "remediesRefused": Message("advice.remediesRefused"), "targetMissed": Message("advice.targetMissed"),
    "actionsOverdue": Message("advice.actionsOverdue"),
  ]
}

/// The journal.
extension Message {
  public static let olderFacts = Message("facts.older")
  public static let searchOn = Message("facts.searchOn")
  public static func searchedFacts(_ count: String, to time: String) -> Message {
    Message("facts.searched", ["count": .words(count), "time": .words(time)])
  }
  public static func verifying(_ done: String, of total: String) -> Message {
    Message("facts.verifying", ["done": .words(done), "total": .words(total)])
  }
  public static func verifyInterrupted(_ time: String) -> Message {
    Message("facts.interrupted", ["time": .words(time)])
  }
  public static func verifiedWell(_ count: String, checkpoints: String) -> Message {
    Message("facts.well", ["count": .words(count), "checkpoints": .words(checkpoints)])
  }
  public static func verifiedBadly(_ count: String, problems: String) -> Message {
    Message("facts.badly", ["count": .words(count), "problems": .words(problems)])
  }
  public static func verifiedBy(_ name: String, at time: String) -> Message {
    Message("facts.verifiedBy", ["name": .words(name), "time": .words(time)])
  }
  public static func factTitle(_ number: String) -> Message { Message("fact.title", ["number": .name(number)]) }
  public static func factPlace(_ place: String, of size: String) -> Message {
    Message("fact.place", ["place": .words(place), "size": .words(size)])
  }
  public static let sideBefore = Message("fact.before")
  public static let sideAfter = Message("fact.after")
}

/// What a page says after a form sent the browser on: the address names it, and only these are shown.
extension Message {
  public static let notices: [String: Message] = [
    "stopped": Message("notice.stopped"), "resumed": Message("deskNotice.resumed"), "taken": Message("notice.taken"),
    "held": Message("notice.held"), "decided": Message("notice.decided"), "retried": Message("notice.retried"),
    "alert": Message("notice.alert"), "verifying": Message("notice.verifying"), "busy": Message("notice.busy"),
  ]
}
