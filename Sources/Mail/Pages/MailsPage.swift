import Kernel
import Web
import Words

/// How a mail stands, as it is stored.
package enum MailState: String, Sendable {
  case waiting, sent, refused, expired

  func message(isKeptHere: Bool, attempts: Int, _ words: Words) -> Message {
    switch self {
    case .waiting where isKeptHere: .mailKeptHere
    case .waiting where attempts > 1: .mailAttempt(words.number(attempts))
    case .waiting: .mailWaiting
    case .sent: .mailSent
    case .refused: .mailRefused
    case .expired: .mailExpired
    }
  }

  var tone: Tone {
    switch self {
    case .waiting: .waiting
    case .sent: .settled
    case .refused: .refused
    case .expired: .held
    }
  }
}

/// Every mail of the last weeks, the newest first.
package struct MailsPage: Sendable {
  package struct Mail: Sendable {
    package var id: Int64
    package var kind: String
    package var customer: Int64?
    package var address: String
    package var subject: String
    /// BCP 47.
    package var language: String
    package var madeAt: Instant
    package var state: MailState
    package var attempts: Int
    /// The server's numbers, where it refused.
    package var code: String?
  }

  package var mails: [Mail]
  /// The cursor of the next page.
  package var older: String?
  package var isKeptHere: Bool
  package var isFirst: Bool

  package func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  static func path(of id: Int64) -> String { "\(Paths.mails)/\(id)" }

  private static let template = Template("mails", PackageResources.mails_mustache)

  private struct View: Sendable {
    let layout: Layout
    let isKeptHere: Bool
    let mails: [Row]
    let older: String?
    let isFirst: Bool
    let kept: String

    init(_ page: MailsPage, _ console: Console) {
      layout = Layout(console.words.text(.mailsTitle), at: .mails, in: console)
      isKeptHere = page.isKeptHere
      mails = page.mails.map { Row($0, page.isKeptHere, console.localTime) }
      older = page.older.map { "\(Paths.mails)?before=\($0)" }
      isFirst = page.isFirst
      kept = console.words.text(.mailsKept(Int(ForgetMails.keeps.seconds) / 86_400))
    }
  }

  private struct Row: Sendable {
    let href: String
    let subject: String
    let language: String
    let languageName: String
    let to: String
    let state: String
    let tone: String
    let made: Moment

    init(_ mail: Mail, _ isKeptHere: Bool, _ time: LocalTime) {
      href = MailsPage.path(of: mail.id)
      subject = mail.subject
      language = mail.language
      languageName = MailWords.language(mail.language)
      to = MaskedMail.text(mail.address)
      state = time.words.text(
        mail.state.message(isKeptHere: isKeptHere, attempts: mail.attempts, time.words))
      tone = mail.state.tone.rawValue
      made = Moment(mail.madeAt, time.exact(mail.madeAt))
    }
  }
}

enum MailWords {
  /// What its speakers call the language of a mail.
  static func language(_ tag: String) -> String { LanguageTag(tag)?.language.ownName ?? tag }

  /// nil: a kind that this page does not know by a name.
  static func kind(_ kind: String) -> Message? {
    switch kind {
    case "invitation": .kindInvitation
    case "passwordReset": .kindPasswordReset
    case "signInNotice": .kindSignInNotice
    case "subscriberLink": .kindSubscriberLink
    case "receipt": .kindReceipt
    case "pastDue": .kindPastDue
    case "cancelled": .kindCancelled
    case "apology": .kindApology
    case "alert": .kindAlert
    case "alertDigest": .kindAlertDigest
    default: nil
    }
  }
}
