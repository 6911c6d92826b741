// The console's pages of mails.

extension Message {
  public static let mailsTitle = Message("mails.title")
  public static func mailsKept(_ days: Int) -> Message { Message("mails.kept", count: days) }

  public static let mailKeptHere = Message("mailState.keptHere")
  public static func mailAttempt(_ attempt: String) -> Message {
    Message("mailState.attempt", ["attempt": .words(attempt)])
  }
  public static let mailWaiting = Message("mailState.waiting")
  public static let mailSent = Message("mailState.sent")
  public static let mailRefused = Message("mailState.refused")
  public static let mailExpired = Message("mailState.expired")

  public static let kindInvitation = Message("mailKind.invitation")
  public static let kindPasswordReset = Message("mailKind.passwordReset")
  public static let kindSignInNotice = Message("mailKind.signInNotice")
  public static let kindSubscriberLink = Message("mailKind.subscriberLink")
  public static let kindReceipt = Message("mailKind.receipt")
  public static let kindPastDue = Message("mailKind.pastDue")
  public static let kindCancelled = Message("mailKind.cancelled")
  public static let kindAlert = Message("mailKind.alert")
  public static let kindApology = Message("mailKind.apology")
  public static let kindAlertDigest = Message("mailKind.alertDigest")
}
