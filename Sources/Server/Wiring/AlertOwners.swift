import Accounts
import Foundation
import Kernel
import Mail
import Store
import Web
import Words

/// Which accounts an alert's owner is: `payments=operator; finance=finance, anna@example.org`. An owner is a word of a check; on
/// the right stand roles, and mail addresses of accounts.
struct AlertOwners: Sendable {
  enum Who: Sendable, Hashable {
    case role(Web.Role)
    case mail(String)
  }

  /// Letters about one alert, at most.
  static let most: Int64 = 50
  /// What is not named anywhere: so that no alert is nobody's.
  static let otherwise = [Who.role(.operator)]
  static let escalations = [Who.role(.administrator)]
  static let standard: [String: [Who]] = [
    "payments": [.role(.operator)], "operations": [.role(.operator)], "engineering": [.role(.operator)],
    "finance": [.role(.finance)],
  ]

  private var owners = Self.standard

  init() {}

  /// - Throws: a problem that names the part that cannot be read.
  init(_ text: String) throws {
    for part in text.split(separator: ";") where !part.allSatisfy(\.isWhitespace) {
      let sides = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard sides.count == 2, !sides[0].isEmpty else { throw Self.wrong(part) }
      owners[sides[0]] = try sides[1].split(separator: ",").map { one in
        let word = one.trimmingCharacters(in: .whitespaces)
        if word.contains("@") { return .mail(Accounts.MailAddress.normal(word)) }
        guard let role = Web.Role(rawValue: word), role != .subscriber else { throw Self.wrong(part) }
        return .role(role)
      }
    }
  }

  private static func wrong(_ part: Substring) -> Problem {
    Problem(
      .usage,
      "“\(part.trimmingCharacters(in: .whitespaces))” says no alert’s owner: write payments=operator, anna@example.org; finance=finance."
    )
  }

  func who(_ news: AlertNews) -> [Who] {
    owners[news.owner] ?? (news.state == .escalated ? Self.escalations : Self.otherwise)
  }

  /// Whom a letter goes to. Where an owner has nobody, those who made the accounts are told: nothing waits unseen.
  func accounts(for news: AlertNews, in tx: Transaction) throws -> [Account] {
    let found = try accounts(who(news), in: tx)
    return found.isEmpty ? try accounts(Self.escalations, in: tx) : found
  }

  private func accounts(_ who: [Who], in tx: Transaction) throws -> [Account] {
    var found: [Int64: Account] = [:]
    for one in who {
      switch one {
      case .role(let role):
        for account in try Account.readers(role, limit: Self.most, in: tx) { found[account.id] = account }
      case .mail(let mail):
        if let account = try Account.byMail(mail, in: tx), account.readsLetters { found[account.id] = account }
      }
    }
    return Array(found.values.sorted { $0.id < $1.id }.prefix(Int(Self.most)))
  }
}

/// Where letters that nobody asked for lead, and in which zone they tell the time.
struct ConsoleAddress: Sendable {
  var origin = ServiceAddress.environment ?? ServiceAddress.standard
  var zone = TimeZone.gmt
}

/// Alerts as mails to the accounts that own them.
struct AlertLetters: Sendable {
  let owners: AlertOwners
  let post: AlertPost
  let zone: TimeZone

  /// - Parameter origin: where the console is: `https://billing.example.org`.
  init(_ mailer: Mailer, owners: AlertOwners, zone: TimeZone, origin: String) throws {
    self.owners = owners
    self.zone = zone
    post = AlertPost(mailer: mailer, link: try MailLink(origin + Paths.today))
  }

  func tell(_ news: AlertNews, _ change: Change) throws {
    let recipients = try owners.accounts(for: news, in: change.tx).compactMap(recipient)
    try post.tell(news, to: recipients, in: change)
  }

  func step(_ kernel: Kernel) -> Step {
    Step("alert lists", idle: .minutes(1)) {
      try await post.digest(kernel) { account, tx in
        guard let found = try Account.byID(account, in: tx), found.readsLetters else { return nil }
        return recipient(found)
      }
    }
  }

  /// nil: an address to which no letter can be written. That is no reason to lose the alert.
  private func recipient(_ account: Account) -> MailRecipient? {
    guard let address = try? Mail.MailAddress(account.mail) else { return nil }
    return MailRecipient(
      address, name: account.name, language: account.language ?? LanguageTag(.english), zone: zone,
      owner: .account(account.id))
  }
}
