import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// The pages of signing in, of one's own account, and of everybody's. Handlers translate; `AccountDesk` decides.
public struct AccountRoutes: Sendable {
  let desk: AccountDesk
  let site: Site
  let provider: OpenIDProvider?
  let frame: Frame

  package init(
    desk: AccountDesk, site: Site, provider: OpenIDProvider? = nil,
    frame: Frame
  ) {
    self.provider = provider
    self.desk = desk
    self.site = site
    self.frame = frame
  }

  package func add(to doors: Doors) {
    addSigningIn(to: doors)
    addLinks(to: doors)
    if let provider { addOrganisation(provider, to: doors) }
    addOwn(to: doors)
    addOwnTokens(to: doors)
    addManaging(to: doors)
  }

  /// Where somebody of this role begins: administrators see no renewals.
  static func landing(_ role: Role) -> String {
    if role.rights.contains(.readRenewals) { return Paths.today }
    if role.rights.contains(.ownSubscription) { return Paths.own }
    return role.rights.contains(.readAccounts) ? Paths.accounts : Paths.ownAccount
  }

  // MARK: - signing in

  private func addSigningIn(to doors: Doors) {
    doors.get("sign-in", needs: .anybody) { request, visit in
      let done = request.uri.queryParameters["done"].map(String.init)
      return SignInPage(back: back(request), notice: Notices.message(done), organisation: provider?.name).response(
        in: frame.plain(for: visit))
    }
    doors.post("sign-in", needs: .anybody) { request, visit -> Response in
      let (mail, back) = (visit.form["mail"], LocalPath(visit.form["back"]))
      let outcome = try await changing {
        try await desk.signIn(mail: mail, password: visit.form["password"], caller(request, visit))
      }
      return go(outcome, back: back, visit.words) { error, status in
        SignInPage(mail: mail, back: back, error: error, organisation: provider?.name)
          .response(in: frame.plain(for: visit), status: status).response()
      }
    }
    doors.get("sign-in/second-step", needs: .secondStep) { request, visit in
      SecondStepPage(proof: try visit.known().proof, back: back(request)).response(in: frame.plain(for: visit))
    }
    doors.post("sign-in/second-step", needs: .secondStep) { request, visit -> Response in
      let (identity, back) = (try visit.known(), LocalPath(visit.form["back"]))
      let outcome = try await changing {
        try await desk.secondStep(identity, code: visit.form["code"], caller(request, visit))
      }
      return go(outcome, back: back, visit.words) { error, status in
        SecondStepPage(proof: identity.proof, back: back, error: error).response(
          in: frame.plain(for: visit), status: status
        )
        .response()
      }
    }
    doors.post("sign-out", needs: .ownAccount) { _, visit in
      try await desk.signOut(try visit.known())
      return Redirect(to: Paths.signIn + "?done=out", cookies: [site.cookie(Site.sessionCookie, "", seconds: 0)])
    }
  }

  /// How long a browser is known.
  private static let deviceSeconds = 180 * 86_400

  func go(
    _ outcome: SignInOutcome, back: LocalPath?, _ words: Words, again: (Said, HTTPResponse.Status) -> Response
  ) -> Response {
    switch outcome {
    case .signedIn(let session, let device, let role):
      var cookies = [site.cookie(Site.sessionCookie, session.text)]
      if let device { cookies.append(site.cookie(Site.deviceCookie, device.text, seconds: Self.deviceSeconds)) }
      return Redirect(to: back?.text ?? Self.landing(role), cookies: cookies).response()
    case .secondStep(let session):
      return Redirect(to: Paths.secondStep(back: back), cookies: [site.cookie(Site.sessionCookie, session.text)])
        .response()
    case .refused: return again(Said(.wrongSignIn, words), .unprocessableContent)
    case .wait(let span):
      var answer = again(Said(.wait(words.span(span)), words), .tooManyRequests)
      answer.headers[.retryAfter] = String(max(1, (span.microseconds + 999_999) / 1_000_000))
      return answer
    }
  }

  // MARK: - links

  private func addLinks(to doors: Doors) {
    doors.get("forgotten", needs: .anybody) { _, visit in
      ForgottenPage(sendsMail: desk.sendsMail).response(in: frame.plain(for: visit))
    }
    doors.post("forgotten", needs: .anybody) { request, visit in
      let wait = try await changing { try await desk.forgotten(mail: visit.form["mail"], caller(request, visit)) }
      guard let wait else {
        return ForgottenPage(sendsMail: desk.sendsMail, wasSent: true).response(in: frame.plain(for: visit))
      }
      let error = Said(.askedTooOften(visit.words.span(wait)), visit.words)
      return ForgottenPage(sendsMail: desk.sendsMail, error: error).response(
        in: frame.plain(for: visit), status: .tooManyRequests)
    }
    doors.get("link/:secret", needs: .anybody) { request, visit in
      let link = try await link(visit)
      var console = frame.plain(for: visit)
      // In their language, as the letter was, unless this browser has another one.
      if site.language(in: request) == nil, let language = link.language { console.words = Words(language) }
      return LinkPage(link: link, organisation: organisation(visit)).response(in: console)
    }
    doors.post("link/:secret", needs: .anybody) { request, visit -> Response in
      let link = try await link(visit)
      let page = { (error: Said) in
        LinkPage(link: link, error: error, organisation: organisation(visit))
          .response(in: frame.plain(for: visit), status: .unprocessableContent).response()
      }
      guard visit.form["password"] == visit.form["again"] else {
        return page(Said(.notSame, visit.words))
      }
      do {
        try await changing {
          try await desk.accept(
            Secret(visit.parameters.get("secret") ?? ""), password: visit.form["password"],
            language: visit.words.tag, isChosen: site.language(in: request) != nil)
        }
      } catch let refusal as Refusal where refusal.kind == .invalid {
        return page(Said(refusal, visit.words))
      }
      return Redirect(to: Paths.signIn + "?done=password").response()
    }
  }

  func link(_ visit: Visit) async throws -> Link {
    guard let link = try await desk.link(Secret(try visit.parameters.require("secret"))) else {
      throw RefusalPage(.notFound, said: .linkUsed, visit.words)
    }
    return link
  }

  // MARK: - what they share

  func caller(_ request: Request, _ visit: Visit) -> Caller {
    Caller(
      network: visit.network, device: site.value(of: Site.deviceCookie, in: request),
      agent: request.headers[.userAgent] ?? "", session: site.value(of: Site.sessionCookie, in: request))
  }

  func back(_ request: Request) -> LocalPath? {
    request.uri.queryParameters["back"].flatMap { LocalPath(String($0)) }
  }

  func surroundings(_ visit: Visit) -> Console { frame.plain(for: visit) }

  /// An answer that was lost after a commit must not say that nothing was changed.
  func changing<T>(_ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch StoreError.commitUnknown {
      throw RefusalPage(.serviceUnavailable, mayHaveChanged: true)
    }
  }
}

/// What the page says after a form sent the browser on: the address names it, and only these are shown.
enum Notices {
  static func message(_ name: String?) -> Message? {
    switch name {
    case "out": .noticeOut
    case "password": .noticePassword
    case "changed": .noticeChanged
    case "ended": .noticeEnded
    case "revoked": .noticeRevoked
    case "factor-off": .noticeFactorOff
    case "role": .noticeRole
    case "suspended": .noticeSuspended
    case "resumed": .noticeResumed
    case "bound": .noticeBound
    case "unbound": .noticeUnbound
    default: nil
    }
  }
}
