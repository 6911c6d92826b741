// What every page has around it. Fixed texts of templates are no members here: see `Labels`.

extension Message {
  public static let placeToday = Message("place.today")
  public static let placeQueue = Message("place.queue")
  public static let placeAlerts = Message("place.alerts")
  public static let placePartners = Message("place.partners")
  public static let placeJournal = Message("place.journal")
  public static let placeSubscribers = Message("place.subscribers")
  public static let placeMails = Message("place.mails")
  public static let placeAccounts = Message("place.accounts")

  public static let keysTitle = Message("keys.title")

  public static let roleOperator = Message("role.operator")
  public static let roleFinance = Message("role.finance")
  public static let roleSupport = Message("role.support")
  public static let roleAuditor = Message("role.auditor")
  public static let roleAdministrator = Message("role.administrator")
  public static let roleSubscriber = Message("role.subscriber")

  /// - Parameter shown: the number as the reader writes it.
  public static func facts(_ count: Int, shown: String) -> Message {
    Message("journal.facts", ["shown": .words(shown)], count: count)
  }
  public static func factsNoneSealed(_ facts: String) -> Message {
    Message("journal.noneSealed", ["facts": .words(facts)])
  }
  public static func factsAllSealed(_ facts: String) -> Message {
    Message("journal.allSealed", ["facts": .words(facts)])
  }
  public static func factsNotSealed(_ facts: String, open: String) -> Message {
    Message("journal.notSealed", ["facts": .words(facts), "open": .words(open)])
  }

  /// What a chart says to those who do not see it, one series at a time.
  public static func chartNone(_ name: String) -> Message { Message("chart.none", ["name": .words(name)]) }
  public static func chartSum(_ name: String, sum: String, most: String, at category: String) -> Message {
    Message(
      "chart.sum", ["name": .words(name), "sum": .words(sum), "most": .words(most), "category": .words(category)])
  }

  public static func dueIn(_ span: String) -> Message { Message("span.in", ["span": .words(span)]) }
  public static func overdue(_ span: String) -> Message { Message("span.overdue", ["span": .words(span)]) }
  public static func ago(_ span: String) -> Message { Message("span.ago", ["span": .words(span)]) }
}

/// What a refusal says, by kind.
extension Message {
  public static let nothingChanged = Message("refusal.nothingChanged")
  public static let perhapsChanged = Message("refusal.perhaps")
  public static func refusalAgain(in span: String) -> Message { Message("refusal.again", ["span": .words(span)]) }

  public static let unreadable = Message("refusal.unreadable")
  public static let unreadableMeaning = Message("refusal.unreadableMeaning")
  public static let unreadableAdvice = Message("refusal.unreadableAdvice")
  public static let forbidden = Message("refusal.forbidden")
  public static let forbiddenMeaning = Message("refusal.forbiddenMeaning")
  public static let forbiddenAdvice = Message("refusal.forbiddenAdvice")
  public static let nobodysPage = Message("refusal.nobodysPage")
  public static let missing = Message("refusal.missing")
  public static let missingMeaning = Message("refusal.missingMeaning")
  public static let missingAdvice = Message("refusal.missingAdvice")
  public static let conflict = Message("refusal.conflict")
  public static let conflictMeaning = Message("refusal.conflictMeaning")
  public static let conflictChange = Message("refusal.conflictChange")
  public static let conflictAdvice = Message("refusal.conflictAdvice")
  public static let tooLarge = Message("refusal.large")
  public static let tooLargeMeaning = Message("refusal.largeMeaning")
  public static let tooLargeAdvice = Message("refusal.largeAdvice")
  public static let tooMany = Message("refusal.many")
  public static let tooManyMeaning = Message("refusal.manyMeaning")
  public static let waitAdvice = Message("refusal.waitAdvice")
  public static let unavailable = Message("refusal.unavailable")
  public static let unavailableMeaning = Message("refusal.unavailableMeaning")
  public static let unavailableChange = Message("refusal.unavailableChange")
  public static let unavailableAdvice = Message("refusal.unavailableAdvice")
  public static let impossible = Message("refusal.impossible")
  public static func impossibleMeaning(_ status: String) -> Message {
    Message("refusal.impossibleMeaning", ["status": .words(status)])
  }
  public static let impossibleAdvice = Message("refusal.impossibleAdvice")
  public static let failed = Message("refusal.failed")
  public static let failedMeaning = Message("refusal.failedMeaning")
  public static let failedChange = Message("refusal.failedChange")
  public static let failedAdvice = Message("refusal.failedAdvice")
}
