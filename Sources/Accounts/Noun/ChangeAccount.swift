import Kernel
import Store
import Web

// The acts of an administrator on somebody else's account. Each ends the sessions that could do more than the account now may.

/// Gives an account another role.
package struct ChangeRole: Command {
  package static let name = "changeRole"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  package var account: Int64
  package var role: Role
  package var reason: String

  package init(account: Int64, role: Role, reason: String) {
    self.account = account
    self.role = role
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let old = try ManagedAccount.held(account, reason, in: change)
    guard old.role != role else { return false }
    guard old.role != .subscriber, role != .subscriber else {
      throw Refusal(.conflict, "subscriberAccount", "A subscriber’s account stays one; add another account instead.")
    }
    if old.role == .administrator { try ManagedAccount.oneAdministratorStays(without: account, in: change) }
    try change.tx.execute("UPDATE account SET role = \(role.rawValue) WHERE id = \(account)")
    try Session.endAll(of: account, except: nil, in: change)
    // A token's scopes were chosen from the rights of the old role.
    try ApiToken.revokeAll(of: account, in: change)
    change.record(
      AccountChanged(
        account: account, what: "roleChanged", detail: "\(old.role.rawValue) → \(role.rawValue)", reason: reason))
    return true
  }
}

/// Nobody comes in with it any more, at once.
package struct SuspendAccount: Command {
  package static let name = "suspendAccount"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  package var account: Int64
  package var reason: String

  package init(account: Int64, reason: String) {
    self.account = account
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let old = try ManagedAccount.held(account, reason, in: change)
    guard old.state != .suspended else { return false }
    if old.role == .administrator { try ManagedAccount.oneAdministratorStays(without: account, in: change) }
    try change.tx.execute("UPDATE account SET state = 'suspended' WHERE id = \(account)")
    try Session.endAll(of: account, except: nil, in: change)
    try ApiToken.revokeAll(of: account, in: change)
    try change.tx.execute("DELETE FROM account_link WHERE account = \(account)")
    change.record(AccountChanged(account: account, what: "suspended", reason: reason))
    return true
  }
}

package struct ResumeAccount: Command {
  package static let name = "resumeAccount"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  package var account: Int64
  package var reason: String

  package init(account: Int64, reason: String) {
    self.account = account
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let old = try ManagedAccount.held(account, reason, in: change)
    guard old.state == .suspended else { return false }
    try change.tx.execute("UPDATE account SET state = 'active' WHERE id = \(account)")
    change.record(AccountChanged(account: account, what: "resumed", reason: reason))
    return true
  }
}

/// A new link for somebody who lost theirs, or their password. The password that they have stays good until it is used.
package struct MakeLink: Command {
  package static let name = "makeLink"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  package var account: Int64
  /// The hash of the link's secret.
  package var link: [UInt8]

  package init(account: Int64, link: [UInt8]) {
    self.account = account
    self.link = link
  }

  package func run(in change: Change) throws -> Bool {
    try change.mayManageAccounts()
    try change.isNotOneself(account)
    let old = try Account.held(account, in: change)
    guard old.state != .suspended else {
      throw Refusal(.conflict, "suspended", "This account is suspended; resume it first.")
    }
    let isInvited = old.state == .invited
    try change.tx.execute("DELETE FROM account_link WHERE account = \(account)")
    try Link.insert(
      link, isInvited ? .invitation : .reset, account,
      until: change.now + (isInvited ? AddAccount.invitationLasts : Link.resetByHandLasts), in: change)
    change.record(AccountChanged(account: account, what: isInvited ? "invitationMade" : "resetMade"))
    return true
  }
}

/// For somebody who lost their telephone and their recovery codes.
package struct RemoveSecondFactor: Command {
  package static let name = "removeSecondFactor"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  package var account: Int64
  package var reason: String

  package init(account: Int64, reason: String) {
    self.account = account
    self.reason = reason
  }

  package func run(in change: Change) throws -> Bool {
    let old = try ManagedAccount.held(account, reason, in: change)
    guard old.hasSecondFactor else { return false }
    try SecondFactor.remove(of: account, in: change)
    try Session.endAll(of: account, except: nil, in: change)
    change.record(AccountChanged(account: account, what: "secondFactorOff", reason: reason))
    return true
  }
}

enum ManagedAccount {
  /// What every act on somebody else's account asks first.
  static func held(_ account: Int64, _ reason: String, in change: Change) throws -> Account {
    try change.mayManageAccounts()
    try change.isNotOneself(account)
    guard (1...500).contains(reason.count) else {
      throw Refusal(.invalid, "noReason", "Say why, in 1 to 500 characters: it stands in the journal.")
    }
    return try Account.held(account, in: change)
  }

  /// With nobody left who can make accounts, only whoever has the machine could. All of them are held, in one order, so that two
  /// administrators cannot remove each other at once.
  static func oneAdministratorStays(without account: Int64, in change: Change) throws {
    let others = try change.tx.rows(
      """
      SELECT id FROM account WHERE role = 'administrator' AND state = 'active' AND (password IS NOT NULL
        OR EXISTS (SELECT 1 FROM account_identity AS i WHERE i.account = account.id))
      ORDER BY id LIMIT 1000 \(.forUpdate)
      """
    ).filter { try $0.integer("id") != account }
    guard !others.isEmpty else {
      throw Refusal(.conflict, "lastAdministrator", "This is the last administrator. Make another one first.")
    }
  }
}
