// What the pages of billing say. Dates, amounts and counts are given as the reader writes them.

/// The page of the day, and its lists.
extension Message {
  public static let todayTitle = Message("today.title")
  public static func dayTitle(_ day: String) -> Message { Message("today.dayTitle", ["day": .words(day)]) }
  public static func chargesDue(_ count: Int, shown: String) -> Message {
    Message("today.headline", ["shown": .words(shown)], count: count)
  }
  public static let nothingDue = Message("today.nothingDue")
  public static let nothingDueThen = Message("today.nothingDueThen")
  public static func statesDiffer(counted: String, due: String, missing: String) -> Message {
    Message("today.mismatch", ["counted": .words(counted), "due": .words(due), "missing": .words(missing)])
  }
  public static let chargesByState = Message("today.barTitle")
  public static func live(_ settled: String, _ unknown: String, _ people: String) -> Message {
    Message("today.live", ["settled": .words(settled), "unknown": .words(unknown), "people": .words(people)])
  }
  public static func moreDecisions(_ count: Int, shown: String) -> Message {
    Message("today.more", ["shown": .words(shown)], count: count)
  }
  public static func newestCharges(_ count: Int, shown: String) -> Message {
    Message("today.newestCaption", ["shown": .words(shown)], count: count)
  }

  public static let stateSettled = Message("state.settled")
  public static let stateWaiting = Message("state.waiting")
  public static let stateUnknown = Message("state.unknown")
  public static let stateRefused = Message("state.refused")
  public static let stateUnsent = Message("state.unsent")
  public static let stateHeld = Message("state.held")
  public static let statePerson = Message("state.person")
  public static let meaningSettled = Message("meaning.settled")
  public static let meaningWaiting = Message("meaning.waiting")
  public static let meaningUnknown = Message("meaning.unknown")
  public static let meaningRefused = Message("meaning.refused")
  public static let meaningUnsent = Message("meaning.unsent")
  public static let meaningHeld = Message("meaning.held")
  public static let meaningPerson = Message("meaning.person")

  public static let nobodyYet = Message("person.nobody")
  public static func escalates(in span: String) -> Message { Message("alert.escalates", ["span": .words(span)]) }
  public static let escalated = Message("alert.escalated")
  public static func chargeAt(_ partner: String, reference: String) -> Message {
    Message("decision.charge", ["partner": .name(partner), "reference": .name(reference)])
  }
  public static func refundAt(_ partner: String, reference: String) -> Message {
    Message("decision.refund", ["partner": .name(partner), "reference": .name(reference)])
  }
  public static func nothingProvable(_ code: String) -> Message { Message("decision.why", ["code": .name(code)]) }
  public static let nothingProvableNoAnswer = Message("decision.whyNoAnswer")

  public static let gateOpen = Message("gate.open")
  public static let gateStopped = Message("gate.stopped")
  public static let gateBroken = Message("gate.broken")
  public static func gateRamping(_ percent: String) -> Message {
    Message("gate.ramping", ["percent": .words(percent)])
  }
  public static func gateStoppedBy(_ who: String, at time: String) -> Message {
    Message("gate.stoppedBy", ["who": .name(who), "time": .words(time)])
  }
  public static func gateSince(_ time: String) -> Message { Message("gate.since", ["time": .words(time)]) }
  public static func delayNormal(_ span: String) -> Message { Message("delay.normal", ["span": .words(span)]) }
  public static func delaySlow(_ count: Int, shown: String) -> Message {
    Message("delay.slow", ["shown": .words(shown)], count: count)
  }

  public static func chargesTitle(_ state: String, day: String) -> Message {
    Message("charges.title", ["state": .words(state), "day": .words(day)])
  }
  public static func chargesLooked(_ count: Int, shown: String) -> Message {
    Message("charges.looked", ["shown": .words(shown)], count: count)
  }
}

/// Finding somebody.
extension Message {
  public static let subscribersTitle = Message("subscribers.title")
  public static func subscribersCount(_ count: Int, shown: String) -> Message {
    Message("subscribers.total", ["shown": .words(shown)], count: count)
  }
  public static func subscribersMany(_ shown: String) -> Message {
    Message("subscribers.many", ["shown": .words(shown)])
  }
  public static func foundCount(_ count: Int, shown: String) -> Message {
    Message("subscribers.found", ["shown": .words(shown)], count: count)
  }
  public static func foundFirst(_ count: Int, shown: String) -> Message {
    Message("subscribers.foundFirst", ["shown": .words(shown)], count: count)
  }
  public static func nobodyFound(_ query: String) -> Message {
    Message("subscribers.nobody", ["query": .name(query)])
  }
}

/// One subscriber: what they have, and what may be done.
extension Message {
  public static func mayUse(_ plan: String) -> Message { Message("access.question", ["plan": .name(plan)]) }
  public static let becauseTrial = Message("because.trial")
  public static func becausePaid(_ day: String) -> Message { Message("because.paid", ["day": .words(day)]) }
  public static let becauseOpen = Message("because.outcomeOpen")
  public static let becauseGrace = Message("because.grace")
  public static let becausePaused = Message("because.paused")
  public static let becauseCancelled = Message("because.cancelled")
  public static let becauseUnpaid = Message("because.unpaid")
  public static let becauseNotStarted = Message("because.notStarted")
  public static let becauseNothing = Message("because.nothing")

  public static func everyDays(_ count: Int, _ amount: String) -> Message {
    Message("price.days", ["amount": .words(amount)], count: count)
  }
  public static func everyWeeks(_ count: Int, _ amount: String) -> Message {
    Message("price.weeks", ["amount": .words(amount)], count: count)
  }
  public static func everyMonths(_ count: Int, _ amount: String) -> Message {
    Message("price.months", ["amount": .words(amount)], count: count)
  }
  public static func everyYears(_ count: Int, _ amount: String) -> Message {
    Message("price.years", ["amount": .words(amount)], count: count)
  }

  public static let subscriptionTrial = Message("subscription.trial")
  public static let subscriptionActive = Message("subscription.active")
  public static let subscriptionEnding = Message("subscription.ending")
  public static let subscriptionPastDue = Message("subscription.pastDue")
  public static let subscriptionPaused = Message("subscription.paused")
  public static let subscriptionUnpaid = Message("subscription.unpaid")
  public static let subscriptionCancelled = Message("subscription.cancelled")
  public static let standingPaid = Message("standing.paid")
  public static let standingNotPaid = Message("standing.notPaid")
  public static let standingWithdrawn = Message("standing.withdrawn")
  public static let standingDue = Message("standing.due")
  public static let standingRetry = Message("standing.retry")

  public static func balance(taken: String, returned: String, kept: String) -> Message {
    Message("money.balance", ["taken": .words(taken), "returned": .words(returned), "kept": .words(kept)])
  }
  public static func balance(taken: String, returned: String, back: String, kept: String) -> Message {
    Message(
      "money.balanceTaken",
      ["taken": .words(taken), "returned": .words(returned), "back": .words(back), "kept": .words(kept)])
  }
  public static func takenBackFor(_ day: String) -> Message { Message("money.takenBack", ["day": .words(day)]) }
  public static func takenFor(_ day: String) -> Message { Message("money.taken", ["day": .words(day)]) }
  public static func takenAgainFor(_ day: String) -> Message { Message("money.again", ["day": .words(day)]) }
  public static func givenBackFor(_ day: String) -> Message { Message("money.back", ["day": .words(day)]) }
}

/// On a subscriber's page: incidents that reached them.
extension Message {
  public static func harmItem(_ amount: String, number: String) -> Message {
    Message("harm.item", ["amount": .words(amount), "number": .name(number)])
  }
  public static func harmPeriods(_ count: Int, shown: String) -> Message {
    Message("harm.periods", ["shown": .words(shown)], count: count)
  }
  public static let harmTelling = Message("harm.telling")
  public static func harmGiven(_ what: String, state: String) -> Message {
    Message("harm.given", ["what": .words(what), "state": .words(state)])
  }
  public static func harmToAnswer(_ date: String) -> Message { Message("harm.toAnswer", ["date": .words(date)]) }
  public static let harmAnswered = Message("harm.answered")
}
