import HTTPTypes
import Hummingbird
import Kernel
import Web
import Words

/// One mail as it was made: its plain text here, its HTML at an address of its own.
package struct MailPage: Sendable {
  package var summary: MailsPage.Mail
  package var address: String
  package var name: String?
  package var plain: String
  /// While it waits: when it is given up.
  package var expiresAt: Instant?
  package var endedAt: Instant?
  /// Its link lets its reader in and is not shown.
  package var hidesLink: Bool

  package func html(in console: Console, isKeptHere: Bool) -> String {
    Self.template.html(View(self, console, isKeptHere), console.words)
  }

  private static let template = Template("mail", PackageResources.mail_mustache)

  private struct View: Sendable {
    let layout: Layout
    let subject: String
    let language: String
    let languageName: String
    let dir: String
    let to: String
    let name: String?
    let kind: String
    let state: String
    let tone: String
    let code: String?
    let made: Moment
    let expires: Moment?
    let ended: Moment?
    let subscriber: String?
    let plain: String
    let htmlHref: String
    let hidesLink: Bool

    init(_ page: MailPage, _ console: Console, _ isKeptHere: Bool) {
      let (mail, time) = (page.summary, console.localTime)
      layout = Layout(mail.subject, at: .mails, in: console)
      subject = mail.subject
      language = mail.language
      languageName = MailWords.language(mail.language)
      dir = "auto"
      to = page.address
      name = page.name
      kind = MailWords.kind(mail.kind).map { console.words.text($0) } ?? mail.kind
      state = console.words.text(
        mail.state.message(isKeptHere: isKeptHere, attempts: mail.attempts, console.words))
      tone = mail.state.tone.rawValue
      code = mail.code
      made = Moment(mail.madeAt, time.exact(mail.madeAt))
      expires = page.expiresAt.map { Moment($0, time.exact($0)) }
      ended = page.endedAt.map { Moment($0, time.exact($0)) }
      subscriber = mail.customer.map { Paths.subscriber(String($0)) }
      plain = page.plain
      htmlHref = MailsPage.path(of: mail.id) + "/html"
      hidesLink = page.hidesLink
    }
  }
}

/// A mail's HTML alone. It is not a page of the console: it comes with a policy of its own under which nothing in it runs,
/// loads, is sent or leads back to the console, and it belongs to no origin.
package struct MailHTMLResponse: ResponseGenerator, Sendable {
  package var html: String

  static let policy =
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  package func response(from request: Request, context: some RequestContext) throws -> Response {
    try HTMLResponse(html, headers: [.contentSecurityPolicy: Self.policy]).response(from: request, context: context)
  }
}
