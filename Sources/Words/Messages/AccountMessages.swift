// The pages of signing in and of accounts.

extension Message {
  public static let signInTitle = Message("sign-in.title")
  public static let secondStepTitle = Message("second-step.title")
  public static let forgottenTitle = Message("forgotten.title")
  public static func signInWith(_ organisation: String) -> Message {
    Message("account.signInWith", ["organisation": .name(organisation)])
  }

  public static let linkWelcome = Message("link.welcome")
  public static let linkNewTitle = Message("link.newTitle")
  public static func linkInvited(_ name: String, to service: String, mail: String) -> Message {
    Message("link.invited", ["name": .name(name), "service": .name(service), "mail": .name(mail)])
  }
  public static func linkOwnPage(_ name: String, at service: String, mail: String) -> Message {
    Message("link.ownPage", ["name": .name(name), "service": .name(service), "mail": .name(mail)])
  }
  public static func linkReset(_ mail: String) -> Message { Message("link.reset", ["mail": .name(mail)]) }
  public static func linkNewHint(_ shortest: String) -> Message {
    Message("link.newHint", ["shortest": .words(shortest)])
  }
  public static func acceptWith(_ organisation: String) -> Message {
    Message("link.acceptWith", ["organisation": .name(organisation)])
  }

  public static let ownAccountTitle = Message("own-account.title")
  public static func newPasswordHint(_ shortest: String) -> Message {
    Message("ownAccount.newHint", ["shortest": .words(shortest)])
  }
  public static func recoveryCodes(_ count: Int) -> Message { Message("ownAccount.recoveryCodes", count: count) }
  public static func endSession(_ browser: String, since: String) -> Message {
    Message("ownAccount.endSession", ["browser": .name(browser), "since": .words(since)])
  }
  public static func revokeToken(_ name: String) -> Message {
    Message("ownAccount.revokeToken", ["name": .name(name)])
  }
  public static let noAgent = Message("ownAccount.noAgent")
  public static func agentOn(_ browser: String, _ system: String) -> Message {
    Message("ownAccount.agentOn", ["browser": .name(browser), "system": .name(system)])
  }

  public static let accountsTitle = Message("accounts.title")
  public static let accountInvited = Message("account.invited")
  public static let accountActive = Message("account.active")
  public static let accountProgram = Message("account.program")
  public static let accountSuspended = Message("account.suspended")
  public static let factorYes = Message("account.yes")
  public static let factorNo = Message("account.no")
  public static let factorCode = Message("account.factorCode")
  public static let factorNone = Message("account.factorNone")
  public static let accountsEverybody = Message("accounts.everybody")
  /// - Parameter asked: a mail address or a reference.
  public static func accountsOf(_ asked: String) -> Message { Message("accounts.of", ["asked": .name(asked)]) }
  public static func accountsNoneOf(_ asked: String) -> Message { Message("accounts.noneOf", ["asked": .name(asked)]) }
  public static func unbindHint(_ name: String) -> Message { Message("account.unbindHint", ["name": .name(name)]) }
  public static func linkHint(_ name: String) -> Message { Message("account.linkHint", ["name": .name(name)]) }

  public static let operatorDuty = Message("role.operatorDuty")
  public static let financeDuty = Message("role.financeDuty")
  public static let supportDuty = Message("role.supportDuty")
  public static let auditorDuty = Message("role.auditorDuty")
  public static let administratorDuty = Message("role.administratorDuty")
  public static let subscriberDuty = Message("role.subscriberDuty")
  /// Both in the reader's words.
  public static func lacks(_ right: String, role: String) -> Message {
    Message("forbidden.role", ["role": .words(role), "right": .words(right)])
  }
  public static let foreignForm = Message("forbidden.foreign")
}

/// What is shown once.
extension Message {
  public static let onceInvited = Message("once.invited")
  public static let onceLink = Message("once.link")
  public static let linkMailed = Message("once.linkMailed")
  public static let linkByHand = Message("once.linkByHand")
  public static let linkNote = Message("once.linkNote")
  public static let toAccount = Message("once.toAccount")
  public static let subscriberLink = Message("once.subscriberLink")
  public static let subscriberLinkMailed = Message("once.subscriberMailed")
  public static let subscriberLinkByHand = Message("once.subscriberByHand")
  public static let subscriberLinkOnceNote = Message("once.subscriberNote")
  public static let toSubscriber = Message("once.toSubscriber")
  public static let onceFactor = Message("once.factor")
  public static let factorLead = Message("once.factorLead")
  public static let codesNote = Message("once.codesNote")
  public static let codesKept = Message("once.codesKept")
  public static let onceToken = Message("once.token")
  public static let tokenLead = Message("once.tokenLead")
  public static let tokenNote = Message("once.tokenNote")
  public static let toOwnAccount = Message("once.toOwn")
}

/// What was done a moment ago.
extension Message {
  public static let noticeOut = Message("notice.out")
  public static let noticePassword = Message("notice.password")
  public static let noticeChanged = Message("notice.changed")
  public static let noticeEnded = Message("notice.ended")
  public static let noticeRevoked = Message("notice.revoked")
  public static let noticeFactorOff = Message("notice.factorOff")
  public static let noticeRole = Message("notice.role")
  public static let noticeSuspended = Message("notice.suspended")
  public static let noticeResumed = Message("notice.resumed")
  public static let noticeBound = Message("notice.bound")
  public static let noticeUnbound = Message("notice.unbound")
}

/// What was wrong with what was entered.
extension Message {
  public static let wrongSignIn = Message("wrong.signIn")
  public static func wait(_ span: String) -> Message { Message("wrong.wait", ["span": .words(span)]) }
  public static func askedTooOften(_ span: String) -> Message {
    Message("wrong.askedTooOften", ["span": .words(span)])
  }
  public static let tooManyTries = Message("wrong.tooManyTries")
  public static let notSame = Message("wrong.notSame")
  public static func passwordShort(_ shortest: String) -> Message {
    Message("wrong.passwordShort", ["shortest": .words(shortest)])
  }
  public static func passwordLong(_ longest: String) -> Message {
    Message("wrong.passwordLong", ["longest": .words(longest)])
  }
  public static let passwordCommon = Message("wrong.passwordCommon")
  public static let wrongPassword = Message("wrong.password")
  public static let wrongCode = Message("wrong.code")
  public static let noOffer = Message("wrong.noOffer")
  public static let hasFactor = Message("wrong.hasFactor")
  public static let tokenName = Message("wrong.tokenName")
  public static let noScope = Message("wrong.noScope")
  public static let tooManyTokens = Message("wrong.tooManyTokens")
  public static let noToken = Message("wrong.noToken")
  public static let noRole = Message("wrong.noRole")
  public static let noReason = Message("wrong.noReason")
  public static let badMail = Message("wrong.mail")
  public static let badName = Message("wrong.name")
  public static let mailTaken = Message("wrong.mailTaken")
  public static let ownAccountRefused = Message("wrong.ownAccount")
  public static let suspendedAlready = Message("wrong.suspended")
  public static let lastAdministrator = Message("wrong.lastAdministrator")
  public static let notActive = Message("wrong.notActive")
  public static let linkUsed = Message("wrong.linkUsed")
  public static let busy = Message("wrong.busy")
  public static let nobodyKnown = Message("wrong.nobodyKnown")
  public static let noReference = Message("wrong.noReference")
  public static let unknownReference = Message("wrong.unknownReference")
  public static let boundAlready = Message("wrong.boundAlready")
  public static let noSubscribersAccount = Message("wrong.noSubscribersAccount")
  public static let referenceOfOther = Message("wrong.referenceOfOther")
  public static let subscriberStays = Message("wrong.subscriberStays")
  public static let identityTaken = Message("wrong.identityTaken")
}
