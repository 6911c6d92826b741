// What the pages of incidents say beside the fixed texts of their templates.

extension Message {
  public static let placeIncidents = Message("place.incidents")
  public static let incidentOpen = Message("incidentState.open")
  public static let incidentContained = Message("incidentState.contained")
  public static let incidentClosed = Message("incidentState.closed")
  public static let incidentFunnel = Message("incident.funnel")
  public static let personAffected = Message("person.affected")
  public static let personTold = Message("person.told")
  public static let personWhole = Message("person.whole")
  public static let personUnharmed = Message("person.unharmed")
  public static let personUnreachable = Message("person.unreachable")
  public static let personDisputed = Message("person.disputed")
  public static let cohortSearching = Message("cohort.searching")
  public static let cohortFrozen = Message("cohort.frozen")
  public static let cohortApproved = Message("cohort.approved")
  public static let cohortDropped = Message("cohort.dropped")
  public static let ruleTried = Message("rule.tried")
  public static let ruleApproved = Message("rule.approved")
  public static let ruleRunning = Message("rule.running")
  public static let ruleStopped = Message("rule.stopped")
  public static let remedyDone = Message("remedy.done")
  public static let remedyUnderWay = Message("remedy.underWay")
  public static let remedyRefused = Message("remedy.refused")
  public static let remedyHeld = Message("remedy.held")

  /// - Parameter shown: the number as the reader writes it.
  public static func incidentPeople(_ count: Int, shown: String) -> Message {
    Message("incidentPeople", ["shown": .words(shown)], count: count)
  }
}

/// Beside what stands in the template of one incident's page, and of the people in it.
extension Message {
  public static func incidentTold(_ whom: String) -> Message { Message("incidentTold", ["whom": .name(whom)]) }
  public static func incidentAllowed(_ spent: String, of allowed: String) -> Message {
    Message("incidentAllowed", ["spent": .words(spent), "allowed": .words(allowed)])
  }
  public static func incidentTarget(_ share: String, date: String) -> Message {
    Message("incidentTarget", ["share": .words(share), "date": .words(date)])
  }
  public static func peopleTitle(_ incident: String) -> Message {
    Message("peopleTitle", ["incident": .name(incident)])
  }
  public static let peopleLate = Message("peopleLate")
  public static func peopleShown(_ shown: String, of all: String) -> Message {
    Message("peopleShown", ["shown": .words(shown), "all": .words(all)])
  }
  public static func remedyPeriods(_ count: Int, shown: String) -> Message {
    Message("remedyPeriods", ["shown": .words(shown)], count: count)
  }
  public static let objectionTitle = Message("objectionTitle")
  public static let objectionChoose = Message("objectionChoose")
  public static let objectionRight = Message("objectionRight")
  public static let objectionWrong = Message("objectionWrong")
  public static func affectedTitle(_ who: String) -> Message { Message("affectedTitle", ["who": .name(who)]) }
  public static let meansMail = Message("means.mail")
  public static let meansLetter = Message("means.letter")
  public static let meansPhone = Message("means.phone")
  public static let meansPage = Message("means.page")
  public static let meansMessage = Message("means.message")
  public static let contactReached = Message("contact.reached")
  public static let contactNotReached = Message("contact.notReached")
  public static let contactNotSaid = Message("contact.notSaid")
  /// - Parameters:
  ///   - least: by how many means they have to be tried.
  ///   - means: by how many they were.
  public static func unreachableNotTried(_ least: String, means: String) -> Message {
    Message("unreachable.notTried", ["least": .words(least), "means": .words(means)])
  }
  public static let unreachableStillToDo = Message("unreachable.stillToDo")
  public static let unharmedWasGiven = Message("unharmed.wasGiven")
  public static let retryNotRefused = Message("retry.notRefused")
  public static let listSeparator = Message("listSeparator")
}

/// What stands in the way of closing an incident, and its timeline. `shown` is the number as the reader writes it.
extension Message {
  public static let closingNotContained = Message("closing.notContained")
  public static let closingNobodyApproved = Message("closing.nobodyApproved")
  public static let closingNewerVersion = Message("closing.newerVersion")
  public static func closingToTell(_ count: Int, shown: String) -> Message {
    Message("closing.toTell", ["shown": .words(shown)], count: count)
  }
  public static func closingNotWhole(_ count: Int, shown: String) -> Message {
    Message("closing.notWhole", ["shown": .words(shown)], count: count)
  }
  public static func closingDisputed(_ count: Int, shown: String) -> Message {
    Message("closing.disputed", ["shown": .words(shown)], count: count)
  }
  public static func closingToLookAt(_ count: Int, shown: String) -> Message {
    Message("closing.toLookAt", ["shown": .words(shown)], count: count)
  }
  public static func closingUnderWay(_ count: Int, shown: String) -> Message {
    Message("closing.underWay", ["shown": .words(shown)], count: count)
  }
  public static func closingStillFound(_ count: Int, shown: String) -> Message {
    Message("closing.stillFound", ["shown": .words(shown)], count: count)
  }
  public static func closingOutsideWindow(_ count: Int, shown: String) -> Message {
    Message("closing.outsideWindow", ["shown": .words(shown)], count: count)
  }
  public static func momentSeverity(_ number: String) -> Message {
    Message("momentNumber.severity", ["number": .words(number)])
  }
  public static func momentAlert(_ number: String) -> Message {
    Message("momentNumber.alert", ["number": .words(number)])
  }
  public static func momentAction(_ number: String) -> Message {
    Message("momentNumber.action", ["number": .words(number)])
  }
  public static func momentVersion(_ number: String) -> Message {
    Message("momentNumber.version", ["number": .words(number)])
  }
  public static func momentPeople(_ count: Int, shown: String) -> Message {
    Message("momentNumber.people", ["shown": .words(shown)], count: count)
  }
}

/// Lessons.
extension Message {
  public static func lessonTitle(_ incident: String) -> Message {
    Message("lessonTitle", ["incident": .name(incident)])
  }
  public static let lessonNone = Message("lessonState.none")
  public static let lessonOpen = Message("lessonState.open")
  public static let lessonClosed = Message("lessonState.closed")
  public static let lessonContext = Message("lessonPart.context")
  public static let lessonContextHint = Message("lessonHint.context")
  public static let lessonFailed = Message("lessonPart.failed")
  public static let lessonFailedHint = Message("lessonHint.failed")
  public static let lessonDid = Message("lessonPart.did")
  public static let lessonDidHint = Message("lessonHint.did")
  public static let lessonLearned = Message("lessonPart.learned")
  public static let lessonLearnedHint = Message("lessonHint.learned")
  public static let lessonDifferently = Message("lessonPart.differently")
  public static let lessonDifferentlyHint = Message("lessonHint.differently")
  public static let lessonToDo = Message("lessonAction.toDo")
  public static let lessonDone = Message("lessonAction.done")
  public static let lessonSeen = Message("lessonAction.seen")
  public static let lessonNoDay = Message("lessonNoDay")
  public static func lessonControl(_ kind: String, name: String) -> Message {
    Message("lessonControl", ["kind": .words(kind), "name": .name(name)])
  }
  public static let controlCheck = Message("control.check")
  public static let controlGuard = Message("control.guard")
  public static let controlChecklist = Message("control.checklist")
  public static let controlTest = Message("control.test")
  public static let lessonLacksEnd = Message("lessonLacks.end")
  public static let lessonLacksAll = Message("lessonLacks.all")
  public static func lessonLacksParts(_ parts: String) -> Message {
    Message("lessonLacks.parts", ["parts": .words(parts)])
  }
  public static let lessonLacksAction = Message("lessonLacks.action")
  public static func lessonLacksSeen(_ count: Int, shown: String) -> Message {
    Message("lessonLacks.seen", ["shown": .words(shown)], count: count)
  }
}

/// Launches, and what they are asked.
extension Message {
  public static let placeLaunches = Message("place.launches")
  public static let areaPerformance = Message("area.performance")
  public static let areaScalability = Message("area.scalability")
  public static let areaReliability = Message("area.reliability")
  public static let areaOutside = Message("area.outside")
  public static let areaTests = Message("area.tests")
  public static let areaWayBack = Message("area.wayBack")
  public static let checklistTitle = Message("checklistTitle")
  public static func checklistItems(_ count: Int, shown: String) -> Message {
    Message("checklistItems", ["shown": .words(shown)], count: count)
  }
  public static let launchMayGo = Message("launchState.mayGo")
  public static let launchSignedOnce = Message("launchState.signedOnce")
  public static let launchAgainst = Message("launchState.against")
  public static let launchAnswering = Message("launchState.answering")
  public static let launchToSign = Message("launchState.toSign")
  public static let launchChoose = Message("launchChoose")
  public static func launchProgress(_ answered: String, of items: String) -> Message {
    Message("launchProgress", ["answered": .words(answered), "items": .words(items)])
  }
  public static func launchUnanswered(_ count: Int, shown: String) -> Message {
    Message("launchLacks.answers", ["shown": .words(shown)], count: count)
  }
  public static func launchSaidNo(_ count: Int, shown: String) -> Message {
    Message("launchLacks.yes", ["shown": .words(shown)], count: count)
  }
  public static let answerNone = Message("answer.none")
  public static let answerYes = Message("answer.yes")
  public static let answerNo = Message("answer.no")
  public static let answerNotNeeded = Message("answer.notNeeded")
}

/// The report as a PDF.
extension Message {
  public static func reportTitle(_ number: String) -> Message { Message("report.title", ["number": .name(number)]) }
  public static func reportPage(_ number: String, page: String, pages: String) -> Message {
    Message("report.page", ["number": .name(number), "page": .words(page), "pages": .words(pages)])
  }
  public static func reportZone(_ zone: String) -> Message { Message("report.zone", ["zone": .name(zone)]) }
  public static func reportTargetBy(_ share: String, date: String) -> Message {
    Message("report.targetBy", ["share": .words(share), "date": .words(date)])
  }
  public static func reportSettled(_ settled: String, of all: String) -> Message {
    Message("report.settled", ["settled": .words(settled), "all": .words(all)])
  }
  public static func reportChange(_ added: String, _ removed: String) -> Message {
    Message("report.change", ["added": .words(added), "removed": .words(removed)])
  }
  public static func reportRuleVersion(_ n: String) -> Message { Message("report.ruleVersion", ["n": .words(n)]) }
  public static func reportLessonClosed(_ date: String) -> Message {
    Message("report.lessonClosed", ["date": .words(date)])
  }
  public static func reportMomentsLeft(_ count: String, _ subject: String) -> Message {
    Message("report.momentsLeft", ["count": .words(count), "subject": .name(subject)])
  }
  public static func reportNotSealed(_ count: String) -> Message {
    Message("report.notSealed", ["count": .words(count)])
  }
  public static func reportLeft(_ count: String) -> Message { Message("report.left", ["count": .words(count)]) }
  public static let reportHappened = Message("report.happened")
  public static let reportAbout = Message("report.about")
  public static let reportSeverity = Message("report.severity")
  public static let reportState = Message("report.state")
  public static let reportBegan = Message("report.began")
  public static let reportNoticed = Message("report.noticed")
  public static let reportContained = Message("report.contained")
  public static let reportClosed = Message("report.closed")
  public static let reportTarget = Message("report.target")
  public static let reportTold = Message("report.told")
  public static let reportNotTold = Message("report.notTold")
  public static let reportMade = Message("report.made")
  public static let reportPeople = Message("report.people")
  public static let reportNobody = Message("report.nobody")
  public static let reportCount = Message("report.count")
  public static let reportStops = Message("report.stops")
  public static let reportWhat = Message("report.what")
  public static let reportReason = Message("report.reason")
  public static let reportSince = Message("report.since")
  public static let reportUndone = Message("report.undone")
  public static let reportFound = Message("report.found")
  public static let reportVersion = Message("report.version")
  public static let reportRule = Message("report.rule")
  public static let reportGets = Message("report.gets")
  public static let reportRemedy = Message("report.remedy")
  public static let reportAmount = Message("report.amount")
  public static let reportAllowed = Message("report.allowed")
  public static let reportGiven = Message("report.given")
  public static let reportTimes = Message("report.times")
  public static let reportOpen = Message("report.open")
  public static let reportLesson = Message("report.lesson")
  public static let reportNoLesson = Message("report.noLesson")
  public static let reportLessonOpen = Message("report.lessonOpen")
  public static let reportActions = Message("report.actions")
  public static let reportAction = Message("report.action")
  public static let reportOwner = Message("report.owner")
  public static let reportControl = Message("report.control")
  public static let reportSeenBy = Message("report.seenBy")
  public static let reportTimeline = Message("report.timeline")
  public static let reportAt = Message("report.at")
  public static let reportWho = Message("report.who")
  public static let reportFact = Message("report.fact")
  public static let reportCut = Message("report.cut")
  public static let reportProofs = Message("report.proofs")
  public static let reportProofsLead = Message("report.proofsLead")
  public static let reportJournal = Message("report.journal")
  public static let reportSealed = Message("report.sealed")
  public static let reportRoot = Message("report.root")
  public static let reportKey = Message("report.key")
  public static let reportPlace = Message("report.place")
  public static let reportHash = Message("report.hash")
}
