import Kernel
import Web

/// How a mail stands, as it is stored.
package enum MailState: String, Sendable {
  case waiting, sent, refused, expired

  func words(isKeptHere: Bool, attempts: Int) -> String {
    switch self {
    case .waiting where isKeptHere: "kept here"
    case .waiting where attempts > 1: "waits for attempt \(attempts)"
    case .waiting: "waits to be sent"
    case .sent: "taken by the mail server"
    case .refused: "refused"
    case .expired: "given up: too late"
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
    let keeps: Int

    init(_ page: MailsPage, _ console: Console) {
      layout = Layout("Mails", at: .mails, in: console)
      isKeptHere = page.isKeptHere
      mails = page.mails.map { Row($0, page.isKeptHere, console.localTime) }
      older = page.older.map { "\(Paths.mails)?before=\($0)" }
      isFirst = page.isFirst
      keeps = Int(ForgetMails.keeps.seconds) / 86_400
    }
  }

  private struct Row: Sendable {
    let href: String
    let subject: String
    let language: String
    let to: String
    let state: String
    let tone: String
    let made: Moment

    init(_ mail: Mail, _ isKeptHere: Bool, _ time: LocalTime) {
      href = MailsPage.path(of: mail.id)
      subject = mail.subject
      language = mail.language
      to = MaskedMail.text(mail.address)
      state = mail.state.words(isKeptHere: isKeptHere, attempts: mail.attempts)
      tone = mail.state.tone.rawValue
      made = Moment(mail.madeAt, time.exact(mail.madeAt))
    }
  }
}
