import Foundation
import Kernel
import Store
import Web
import Words

/// Makes an account, and with it the link by which its person chooses a password.
package struct AddAccount: Command {
  package static let name = "addAccount"
  package static let allowed: Set<Actor.Role> = [.administrator, .operator]

  /// How long an invitation is good.
  package static let invitationLasts = Span.days(7)

  package var mail: String
  package var person: String
  package var role: Role
  /// The hash of the invitation's secret; nil: of a program, which has tokens and no password.
  package var invitation: [UInt8]?
  /// Of a subscriber's account: whose page it opens.
  package var customer: Int64?
  /// In which the invitation and later letters are; nil: English until somebody chooses.
  package var language: LanguageTag?

  package init(
    mail: String, person: String, role: Role, invitation: [UInt8]?, customer: Int64? = nil,
    language: LanguageTag? = nil
  ) {
    self.customer = customer
    self.language = language
    self.mail = MailAddress.normal(mail)
    self.person = person
    self.role = role
    self.invitation = invitation
  }

  package func run(in change: Change) throws -> Int64 {
    try change.mayManageAccounts()
    try MailAddress.check(mail)
    let person = person.trimmingCharacters(in: .whitespacesAndNewlines)
    guard (1...100).contains(person.count), !person.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
      throw Refusal(.invalid, "badName", "A name has 1 to 100 characters.")
    }
    guard (role == .subscriber) == (customer != nil) else {
      throw Refusal(.invalid, "noCustomer", "A subscriber’s account is one customer’s; no other account is.")
    }
    let id = try change.id()
    let state = invitation == nil ? Account.State.active : .invited
    let inserted = try change.tx.execute(
      """
      INSERT INTO account (id, mail, name, role, state, created_at, customer)
      VALUES (\(id), \(mail), \(person), \(role.rawValue), \(state.rawValue), \(change.now), \(customer))
      ON CONFLICT DO NOTHING
      """)
    guard inserted == 1 else {
      throw Refusal(.conflict, "mailTaken", "There is an account with this mail address already.")
    }
    if let language { try Account.write(language, of: id, in: change) }
    change.record(AccountAdded(account: id, role: role.rawValue))
    if let invitation {
      try Link.insert(invitation, .invitation, id, until: change.now + Self.invitationLasts, in: change)
    }
    return id
  }
}

extension Change {
  /// Administrators, and whoever has the machine (`operator:cli`, and the demo); an operator's account may not.
  func mayManageAccounts() throws(Refusal) {
    if actor.role == .administrator || Int64(actor.name) == nil { return }
    throw Refusal(.forbidden, "forbidden", "Accounts are managed by administrators.")
  }

  func isNotOneself(_ account: Int64) throws(Refusal) {
    guard actor.name != String(account) else {
      throw Refusal(.forbidden, "ownAccount", "Nobody changes their own role or status: ask another administrator.")
    }
  }
}
