import Kernel
import Store
import Web
import Words

/// Somebody who may sign in, or a program that acts with a token. One role each.
package struct Account: Sendable {
  package enum State: String, Sendable {
    /// The invitation was not accepted yet.
    case invited
    case active
    /// Nobody comes in with it; what it did stays under its number.
    case suspended
  }

  package let id: Int64
  package let mail: String
  package let name: String
  package let role: Role
  package let state: State
  package let hasPassword: Bool
  package let hasSecondFactor: Bool
  /// Whether somebody of an organisation is this account.
  package let isOfOrganisation: Bool
  /// In which letters to them are written; nil: nobody chose one.
  package let language: LanguageTag?
  /// Of a subscriber's account: whose page it opens; nil: of nobody yet.
  package let customer: Int64?
  package let createdAt: Instant

  /// Whether a person can sign in with it; a program has tokens.
  package var isPersons: Bool { hasPassword || isOfOrganisation || state == .invited }

  static let columns: StaticString =
    """
    id, mail, name, role, state, CASE WHEN password IS NULL THEN 0 ELSE 1 END AS has_password,
    CASE WHEN factor IS NULL THEN 0 ELSE 1 END AS has_factor, created_at, language, customer,
    (SELECT count(*) FROM account_identity AS i WHERE i.account = account.id) AS identities
    """

  init(_ row: Row) throws {
    guard let role = Role(rawValue: try row.text("role")), let state = State(rawValue: try row.text("state")) else {
      throw StoreError.damaged("an account has a role or a state that this program does not know")
    }
    id = try row.integer("id")
    mail = try row.text("mail")
    name = try row.text("name")
    self.role = role
    self.state = state
    hasPassword = try row.bool("has_password")
    hasSecondFactor = try row.bool("has_factor")
    isOfOrganisation = try row.integer("identities") > 0
    language = try row.textOrNull("language").flatMap { LanguageTag($0) }
    customer = try row.integerOrNull("customer")
    createdAt = try row.instant("created_at")
  }

  package static func byID(_ id: Int64, in tx: Transaction) throws -> Account? {
    try tx.row("SELECT \(name: columns) FROM account WHERE id = \(id)").map(Account.init)
  }

  package static func byMail(_ mail: String, in tx: Transaction) throws -> Account? {
    try tx.row("SELECT \(name: columns) FROM account WHERE mail = \(mail)").map(Account.init)
  }

  /// Everybody but subscribers, who may be many: theirs are found by a mail address or a reference.
  package static func all(limit: Int, in tx: Transaction) throws -> [Account] {
    try tx.rows(
      """
      SELECT \(name: columns) FROM account WHERE role <> 'subscriber' ORDER BY name, id LIMIT \(limit)
      """
    ).map(Account.init)
  }

  /// The accounts that open this subscriber's page.
  package static func all(of customer: Int64, limit: Int, in tx: Transaction) throws -> [Account] {
    try tx.rows(
      "SELECT \(name: columns) FROM account WHERE customer = \(customer) ORDER BY id LIMIT \(limit)"
    ).map(Account.init)
  }

  /// Those of a role who read letters: what a program has is no mailbox, and who is suspended is told nothing.
  package static func readers(_ role: Role, limit: Int64, in tx: Transaction) throws -> [Account] {
    guard role != .subscriber else { return [] }
    return try tx.rows(
      """
      SELECT \(name: columns) FROM account
      WHERE role = \(role.rawValue) AND role <> 'subscriber' AND state = 'active' ORDER BY id LIMIT \(limit)
      """
    ).map(Account.init).filter(\.readsLetters)
  }

  package var readsLetters: Bool { state == .active && isPersons }

  /// Reads and holds the row until the change ends.
  static func held(_ id: Int64, in change: Change) throws -> Account {
    guard let row = try change.tx.row("SELECT \(name: columns) FROM account WHERE id = \(id) \(.forUpdate)") else {
      throw Refusal.noAccount
    }
    return try Account(row)
  }

  var actor: Actor { role.actor(id) }
}

/// A mail address as accounts are found by it: small letters, no space around it.
package enum MailAddress {
  package static func normal(_ text: String) -> String {
    text.lowercased().filter { !$0.isWhitespace }
  }

  static func check(_ mail: String) throws(Refusal) {
    let parts = mail.split(separator: "@", omittingEmptySubsequences: false)
    guard mail.utf8.count <= 254, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty,
      mail.unicodeScalars.allSatisfy({
        $0.value > 0x20 && $0.value != 0x7F && !"<>\"(),;:\\".unicodeScalars.contains($0)
      })
    else { throw Refusal(.invalid, "badMail", "This is no mail address.") }
  }
}

extension Refusal {
  static let noAccount = Refusal(.missing, "noAccount", "There is no such account.")
}
