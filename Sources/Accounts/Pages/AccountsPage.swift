import HTTPTypes
import Kernel
import Web

/// Everybody who may come in.
package struct AccountsPage: Sendable {
  package static let listed = 200

  package struct Entered: Sendable {
    var mail = ""
    var person = ""
    var role = ""
    var error: String?
  }

  var accounts: [Account]
  var more: Bool
  var identity: Identity
  var entered = Entered()

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    HTMLResponse(Self.template.html(View(self, console), console.words), status: status)
  }

  private static let template = Template("accounts", PackageResources.accounts_mustache)

  private struct View: Sendable {
    let layout: Layout
    let rows: [Row]
    let more: Bool
    let mayManage: Bool
    let proof: String
    let mail: String
    let person: String
    let error: String?
    let roles: [RoleChoice]

    init(_ page: AccountsPage, _ console: Console) {
      layout = Layout("Accounts", at: .accounts, in: console)
      rows = page.accounts.map { Row($0, console.localTime) }
      more = page.more
      mayManage = page.identity.rights.contains(.manageAccounts)
      proof = page.identity.proof
      mail = page.entered.mail
      person = page.entered.person
      error = page.entered.error
      roles = RoleChoice.all(chosen: page.entered.role)
    }
  }

  private struct Row: Sendable {
    let href: String
    let name: String
    let mail: String
    let role: String
    let state: String
    let tone: String
    let factor: String
    let since: Moment

    init(_ account: Account, _ time: LocalTime) {
      href = "\(Paths.accounts)/\(account.id)"
      name = account.name
      mail = account.mail
      role = account.role.rawValue
      (state, tone) = AccountWords.state(account)
      factor = account.hasSecondFactor ? "yes" : account.hasPassword ? "no" : "–"
      since = Moment(account.createdAt, time.shortDay(account.createdAt))
    }
  }
}

struct RoleChoice: Sendable {
  let value: String
  let words: String
  let chosen: Bool

  static func all(chosen: String) -> [RoleChoice] {
    // A subscriber's account belongs to a subscriber; it is not made by hand.
    Role.allCases.filter { $0 != .subscriber }.map {
      RoleChoice(value: $0.rawValue, words: $0.words, chosen: $0.rawValue == chosen)
    }
  }
}

enum AccountWords {
  static func state(_ account: Account) -> (String, String) {
    switch account.state {
    case .invited: ("invited", Tone.waiting.rawValue)
    case .active: (account.isPersons ? "active" : "program", Tone.settled.rawValue)
    case .suspended: ("suspended", Tone.refused.rawValue)
    }
  }
}

/// One account, and what an administrator may do with it.
package struct AccountPage: Sendable {
  var account: Account
  var identity: Identity
  var error: String?
  var notice: String?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    HTMLResponse(Self.template.html(View(self, console), console.words), status: status)
  }

  private static let template = Template("account", PackageResources.account_mustache)

  private struct View: Sendable {
    let layout: Layout
    let path: String
    let name: String
    let mail: String
    let role: String
    let state: String
    let tone: String
    let factor: String
    let since: Moment
    let proof: String
    let error: String?
    let notice: String?
    let mayManage: Bool
    let isOwn: Bool
    let isSuspended: Bool
    let isGood: Bool
    let isInvited: Bool
    let hasFactor: Bool
    let roles: [RoleChoice]

    init(_ page: AccountPage, _ console: Console) {
      let account = page.account
      layout = Layout(account.name, at: .accounts, in: console)
      path = "\(Paths.accounts)/\(account.id)"
      name = account.name
      mail = account.mail
      role = account.role.words
      (state, tone) = AccountWords.state(account)
      factor = account.hasSecondFactor ? "a code from an app" : "none"
      since = Moment(account.createdAt, console.localTime.dayTime(account.createdAt))
      proof = page.identity.proof
      error = page.error
      notice = page.notice
      isOwn = page.identity.account == account.id
      mayManage = page.identity.rights.contains(.manageAccounts) && !isOwn
      isSuspended = account.state == .suspended
      isGood = !isSuspended
      isInvited = account.state == .invited
      hasFactor = account.hasSecondFactor
      roles = RoleChoice.all(chosen: account.role.rawValue)
    }
  }
}
