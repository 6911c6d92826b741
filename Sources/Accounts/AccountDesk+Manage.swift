import Foundation
import Kernel
import Store
import Web
import Words

/// What administrators do, and the demo.
extension AccountDesk {
  /// - Returns: the account and the link by which its person comes in, to be handed over.
  package func invite(
    mail: String, person: String, role: Role, customer: Int64? = nil, language: LanguageTag? = nil, by actor: Actor
  ) async throws -> (account: Int64, link: String) {
    let link = Secret()
    let id = try await kernel.perform(
      AddAccount(
        mail: mail, person: person, role: role, invitation: link.digest, customer: customer,
        language: language), by: actor,
      key: Self.key("invite"))
    try await tell(link, of: id, by: actor)
    return (id, address(of: link))
  }

  package func newLink(for account: Int64, by actor: Actor) async throws -> String {
    let link = Secret()
    _ = try await kernel.perform(MakeLink(account: account, link: link.digest), by: actor, key: Self.key("link"))
    try await tell(link, of: account, by: actor)
    return address(of: link)
  }

  /// An account with a password already, for the demo and for tests.
  package func addReady(
    mail: String, person: String, role: Role, hash: String, customer: Int64? = nil
  ) async throws -> Int64 {
    let id = try await kernel.perform(
      AddAccount(mail: mail, person: person, role: role, invitation: nil, customer: customer),
      by: Actor(.operator, "demo"),
      key: Self.key("ready"))
    try await kernel.change(by: Actor(.operator, "demo"), canRepeat: true) { change in
      try change.tx.execute("UPDATE account SET password = \(hash) WHERE id = \(id)")
      change.record(AccountChanged(account: id, what: "passwordSet", detail: "demo"))
    }
    return id
  }

  package func makeToken(
    for account: Int64, title: String, scopes: Set<Right>, days: Int64, by actor: Actor
  ) async throws -> Secret {
    let token = ApiToken.new()
    _ = try await kernel.perform(
      MakeToken(account: account, title: title, scopes: scopes, days: days, digest: token.digest), by: actor,
      key: Self.key("token"))
    return token
  }

  func act(_ command: some Command, by actor: Actor) async throws {
    _ = try await kernel.perform(command, by: actor, key: Self.key("act"))
  }

  /// The letter that invites is for those who work here; a subscriber's link is handed over.
  private static func mails(isInvitation: Bool, to role: Role) -> Bool { !isInvitation || role != .subscriber }

  /// Whether the link that was made for an account is on its way to them.
  func sendsLink(of account: Account) -> Bool {
    sendsMail && Self.mails(isInvitation: account.state == .invited, to: account.role)
  }

  private func tell(_ link: Secret, of account: Int64, by actor: Actor) async throws {
    guard let letters else { return }
    try await kernel.change(by: actor, canRepeat: false) { [address = address(of: link), service] change in
      let row = try change.tx.row("SELECT purpose, ends_at FROM account_link WHERE digest = \(link.digest)")
      guard let row, let account = try Account.byID(account, in: change.tx) else { return }
      let until = try row.instant("ends_at")
      let isInvitation = try row.text("purpose") == "invitation"
      guard Self.mails(isInvitation: isInvitation, to: account.role) else { return }
      let inviter = try Int64(actor.name).flatMap { try Account.byID($0, in: change.tx)?.name }
      let content: AccountLetter.Content =
        isInvitation
        ? .invitation(by: inviter ?? service, link: address, until: until) : .reset(link: address, until: until)
      try letters(AccountLetter(account, content), change)
    }
  }

  /// Each form is sent once: what it does is guarded by the state, not by the key.
  private static func key(_ what: String) -> String { "accounts/\(what)/\(UUID().uuidString)" }
}
