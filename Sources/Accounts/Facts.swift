import Kernel

// The facts of accounts: the subject is the account that it happened to, the actor is who did it. No mail address and no
// network stands in them: the journal is for ever.

struct AccountAdded: Fact {
  static let kind = "accountAdded"
  let account: Int64
  let role: String
  var subject: String { "account:\(account)" }
  var body: FactBody { ["role": .text(role)] }
}

struct AccountChanged: Fact {
  static let kind = "accountChanged"
  let account: Int64
  /// `roleChanged`, `suspended`, `resumed`, `passwordSet`, `passwordChanged`, `secondFactorOn`, `secondFactorOff`,
  /// `sessionEnded`, `signedOut`, `invitationMade`, `resetMade`, `organisationBound`, `language`,
  /// `subscriberBound`, `subscriberUnbound`.
  let what: String
  var detail: String?
  var reason: String?
  var subject: String { "account:\(account)" }
  var body: FactBody { ["detail": .init(detail), "reason": .init(reason), "what": .text(what)] }
}

struct SignedIn: Fact {
  static let kind = "signedIn"
  let account: Int64
  let session: Int64
  /// `password`, `organisation`, `code` (of the second factor) or `recoveryCode`.
  let by: String
  /// Whether this browser was used for this account before.
  let isNewDevice: Bool
  var subject: String { "account:\(account)" }
  var body: FactBody {
    ["by": .text(by), "newDevice": .number(isNewDevice ? 1 : 0), "session": .number(session)]
  }
}

/// Said at 5, 10, 20, 40 … tries in a row, not at each: whoever guesses must not fill the journal.
struct SignInsRefused: Fact {
  static let kind = "signInsRefused"
  let account: Int64
  let tries: Int64
  var subject: String { "account:\(account)" }
  var body: FactBody { ["tries": .number(tries)] }
}

struct TokenChanged: Fact {
  static let kind = "tokenChanged"
  let account: Int64
  let token: Int64
  /// `made` or `revoked`.
  let what: String
  var scopes: String?
  var subject: String { "account:\(account)" }
  var body: FactBody { ["scopes": .init(scopes), "token": .number(token), "what": .text(what)] }
}
