import Crypto
import Foundation
import Kernel
import Store
import Web

/// What a program shows instead of a password: some of the rights of an account, until a day.
package struct ApiToken: Sendable {
  package static let prefix = "amends_"
  /// A token that nobody looks after must end by itself.
  package static let longest = Span.days(366)
  /// How often it is written down that it is in use.
  static let touched = Span.minutes(1)

  package let id: Int64
  package let name: String
  package let scopes: Set<Right>
  package let madeAt: Instant
  package let endsAt: Instant
  package let usedAt: Instant?

  /// `amends_`, 32 random bytes, and six characters by which a scanner, or a server, knows one without asking a database.
  package static func new() -> Secret {
    let body = Secret().text
    return Secret(prefix + body + check(body))
  }

  static func isOne(_ text: String) -> Bool {
    guard text.utf8.count == prefix.utf8.count + 43 + 6, text.hasPrefix(prefix) else { return false }
    let body = text.dropFirst(prefix.count).prefix(43)
    return text.hasSuffix(check(String(body)))
  }

  private static func check(_ body: String) -> String {
    String(Data(SHA256.hash(data: Data((prefix + body).utf8))).base64URL.prefix(6))
  }

  static func all(of account: Int64, now: Instant, in tx: Transaction) throws -> [ApiToken] {
    try tx.rows(
      """
      SELECT id, name, scopes, made_at, ends_at, used_at FROM account_token
      WHERE account = \(account) AND revoked_at IS NULL AND ends_at > \(now) ORDER BY id DESC LIMIT 100
      """
    ).map {
      ApiToken(
        id: try $0.integer("id"), name: try $0.text("name"), scopes: rights(try $0.text("scopes")),
        madeAt: try $0.instant("made_at"), endsAt: try $0.instant("ends_at"), usedAt: try $0.instantOrNull("used_at"))
    }
  }

  static func rights(_ text: String) -> Set<Right> {
    Set(text.split(separator: " ").compactMap { Right(rawValue: String($0)) })
  }

  static func revokeAll(of account: Int64, in change: Change) throws {
    let rows = try change.tx.rows(
      """
      UPDATE account_token SET revoked_at = \(change.now) WHERE account = \(account) AND revoked_at IS NULL RETURNING id
      """)
    for row in rows { change.record(TokenChanged(account: account, token: try row.integer("id"), what: "revoked")) }
  }
}

/// Makes a token for oneself; whoever has the machine makes it for anybody.
package struct MakeToken: Command {
  package static let name = "makeToken"
  package static let allowed = Set(Actor.Role.allCases).subtracting([.system, .partner])
  /// Tokens an account may have at a time.
  package static let most: Int64 = 50

  package var account: Int64
  package var title: String
  package var scopes: Set<Right>
  package var days: Int64
  package var digest: [UInt8]

  package init(account: Int64, title: String, scopes: Set<Right>, days: Int64, digest: [UInt8]) {
    self.account = account
    self.title = title.trimmingCharacters(in: .whitespacesAndNewlines)
    self.scopes = scopes
    self.days = days
    self.digest = digest
  }

  package func run(in change: Change) throws -> Int64 {
    let owner = try Account.held(account, in: change)
    try change.mayUseTokens(of: account)
    guard owner.state == .active else {
      throw Refusal(.conflict, "notActive", "This account is not active; its tokens would open nothing.")
    }
    guard (1...100).contains(title.count), !title.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
      throw Refusal(.invalid, "badTokenName", "A token has a name of 1 to 100 characters: where it is used.")
    }
    guard !scopes.isEmpty else {
      throw Refusal(.invalid, "noScope", "A token without a right opens nothing. Choose one.")
    }
    if let foreign = scopes.first(where: { !$0.isForTokens || !owner.role.rights.contains($0) }) {
      throw Refusal(.forbidden, "badScope", "This account’s tokens cannot be given the right to \(foreign.words).")
    }
    guard (1...366).contains(days), digest.count == 32 else {
      throw Refusal(.invalid, "badTime", "A token is good for 1 to 366 days.")
    }
    let count = try change.tx.integer(
      """
      SELECT count(*) FROM account_token WHERE account = \(account) AND revoked_at IS NULL AND ends_at > \(change.now)
      """)
    guard (count ?? 0) < Self.most else {
      throw Refusal(
        .limit, "tooManyTokens", "An account has \(Self.most) tokens at most; revoke those that are not used.")
    }
    let id = try change.id()
    let text = scopes.map(\.rawValue).sorted().joined(separator: " ")
    try change.tx.execute(
      """
      INSERT INTO account_token (id, account, name, digest, scopes, made_at, ends_at)
      VALUES (\(id), \(account), \(title), \(digest), \(text), \(change.now), \(change.now + .days(days)))
      """)
    change.record(TokenChanged(account: account, token: id, what: "made", scopes: text))
    return id
  }
}

package struct RevokeToken: Command {
  package static let name = "revokeToken"
  package static let allowed = MakeToken.allowed

  package var account: Int64
  package var token: Int64

  package init(account: Int64, token: Int64) {
    self.account = account
    self.token = token
  }

  package func run(in change: Change) throws -> Bool {
    try change.mayUseTokens(of: account)
    let revoked = try change.tx.execute(
      """
      UPDATE account_token SET revoked_at = \(change.now)
      WHERE id = \(token) AND account = \(account) AND revoked_at IS NULL
      """)
    guard revoked == 1 else { throw Refusal(.missing, "noToken", "There is no such token, or it was revoked before.") }
    change.record(TokenChanged(account: account, token: token, what: "revoked"))
    return true
  }
}

extension Change {
  fileprivate func mayUseTokens(of account: Int64) throws(Refusal) {
    guard actor.name == String(account) || Int64(actor.name) == nil else {
      throw Refusal(.forbidden, "forbidden", "Tokens belong to their account.")
    }
  }
}
