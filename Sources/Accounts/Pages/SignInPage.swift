import HTTPTypes
import Kernel
import Web
import Words

/// Where one signs in. It says nothing about which accounts there are.
package struct SignInPage: Sendable {
  package var mail = ""
  package var back: LocalPath?
  package var error: Said?
  /// What was done a moment ago: "The password is set."
  package var notice: Message?
  /// The name of the organisation through which one can sign in.
  package var organisation: String?

  package init(
    mail: String = "", back: LocalPath? = nil, error: Said? = nil, notice: Message? = nil, organisation: String? = nil
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
    let error: Said?
    let notice: String?
    let organisation: String?
    let organisationHref: String

    init(_ page: SignInPage, _ console: Console) {
      layout = Layout(console.words.text(.signInTitle), at: .outside, in: console)
      mail = page.mail
      back = page.back?.text ?? ""
      error = page.error
      notice = page.notice.map { console.words.text($0) }
      organisation = page.organisation.map { console.words.text(.signInWith($0)) }
      organisationHref = Paths.signIn + "/organisation" + (page.back.map { "?back=" + Paths.segment($0.text) } ?? "")
    }
  }
}

/// Where the code of the second factor is entered.
package struct SecondStepPage: Sendable {
  package var proof: String
  package var back: LocalPath?
  package var error: Said?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    let view = View(
      layout: Layout(console.words.text(.secondStepTitle), at: .outside, in: console), proof: proof,
      back: back?.text ?? "", error: error)
    return HTMLResponse(Self.template.html(view, console.words), status: status)
  }

  private static let template = Template("second-step", PackageResources.second_step_mustache)

  private struct View: Sendable {
    let layout: Layout
    let proof: String
    let back: String
    let error: Said?
  }
}

/// Where a forgotten password begins to be replaced.
package struct ForgottenPage: Sendable {
  package var sendsMail: Bool
  /// True once it was asked for, whether or not there is such an account.
  package var wasSent = false
  package var error: Said?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    let view = View(
      layout: Layout(console.words.text(.forgottenTitle), at: .outside, in: console), sendsMail: sendsMail,
      wasSent: wasSent,
      asks: sendsMail && !wasSent, error: error)
    return HTMLResponse(Self.template.html(view, console.words), status: status)
  }

  private static let template = Template("forgotten", PackageResources.forgotten_mustache)

  private struct View: Sendable {
    let layout: Layout
    let sendsMail: Bool
    let wasSent: Bool
    let asks: Bool
    let error: Said?
  }
}

/// Where an invitation is accepted, or a password set anew.
package struct LinkPage: Sendable {
  package var link: Link
  package var error: Said?
  package var organisation: (name: String, href: String)?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    let isInvitation = link.purpose == .invitation
    let words = console.words
    let title = words.text(isInvitation ? .linkWelcome : .linkNewTitle)
    let lead: Message =
      if !isInvitation {
        .linkReset(link.mail)
      } else if link.isSubscribers {
        .linkOwnPage(link.name, at: console.service, mail: link.mail)
      } else {
        .linkInvited(link.name, to: console.service, mail: link.mail)
      }
    let view = View(
      layout: Layout(title, at: .outside, in: console), title: title, lead: words.text(lead), mail: link.mail,
      shortest: PasswordRules.shortest, hint: words.text(.linkNewHint(words.number(PasswordRules.shortest))),
      error: error, organisation: isInvitation ? organisation.map { words.text(.acceptWith($0.name)) } : nil,
      organisationHref: organisation?.href ?? "")
    return HTMLResponse(Self.template.html(view, console.words), status: status)
  }

  private static let template = Template("link", PackageResources.link_mustache)

  private struct View: Sendable {
    let layout: Layout
    let title: String
    let lead: String
    let mail: String
    let shortest: Int
    let hint: String
    let error: Said?
    let organisation: String?
    let organisationHref: String
  }
}

/// Something that is shown once and never again: a link, a token, recovery codes.
package struct OncePage: Sendable {
  package var title: Message
  package var lead: Message
  package var texts: [String]
  package var note: Message
  package var next: (href: String, label: Message)
  package var place: Layout.Place

  package func response(in console: Console) -> HTMLResponse {
    let words = console.words
    let view = View(
      layout: Layout(words.text(title), at: place, in: console), title: words.text(title), lead: words.text(lead),
      texts: texts, note: words.text(note), href: next.href, label: words.text(next.label))
    return HTMLResponse(Self.template.html(view, words))
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
