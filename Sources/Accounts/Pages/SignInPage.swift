import HTTPTypes
import Kernel
import Web

/// Where one signs in. It says nothing about which accounts there are.
package struct SignInPage: Sendable {
  package var mail = ""
  package var back: LocalPath?
  package var error: String?
  /// What was done a moment ago: "The password is set."
  package var notice: String?
  /// The name of the organisation through which one can sign in.
  package var organisation: String?

  package init(
    mail: String = "", back: LocalPath? = nil, error: String? = nil, notice: String? = nil, organisation: String? = nil
  ) {
    self.organisation = organisation
    self.mail = String(mail.prefix(254))
    self.back = back
    self.error = error
    self.notice = notice
  }

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    HTMLResponse(Self.template.html(View(self, console), console.words), status: status)
  }

  private static let template = Template("sign-in", PackageResources.sign_in_mustache)

  private struct View: Sendable {
    let layout: Layout
    let mail: String
    let back: String
    let error: String?
    let notice: String?
    let organisation: String?
    let organisationHref: String

    init(_ page: SignInPage, _ console: Console) {
      layout = Layout("Sign in", at: .outside, in: console)
      mail = page.mail
      back = page.back?.text ?? ""
      error = page.error
      notice = page.notice
      organisation = page.organisation
      organisationHref = Paths.signIn + "/organisation" + (page.back.map { "?back=" + Paths.segment($0.text) } ?? "")
    }
  }
}

/// Where the code of the second factor is entered.
package struct SecondStepPage: Sendable {
  package var proof: String
  package var back: LocalPath?
  package var error: String?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    let view = View(
      layout: Layout("Enter a code", at: .outside, in: console), proof: proof, back: back?.text ?? "", error: error)
    return HTMLResponse(Self.template.html(view, console.words), status: status)
  }

  private static let template = Template("second-step", PackageResources.second_step_mustache)

  private struct View: Sendable {
    let layout: Layout
    let proof: String
    let back: String
    let error: String?
  }
}

/// Where a forgotten password begins to be replaced.
package struct ForgottenPage: Sendable {
  package var sendsMail: Bool
  /// True once it was asked for, whether or not there is such an account.
  package var wasSent = false
  package var error: String?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    let view = View(
      layout: Layout("Forgotten password", at: .outside, in: console), sendsMail: sendsMail, wasSent: wasSent,
      asks: sendsMail && !wasSent, error: error)
    return HTMLResponse(Self.template.html(view, console.words), status: status)
  }

  private static let template = Template("forgotten", PackageResources.forgotten_mustache)

  private struct View: Sendable {
    let layout: Layout
    let sendsMail: Bool
    let wasSent: Bool
    let asks: Bool
    let error: String?
  }
}

/// Where an invitation is accepted, or a password set anew.
package struct LinkPage: Sendable {
  package var link: Link
  package var error: String?
  package var organisation: (name: String, href: String)?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    let isInvitation = link.purpose == .invitation
    let title = isInvitation ? "Welcome" : "A new password"
    let view = View(
      layout: Layout(title, at: .outside, in: console), title: title, isInvitation: isInvitation, name: link.name,
      mail: link.mail, service: console.service, shortest: PasswordRules.shortest, error: error,
      organisation: isInvitation ? organisation?.name : nil, organisationHref: organisation?.href ?? "")
    return HTMLResponse(Self.template.html(view, console.words), status: status)
  }

  private static let template = Template("link", PackageResources.link_mustache)

  private struct View: Sendable {
    let layout: Layout
    let title: String
    let isInvitation: Bool
    let name: String
    let mail: String
    let service: String
    let shortest: Int
    let error: String?
    let organisation: String?
    let organisationHref: String
  }
}

/// Something that is shown once and never again: a link, a token, recovery codes.
package struct OncePage: Sendable {
  package var title: String
  package var lead: String
  package var texts: [String]
  package var note: String
  package var next: (href: String, label: String)
  package var place: Layout.Place

  package func response(in console: Console) -> HTMLResponse {
    let view = View(
      layout: Layout(title, at: place, in: console), title: title, lead: lead, texts: texts, note: note,
      href: next.href, label: next.label)
    return HTMLResponse(Self.template.html(view, console.words))
  }

  private static let template = Template("once", PackageResources.once_mustache)

  private struct View: Sendable {
    let layout: Layout
    let title: String
    let lead: String
    let texts: [String]
    let note: String
    let href: String
    let label: String
  }
}
