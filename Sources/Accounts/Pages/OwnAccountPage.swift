import HTTPTypes
import Kernel
import Store
import Web
import Words

/// What belongs to oneself: password, second factor, sessions, tokens.
package struct OwnAccountPage: Sendable {
  package enum FormName: String, Sendable { case password, factor, token }

  var account: Account
  var identity: Identity
  var sessions: [Session]
  var tokens: [ApiToken]
  var recoveryCodes: Int
  var offer: AccountDesk.Offer?
  var error: (form: FormName, said: Said)?
  var notice: Message?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    HTMLResponse(Self.template.html(View(self, console), console.words), status: status)
  }

  private static let template = Template("own-account", PackageResources.own_account_mustache)

  private struct View: Sendable {
    let layout: Layout
    let name: String
    let mail: String
    let role: String
    let proof: String
    let notice: String?
    let shortest: Int
    let newHint: String
    let passwordError: Said?
    let factorError: Said?
    let tokenError: Said?
    let hasFactor: Bool
    let recoveryCodes: String
    let offer: OfferView?
    let canOffer: Bool
    let sessions: [SessionRow]
    let tokens: [TokenRow]
    let scopes: [Scope]
    let mayHaveTokens: Bool

    init(_ page: OwnAccountPage, _ console: Console) {
      let (time, words) = (console.localTime, console.words)
      layout = Layout(words.text(.ownAccountTitle), at: .ownAccount, in: console)
      name = page.account.name
      mail = page.account.mail
      role = words.text(page.account.role.duty)
      proof = page.identity.proof
      notice = page.notice.map { words.text($0) }
      shortest = PasswordRules.shortest
      newHint = words.text(.newPasswordHint(words.number(PasswordRules.shortest)))
      func error(_ form: FormName) -> Said? { page.error?.form == form ? page.error?.said : nil }
      passwordError = error(.password)
      factorError = error(.factor)
      tokenError = error(.token)
      hasFactor = page.account.hasSecondFactor
      recoveryCodes = words.text(.recoveryCodes(page.recoveryCodes))
      offer = page.account.hasSecondFactor ? nil : page.offer.map(OfferView.init)
      canOffer = !page.account.hasSecondFactor && page.offer == nil
      let own = page.identity.session
      sessions = page.sessions.map { SessionRow($0, isThis: $0.id == own, time) }
      tokens = page.tokens.map { TokenRow($0, time, console.now) }
      scopes = page.account.role.rights.filter(\.isForTokens).sorted { $0.rawValue < $1.rawValue }
        .map { Scope(name: $0.rawValue, words: $0.words(words)) }
      mayHaveTokens = !scopes.isEmpty
    }
  }

  private struct OfferView: Sendable {
    let secret: String
    let href: String
    let pictureSVG: String?

    init(_ offer: AccountDesk.Offer) {
      let letters = Array(offer.secret)
      secret = stride(from: 0, to: letters.count, by: 4).map { String(letters[$0..<min($0 + 4, letters.count)]) }
        .joined(separator: " ")
      href = offer.address
      pictureSVG = offer.picture
    }
  }

  private struct SessionRow: Sendable {
    let id: String
    let agent: String
    let made: Moment
    let seen: Moment
    let isThis: Bool
    /// What its button does, for those who hear it.
    let endsIt: String

    init(_ session: Session, isThis: Bool, _ time: LocalTime) {
      id = String(session.id)
      agent = AgentWords.text(session.agent, time.words)
      made = Moment(session.madeAt, time.dayTime(session.madeAt))
      seen = Moment(session.seenAt, time.dayTime(session.seenAt))
      self.isThis = isThis
      endsIt = time.words.text(.endSession(agent, since: made.text))
    }
  }

  private struct TokenRow: Sendable {
    let id: String
    let name: String
    let scopes: String
    let used: Moment?
    let ends: Moment
    let left: String
    let revokesIt: String

    init(_ token: ApiToken, _ time: LocalTime, _ now: Instant) {
      id = String(token.id)
      name = token.name
      scopes = token.scopes.map { $0.words(time.words) }.sorted().joined(separator: " · ")
      used = token.usedAt.map { Moment($0, time.dayTime($0)) }
      ends = Moment(token.endsAt, time.shortDay(token.endsAt))
      revokesIt = time.words.text(.revokeToken(token.name))
      left = time.words.deadline(token.endsAt, now: now).text
    }
  }

  private struct Scope: Sendable {
    let name: String
    let words: String
  }
}

/// A browser's long name for itself in two words; what is not known is shown shortened, as it came.
enum AgentWords {
  static func text(_ agent: String, _ words: Words) -> String {
    guard !agent.isEmpty else { return words.text(.noAgent) }
    let browsers = [
      ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ]
    let systems = [
      ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
      ("Linux", "Linux"),
    ]
    guard let browser = browsers.first(where: { agent.contains($0.0) })?.1 else { return String(agent.prefix(60)) }
    let system = systems.first { agent.contains($0.0) }?.1
    return system.map { words.text(.agentOn(browser, $0)) } ?? browser
  }
}
