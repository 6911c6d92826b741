/// What mails say. Dates and amounts are given as the reader writes them.
extension Message {
  /// - Parameter name: a person's whole name; `nil` where it is not known.
  public static func greeting(_ name: String?) -> Message {
    name.map { Message("mail.greeting", ["name": .name($0)]) } ?? Message("mail.greetingWithoutName")
  }
  public static let openAddress = Message("mail.openAddress")
  public static func linkUntil(_ time: String) -> Message { Message("mail.linkUntil", ["time": .words(time)]) }
  public static func footer(_ service: String) -> Message { Message("mail.footer", ["service": .name(service)]) }

  public static func invitationSubject(_ service: String) -> Message {
    Message("invitation.subject", ["service": .name(service)])
  }
  public static func invitationBody(by inviter: String, to service: String) -> Message {
    Message("invitation.body", ["inviter": .name(inviter), "service": .name(service)])
  }
  public static let invitationAction = Message("invitation.action")
  public static let invitationNote = Message("invitation.note")

  public static func passwordResetSubject(_ service: String) -> Message {
    Message("passwordReset.subject", ["service": .name(service)])
  }
  public static let passwordResetBody = Message("passwordReset.body")
  public static let passwordResetAction = Message("passwordReset.action")
  public static let passwordResetNote = Message("passwordReset.note")

  public static func signInNoticeSubject(_ service: String) -> Message {
    Message("signInNotice.subject", ["service": .name(service)])
  }
  public static let signInNoticeBody = Message("signInNotice.body")
  public static let signInNoticeAction = Message("signInNotice.action")
  public static let signInNoticeNote = Message("signInNotice.note")

  public static func subscriberLinkSubject(_ service: String) -> Message {
    Message("subscriberLink.subject", ["service": .name(service)])
  }
  public static let subscriberLinkBody = Message("subscriberLink.body")
  public static let subscriberLinkAction = Message("subscriberLink.action")
  public static let subscriberLinkNote = Message("subscriberLink.note")

  public static func receiptSubject(_ service: String, amount: String) -> Message {
    Message("receipt.subject", ["service": .name(service), "amount": .words(amount)])
  }
  public static let receiptBody = Message("receipt.body")
  public static let receiptAction = Message("receipt.action")

  public static func pastDueSubject(_ service: String) -> Message {
    Message("pastDue.subject", ["service": .name(service)])
  }
  public static func pastDueBody(amount: String, plan: String) -> Message {
    Message("pastDue.body", ["amount": .words(amount), "plan": .name(plan)])
  }
  /// - Parameter count: attempts that are still to come, the first of them on `date`.
  public static func pastDueAttempts(_ count: Int, date: String) -> Message {
    Message("pastDue.attempts", ["date": .words(date)], count: count)
  }
  public static let pastDueLast = Message("pastDue.last")
  public static func pastDueAccess(_ date: String) -> Message { Message("pastDue.access", ["date": .words(date)]) }
  public static let pastDueAdvice = Message("pastDue.advice")
  public static let pastDueEnded = Message("pastDue.ended")
  public static let pastDueAction = Message("pastDue.action")

  public static func cancelledSubject(_ service: String) -> Message {
    Message("cancelled.subject", ["service": .name(service)])
  }
  public static func cancelledBody(_ plan: String) -> Message { Message("cancelled.body", ["plan": .name(plan)]) }
  public static func cancelledUntil(_ date: String) -> Message { Message("cancelled.until", ["date": .words(date)]) }
  public static let cancelledEnded = Message("cancelled.ended")
  public static let cancelledAction = Message("cancelled.action")

  public static func apologySubject(_ service: String) -> Message {
    Message("apology.subject", ["service": .name(service)])
  }
  public static let apologyTwice = Message("apology.twice")
  public static let apologyAfterCancelling = Message("apology.afterCancelling")
  public static let apologyTooMuch = Message("apology.tooMuch")
  public static let apologyOther = Message("apology.other")
  public static func apologyAmount(_ amount: String) -> Message {
    Message("apology.amount", ["amount": .words(amount)])
  }
  /// - Parameter count: periods that cost nothing.
  public static func apologyFree(_ count: Int) -> Message { Message("apology.free", count: count) }
  public static let apologyNotRight = Message("apology.notRight")
  public static let apologyAction = Message("apology.action")
}
