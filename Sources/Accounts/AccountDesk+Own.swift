import Crypto
import Foundation
import Kernel
import Store
import Web
import Words

/// What people do with their own account.
extension AccountDesk {
  // MARK: - passwords

  package func link(_ secret: Secret) async throws -> Link? {
    let now = kernel.world.now()
    return try await store.read { tx in try Link.find(secret, now: now, in: tx) }
  }

  /// Accepts an invitation, or sets a new password instead of a forgotten one.
  /// - Parameters:
  ///   - language: in which the page was read.
  ///   - isChosen: they chose it; what the browser asks for does not go before what their inviter chose.
  package func accept(
    _ secret: Secret, password: String, language: LanguageTag? = nil, isChosen: Bool = false
  ) async throws {
    guard let link = try await link(secret) else { throw Refusal.linkUsed }
    try PasswordRules.check(password, mail: link.mail, name: link.name)
    let hash = try await hasher.hash(password)
    try await kernel.change(by: .system("accounts"), canRepeat: false) { change in
      guard let link = try Link.find(secret, now: change.now, in: change.tx),
        try change.tx.execute("DELETE FROM account_link WHERE digest = \(secret.digest)") == 1
      else { throw Refusal.linkUsed }
      guard try Account.held(link.account, in: change).state != .suspended else { throw Refusal.linkUsed }
      try change.tx.execute("DELETE FROM account_link WHERE account = \(link.account)")
      try change.tx.execute("UPDATE account SET password = \(hash), state = 'active' WHERE id = \(link.account)")
      if let language, isChosen || link.language == nil {
        try Account.write(language, of: link.account, in: change)
      }
      try Session.endAll(of: link.account, except: nil, in: change)
      try change.tx.execute("DELETE FROM account_device WHERE account = \(link.account)")
      change.record(AccountChanged(account: link.account, what: "passwordSet", detail: link.purpose.rawValue))
    }
  }

  /// Sends a link to whoever has this address, if it is an account's. The answer is the same either way.
  /// - Returns: how long to wait, where it was asked for too often.
  package func forgotten(mail: String, _ caller: Caller) async throws -> Span? {
    let mail = String(MailAddress.normal(mail).prefix(254))
    let buckets = [throttle.mails(mail), throttle.mails(from: caller.network.text)]
    let link = Secret()
    return try await kernel.change(by: .system("accounts"), canRepeat: false) { change in
      if let wait = try Throttle.take(buckets, in: change) { return wait }
      guard sendsMail, let letters, let account = try Account.byMail(mail, in: change.tx), account.state == .active,
        account.hasPassword
      else { return nil }
      let until = change.now + Link.resetLasts
      try change.tx.execute("DELETE FROM account_link WHERE account = \(account.id)")
      try Link.insert(link.digest, .reset, account.id, until: until, in: change)
      try letters(AccountLetter(account, .reset(link: address(of: link), until: until)), change)
      return nil
    }
  }

  package func changePassword(_ identity: Identity, current: String, new: String, _ caller: Caller) async throws {
    let account = try await proven(identity, password: current, caller)
    try PasswordRules.check(new, mail: account.mail, name: account.name)
    let hash = try await hasher.hash(new)
    try await kernel.change(by: identity.actor, canRepeat: true) { change in
      _ = try Account.held(identity.account, in: change)
      try change.tx.execute("UPDATE account SET password = \(hash) WHERE id = \(identity.account)")
      try Session.endAll(of: identity.account, except: identity.session, in: change)
      try change.tx.execute("DELETE FROM account_link WHERE account = \(identity.account)")
      change.record(AccountChanged(account: identity.account, what: "passwordChanged"))
    }
  }

  /// Asks for the password once more: a browser that was left open must not be enough for what lasts.
  private func proven(_ identity: Identity, password: String, _ caller: Caller) async throws -> Account {
    let bucket = throttle.factor(identity.account, from: "password " + caller.network.text)
    if let wait = try await take([bucket]) { throw Refusal.tooManyTries(wait) }
    let (account, kept) = try await store.read { tx -> (Account?, String?) in
      (
        try Account.byID(identity.account, in: tx),
        try tx.row("SELECT password FROM account WHERE id = \(identity.account)")?.textOrNull("password")
      )
    }
    guard try await hasher.fits(password, kept), let account else {
      throw Refusal(.invalid, "wrongPassword", "This is not your password.")
    }
    try await kernel.change(by: identity.actor, canRepeat: true) { change in
      try Throttle.clear([bucket], in: change)
    }
    return account
  }

  // MARK: - the second factor

  package struct Offer: Sendable {
    package let secret: String
    package let address: String
    package let picture: String?
  }

  /// A new secret for an app. It asks for nothing until a code of it was entered.
  package func offerSecondFactor(_ identity: Identity) async throws -> Offer {
    let secret = SymmetricKey(size: SymmetricKeySize(bitCount: TimeCode.secretBytes * 8)).withUnsafeBytes { Array($0) }
    let sealed = try key.seal(secret, for: identity.account)
    let mail = try await kernel.change(by: identity.actor, canRepeat: true) { change in
      let account = try Account.held(identity.account, in: change)
      guard !account.hasSecondFactor else { throw Refusal.hasFactor }
      try change.tx.execute("UPDATE account SET offered = \(sealed) WHERE id = \(account.id)")
      return account.mail
    }
    return offer(secret, mail)
  }

  /// The secret that was offered last and not confirmed yet; nil: none.
  package func offered(_ identity: Identity) async throws -> Offer? {
    let row = try await store.read { tx in
      try tx.row("SELECT mail, offered FROM account WHERE id = \(identity.account) AND factor IS NULL")
    }
    guard let row, let sealed = try row.blobOrNull("offered") else { return nil }
    return offer(try key.open(sealed, for: identity.account), try row.text("mail"))
  }

  private func offer(_ secret: [UInt8], _ mail: String) -> Offer {
    let address = TimeCode.address(secret, service: service, mail: mail)
    return Offer(secret: Base32.text(secret), address: address, picture: QRCode.svg(address))
  }

  /// - Returns: the recovery codes, to be shown once.
  package func confirmSecondFactor(_ identity: Identity, code: String, _ caller: Caller) async throws -> [String] {
    let bucket = throttle.factor(identity.account, from: "confirm " + caller.network.text)
    if let wait = try await take([bucket]) { throw Refusal.tooManyTries(wait) }
    let codes = (0..<SecondFactor.recoveryCodes).map { _ in SecondFactor.newRecoveryCode() }
    try await kernel.change(by: identity.actor, canRepeat: false) { [key] change in
      let account = try Account.held(identity.account, in: change)
      guard !account.hasSecondFactor else { throw Refusal.hasFactor }
      let row = try change.tx.row("SELECT offered FROM account WHERE id = \(account.id)")
      guard let sealed = try row?.blobOrNull("offered") else {
        throw Refusal(.conflict, "noOffer", "Begin again: there is no secret that waits for a code.")
      }
      guard let step = TimeCode.match(code, try key.open(sealed, for: account.id), now: change.now, after: 0) else {
        throw Refusal(
          .invalid, "wrongCode", "This code is not right. Look whether the app’s clock is, and enter the next.")
      }
      try change.tx.execute(
        """
        UPDATE account SET factor = offered, offered = NULL, factor_step = \(step) WHERE id = \(account.id)
        """)
      try change.tx.execute("DELETE FROM account_recovery WHERE account = \(account.id)")
      for code in codes {
        try change.tx.execute(
          """
          INSERT INTO account_recovery (account, digest)
          VALUES (\(account.id), \(SecondFactor.digest(code, account.id, key)))
          """)
      }
      // Whoever is signed in elsewhere came in with the password alone.
      try Session.endAll(of: account.id, except: identity.session, in: change)
      try Throttle.clear([bucket], in: change)
      change.record(AccountChanged(account: account.id, what: "secondFactorOn"))
    }
    return codes
  }

  package func removeSecondFactor(_ identity: Identity, password: String, _ caller: Caller) async throws {
    _ = try await proven(identity, password: password, caller)
    try await kernel.change(by: identity.actor, canRepeat: true) { change in
      guard try Account.held(identity.account, in: change).hasSecondFactor else { return }
      try SecondFactor.remove(of: identity.account, in: change)
      change.record(AccountChanged(account: identity.account, what: "secondFactorOff"))
    }
  }
}

extension Refusal {
  static let hasFactor = Refusal(.conflict, "hasFactor", "There is a second factor already; remove it first.")

  static func tooManyTries(_ wait: Span) -> Refusal {
    Refusal(.limit, "tooManyTries", "Too many tries. Wait \(SpanText.text(wait)) and try again.")
  }
}
