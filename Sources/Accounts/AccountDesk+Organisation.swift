import Foundation
import Kernel
import Store
import Web

/// Signing in through an organisation. Somebody there is an account here only if an invitation was once accepted with it: a mail
/// address that a provider names proves nothing here.
extension AccountDesk {
  private static let cookieContext = "organisation"

  private var callback: String { origin + "/sign-in/organisation/done" }

  /// - Returns: where the browser goes, and what it keeps meanwhile.
  package func leave(
    for provider: OpenIDProvider, back: LocalPath?, link: Secret?, _ caller: Caller
  ) async throws -> (address: String, cookie: String) {
    if let wait = try await take([throttle.organisation(from: caller.network.text)]) {
      throw Refusal.tooManyTries(wait)
    }
    let now = kernel.world.now()
    let trip = OrganisationTrip(
      state: Secret().text, nonce: Secret().text, verifier: Secret().text, back: back?.text, link: link?.text,
      ends: now.seconds + OrganisationTrip.lasts)
    let document = try await telling(provider) { try await provider.document() }
    let sealed = try key.seal(Array(try JSONEncoder().encode(trip)), .organisation, for: Self.cookieContext)
    return (provider.address(document, trip: trip, back: callback), Secret.text(sealed))
  }

  /// - Parameter cookie: what the browser kept.
  package func comeBack(
    from provider: OpenIDProvider, state: String, code: String, issuer: String?, cookie: String, _ caller: Caller
  ) async throws -> (outcome: SignInOutcome, back: LocalPath?) {
    let now = kernel.world.now()
    guard let sealed = Data(base64URL: cookie),
      let plain = try? key.open(Array(sealed), .organisation, for: Self.cookieContext),
      let trip = try? JSONDecoder().decode(OrganisationTrip.self, from: Data(plain)), trip.ends > now.seconds,
      Secret(trip.state).digest == Secret(state).digest
    else { throw Refusal.organisation }
    if let wait = try await take([throttle.organisation(from: caller.network.text)]) {
      throw Refusal.tooManyTries(wait)
    }
    let subject = try await telling(provider) {
      // RFC 9207: an answer of another provider is not handed to this one.
      guard issuer ?? provider.issuer == provider.issuer else { throw OpenIDTrouble("the answer is of another issuer") }
      let document = try await provider.document()
      let token = try await provider.token(document, code: code, verifier: trip.verifier, back: callback)
      return try IDToken.subject(
        token, keys: try await provider.keys(document), issuer: provider.issuer, client: provider.client,
        nonce: trip.nonce, now: now)
    }
    let outcome = try await enter(provider.issuer, subject, link: trip.link.map { Secret($0) }, caller)
    return (outcome, trip.back.flatMap { LocalPath($0) })
  }

  private func enter(
    _ issuer: String, _ subject: String, link: Secret?, _ caller: Caller
  ) async throws -> SignInOutcome {
    try await kernel.change(by: .system("accounts"), canRepeat: false) { change in
      if let link { try bind(issuer, subject, link, in: change) }
      let row = try change.tx.row(
        "SELECT account FROM account_identity WHERE issuer = \(issuer) AND subject = \(subject)")
      guard let row else { return .refused }
      let account = try Account.held(try row.integer("account"), in: change)
      guard account.state == .active else { return .refused }
      if account.hasSecondFactor { return .secondStep(session: try wait(account, caller, in: change)) }
      let begun = try begin(account, by: "organisation", caller, in: change)
      return .signedIn(session: begun.session, device: begun.device, role: account.role)
    }
  }

  /// Accepts an invitation: from now on this subject is this account.
  private func bind(_ issuer: String, _ subject: String, _ secret: Secret, in change: Change) throws {
    guard let link = try Link.find(secret, now: change.now, in: change.tx), link.purpose == .invitation,
      try change.tx.execute("DELETE FROM account_link WHERE digest = \(secret.digest)") == 1,
      try Account.held(link.account, in: change).state == .invited
    else { throw Refusal.linkUsed }
    let bound = try change.tx.execute(
      """
      INSERT INTO account_identity (issuer, subject, account, made_at)
      VALUES (\(issuer), \(subject), \(link.account), \(change.now)) ON CONFLICT DO NOTHING
      """)
    guard bound == 1 else {
      throw Refusal(.conflict, "identityTaken", "This sign-in belongs to another account already.")
    }
    try change.tx.execute("DELETE FROM account_link WHERE account = \(link.account)")
    try change.tx.execute("UPDATE account SET state = 'active' WHERE id = \(link.account)")
    change.record(AccountChanged(account: link.account, what: "organisationBound", detail: issuer))
  }

  private func telling<T>(_ provider: OpenIDProvider, _ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch {
      // What cannot be decoded may be quoted in the error's text, and is about a person.
      provider.tell(error is DecodingError ? "its answer cannot be read" : "\(error)")
      throw Refusal.organisation
    }
  }
}

extension Refusal {
  static let organisation = Refusal(
    .invalid, "organisation", "Signing in through your organisation did not work. Try again.")
}
