import HTTPTypes
import Kernel
import Web
import Words

/// Everybody who may come in.
package struct AccountsPage: Sendable {
  package static let listed = 200

  package struct Entered: Sendable {
    var mail = ""
    var person = ""
    var role = ""
    /// Of a subscriber's account: whose it is.
    var reference = ""
    /// BCP 47.
    var language = ""
    var error: Said?
  }

  var accounts: [Account]
  var more: Bool
  var identity: Identity
  var entered = Entered()
  /// Which subscribers' accounts were asked for, and those that there are; nil: everybody else's are listed.
  var asked: String?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    HTMLResponse(Self.template.html(View(self, console), console.words), status: status)
  }

  private static let template = Template("accounts", PackageResources.accounts_mustache)

  private struct View: Sendable {
    let layout: Layout
    let rows: [Row]
    let more: Bool
    let asked: String
    let caption: String?
    let nobody: String?
    let mayManage: Bool
    let proof: String
    let mail: String
    let person: String
    let reference: String
    let error: Said?
    let roles: [RoleChoice]
    let languages: [LanguageChoice]

    init(_ page: AccountsPage, _ console: Console) {
      layout = Layout(console.words.text(.accountsTitle), at: .accounts, in: console)
      rows = page.accounts.map { Row($0, console.localTime) }
      more = page.more
      asked = page.asked ?? ""
      caption =
        rows.isEmpty
        ? nil : console.words.text(page.asked.map { .accountsOf($0) } ?? .accountsEverybody)
      nobody = rows.isEmpty ? page.asked.map { console.words.text(.accountsNoneOf($0)) } : nil
      mayManage = page.identity.rights.contains(.manageAccounts)
      proof = page.identity.proof
      mail = page.entered.mail
      person = page.entered.person
      reference = page.entered.reference
      error = page.entered.error
      roles = RoleChoice.all(chosen: page.entered.role, of: Role.allCases, console.words)
      languages = LanguageChoice.all(chosen: LanguageTag(page.entered.language) ?? console.words.tag)
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
      role = time.words.text(account.role.label)
      (state, tone) = AccountWords.state(account, time.words)
      factor =
        account.hasSecondFactor
        ? time.words.text(.factorYes) : account.hasPassword ? time.words.text(.factorNo) : "–"
      since = Moment(account.createdAt, time.shortDay(account.createdAt))
    }
  }
}

struct RoleChoice: Sendable {
  let value: String
  let words: String
  let chosen: Bool

  static func all(chosen: String, of roles: [Role], _ words: Words) -> [RoleChoice] {
    roles.map {
      RoleChoice(value: $0.rawValue, words: words.text($0.duty), chosen: $0.rawValue == chosen)
    }
  }
}

struct LanguageChoice: Sendable {
  let tag: String
  /// What its speakers call it.
  let name: String
  let chosen: Bool

  static func all(chosen: LanguageTag) -> [LanguageChoice] {
    Language.allCases.map { LanguageChoice(tag: $0.tag, name: $0.ownName, chosen: $0 == chosen.language) }
  }
}

enum AccountWords {
  static func state(_ account: Account, _ words: Words) -> (String, String) {
    switch account.state {
    case .invited: (words.text(.accountInvited), Tone.waiting.rawValue)
    case .active: (words.text(account.isPersons ? .accountActive : .accountProgram), Tone.settled.rawValue)
    case .suspended: (words.text(.accountSuspended), Tone.refused.rawValue)
    }
  }
}

/// One account, and what an administrator may do with it.
package struct AccountPage: Sendable {
  var account: Account
  var identity: Identity
  /// Whose page it opens, where it is a subscriber's.
  var subscriber: SubscriberContact?
  /// What was entered and not taken.
  var reference = ""
  var error: Said?
  var notice: Message?

  package func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    HTMLResponse(Self.template.html(View(self, console), console.words), status: status)
  }

  private static let template = Template("account", PackageResources.account_mustache)

  private struct Whose: Sendable {
    let reference: String
    /// One at most: for those who may look at subscribers.
    let href: [String]
  }

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
    let error: Said?
    let notice: String?
    let language: LanguageChoice?
    let linkHint: String
    let mayManage: Bool
    let isOwn: Bool
    let isSuspended: Bool
    let isGood: Bool
    let isInvited: Bool
    let hasFactor: Bool
    let isSubscribers: Bool
    let isBound: Bool
    let subscriber: Whose?
    let reference: String
    let unbindHint: String
    let roles: [RoleChoice]

    init(_ page: AccountPage, _ console: Console) {
      let account = page.account
      layout = Layout(account.name, at: .accounts, in: console)
      path = "\(Paths.accounts)/\(account.id)"
      name = account.name
      mail = account.mail
      let words = console.words
      role = words.text(account.role.duty)
      (state, tone) = AccountWords.state(account, words)
      factor = words.text(account.hasSecondFactor ? .factorCode : .factorNone)
      since = Moment(account.createdAt, console.localTime.dayTime(account.createdAt))
      proof = page.identity.proof
      error = page.error
      notice = page.notice.map { words.text($0) }
      language = account.language.map {
        LanguageChoice(tag: $0.description, name: $0.language.ownName, chosen: true)
      }
      linkHint = words.text(.linkHint(account.name))
      isOwn = page.identity.account == account.id
      mayManage = page.identity.rights.contains(.manageAccounts) && !isOwn
      isSuspended = account.state == .suspended
      isGood = !isSuspended
      isInvited = account.state == .invited
      hasFactor = account.hasSecondFactor
      isSubscribers = account.role == .subscriber
      isBound = account.customer != nil
      subscriber = page.subscriber.map {
        let maySee = page.identity.rights.contains(.readSubscribers)
        return Whose(reference: $0.reference, href: maySee ? [Paths.subscriber(String($0.customer))] : [])
      }
      reference = page.reference
      unbindHint = words.text(.unbindHint(account.name))
      // It stays a subscriber's; and nobody else becomes one.
      roles = RoleChoice.all(chosen: account.role.rawValue, of: Role.allCases.filter { $0 != .subscriber }, words)
    }
  }
}
