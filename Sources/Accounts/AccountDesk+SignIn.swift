import Kernel
import Store
import Web

/// Somebody at the sign-in page.
package struct Caller: Sendable {
  package var network: ClientNetwork
  /// The device cookie, from an earlier sign-in.
  package var device: String?
  package var agent: String
  /// The session cookie that the browser had, if any: it ends when another begins.
  package var session: String?

  package init(network: ClientNetwork, device: String? = nil, agent: String = "", session: String? = nil) {
    self.network = network
    self.device = device
    self.agent = agent
    self.session = session
  }
}

package enum SignInOutcome: Sendable {
  /// - Parameter device: for the browser to keep; nil: it has one.
  case signedIn(session: Secret, device: Secret?, role: Role)
  /// The password was right; a code is asked for.
  case secondStep(session: Secret)
  /// Mail address and password do not belong together. It is not said which of them is wrong.
  case refused
  case wait(Span)
}

extension AccountDesk {
  private struct Found: Sendable {
    var id: Int64
    var password: String?
    var isActive: Bool
    var hasFactor: Bool
    var knowsDevice: Bool
  }

  /// The same steps are taken whether or not there is such an account, so that neither the answer nor its time tells.
  package func signIn(mail: String, password: String, _ caller: Caller) async throws -> SignInOutcome {
    let mail = String(MailAddress.normal(mail).prefix(254))
    let device = caller.device.map { Secret($0).digest } ?? []
    let found = try await store.read { tx -> Found? in
      try tx.row(
        """
        SELECT a.id, a.password, a.state, CASE WHEN a.factor IS NULL THEN 0 ELSE 1 END AS has_factor,
          CASE WHEN d.digest IS NULL THEN 0 ELSE 1 END AS knows
        FROM account AS a LEFT JOIN account_device AS d ON d.account = a.id AND d.digest = \(device)
        WHERE a.mail = \(mail)
        """
      ).map {
        Found(
          id: try $0.integer("id"), password: try $0.textOrNull("password"), isActive: try $0.text("state") == "active",
          hasFactor: try $0.bool("has_factor"), knowsDevice: try $0.bool("knows"))
      }
    }
    let buckets = buckets(mail, caller, device: found?.knowsDevice == true ? device : nil)
    if let wait = try await take(buckets) { return .wait(wait) }
    guard try await hasher.fits(password, found?.password), let found, found.isActive, let kept = found.password else {
      try await refuse(mail, found?.id)
      return .refused
    }
    let begun = try await kernel.change(by: .system("accounts"), canRepeat: false) { [throttle] change -> Begun? in
      // Held, so that a suspension at this moment comes before or after, not in between.
      let account = try Account.held(found.id, in: change)
      let now = try change.tx.row("SELECT password FROM account WHERE id = \(found.id)")?.textOrNull("password")
      guard account.state == .active, now == kept else { return nil }
      try Throttle.clear([throttle.refused(mail)] + buckets.filter { $0.free <= 10 }, in: change)
      for shared in buckets where shared.free > 10 { try Throttle.giveBack(shared, in: change) }
      if account.hasSecondFactor {
        return Begun(session: try wait(account, caller, in: change), device: nil, role: nil)
      }
      return try begin(account, by: "password", caller, in: change)
    }
    guard let begun else { return .refused }
    guard let role = begun.role else { return .secondStep(session: begun.session) }
    return .signedIn(session: begun.session, device: begun.device, role: role)
  }

  /// The code of the second factor, or one of the recovery codes.
  package func secondStep(_ identity: Identity, code: String, _ caller: Caller) async throws -> SignInOutcome {
    let own = throttle.factor(identity.account, from: caller.network.text)
    let all = throttle.factor(identity.account)
    if let wait = try await take([own, all]) { return .wait(wait) }
    let begun = try await kernel.change(by: .system("accounts"), canRepeat: false) { [key] change -> Begun? in
      let account = try Account.held(identity.account, in: change)
      guard account.state == .active, let by = try SecondFactor.use(code, of: account.id, key, in: change) else {
        return nil
      }
      // Used once: the session that waited for the code is gone, whoever else may know its name.
      guard try change.tx.execute("DELETE FROM account_session WHERE id = \(identity.session ?? 0)") == 1 else {
        return nil
      }
      try Throttle.clear([own, all], in: change)
      return try begin(account, by: by, caller, in: change)
    }
    guard let begun, let role = begun.role else { return .refused }
    return .signedIn(session: begun.session, device: begun.device, role: role)
  }

  package func signOut(_ identity: Identity) async throws {
    guard let session = identity.session else { return }
    try await endSession(session, of: identity, what: "signedOut")
  }

  /// - Parameter session: one of their own.
  package func endSession(_ session: Int64, of identity: Identity, what: String = "sessionEnded") async throws {
    try await kernel.change(by: identity.actor, canRepeat: true) { change in
      let ended = try change.tx.execute(
        "DELETE FROM account_session WHERE id = \(session) AND account = \(identity.account)")
      if ended == 1 { change.record(AccountChanged(account: identity.account, what: what, detail: "\(session)")) }
    }
  }

  // MARK: - steps

  struct Begun: Sendable {
    var session: Secret
    var device: Secret?
    /// nil: a code is asked for first.
    var role: Role?
  }

  func begin(_ account: Account, by means: String, _ caller: Caller, in change: Change) throws -> Begun {
    let session = Secret()
    if let old = caller.session { try Self.end(old, of: account.id, in: change) }
    let id = try Session.begin(account.id, session, .full, agent: caller.agent, in: change)
    let known = try change.tx.execute(
      """
      UPDATE account_device SET used_at = \(change.now)
      WHERE digest = \(caller.device.map { Secret($0).digest } ?? []) AND account = \(account.id)
      """)
    var device: Secret?
    if known == 0 {
      let new = Secret()
      let others = try change.tx.integer("SELECT count(*) FROM account_device WHERE account = \(account.id)") ?? 0
      try change.tx.execute(
        "INSERT INTO account_device (digest, account, used_at) VALUES (\(new.digest), \(account.id), \(change.now))")
      // Who signs in for the first time ever knows that it is them.
      if others > 0 {
        let notice = AccountLetter.Content.newDevice(at: change.now, device: Session.name(of: caller.agent))
        try letters?(AccountLetter(account, notice), change)
      }
      device = new
    }
    change.record(SignedIn(account: account.id, session: id, by: means, isNewDevice: known == 0))
    return Begun(session: session, device: device, role: account.role)
  }

  /// A session that opens nothing but the page for the code.
  func wait(_ account: Account, _ caller: Caller, in change: Change) throws -> Secret {
    let session = Secret()
    if let old = caller.session { try Self.end(old, of: account.id, in: change) }
    _ = try Session.begin(account.id, session, .secondStep, agent: caller.agent, in: change)
    return session
  }

  private static func end(_ session: String, of account: Int64, in change: Change) throws {
    try change.tx.execute(
      "DELETE FROM account_session WHERE digest = \(Secret(session).digest) AND account = \(account)")
  }

  func buckets(_ mail: String, _ caller: Caller, device: [UInt8]?) -> [Throttle.Bucket] {
    if let device { return [throttle.device(device)] }
    return [throttle.account(mail, from: caller.network.text), throttle.network(caller.network.text)]
  }

  func take(_ buckets: [Throttle.Bucket]) async throws -> Span? {
    try await kernel.change(by: .system("accounts"), canRepeat: true) { change in
      try Throttle.take(buckets, in: change)
    }
  }

  private func refuse(_ mail: String, _ account: Int64?) async throws {
    try await kernel.change(by: .system("accounts"), canRepeat: true) { [throttle] change in
      let tries = try Throttle.count(throttle.refused(mail), in: change)
      guard let account, tries >= 5, tries % 5 == 0, (tries / 5).nonzeroBitCount == 1 else { return }
      change.record(SignInsRefused(account: account, tries: tries))
    }
  }
}
