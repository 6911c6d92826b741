import Accounts
import ArgumentParser
import Foundation
import Kernel
import Store
import Web
import Words

/// For the first administrator, and for the day on which none can sign in: whoever has the machine has all rights anyway.
struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Accounts of the console: add, list, suspend, give roles, links and tokens.",
    subcommands: [
      Add.self, List.self, Role.self, Suspend.self, Resume.self, Invite.self, RemoveFactor.self, Token.self,
      Revoke.self, Bind.self, Unbind.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add an account and print the link with which its person chooses a password.",
      discussion: "An account of a program (--program) has no password: give it a token with `amends account token`.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Option(help: "The name.") var name: String
    @Option(help: "operator, finance, support, auditor, administrator or subscriber.") var role: AccountRole
    @Option(help: "Of a subscriber's account: their reference.") var customer: String?
    @Flag(help: "It belongs to a program.") var program = false
    @Option(help: "The language of letters to it: en, de, ar or ja.") var language: AccountLanguage?
    @Option(help: "Where the console is. [$AMENDS_ADDRESS; default: \(ServiceAddress.standard)]") var address: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let link = program ? nil : Secret()
        var subscriber: Int64?
        if let customer { subscriber = try await AccountCommand.subscriber(customer, database) }
        let act = AddAccount(
          mail: mail, person: name, role: role.role, invitation: link?.digest, customer: subscriber,
          language: language?.tag)
        let id = Int64(try await OperatorActs.perform(act, database)) ?? 0
        let url = link.map { AccountCommand.url($0, address) }
        if json { return try printJSON(Made(account: id, link: url)) }
        guard let url else { return print("Account \(id) is there; `amends account token \(mail)` gives it a token.") }
        print("Account \(id) is there. Choose a password within seven days, once:\n\(url)")
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List every account.")

    struct Row: Codable {
      var account: Int64
      var mail: String
      var name: String
      var role: String
      var state: String
      var secondFactor: Bool
    }

    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.reading(database) { runtime in
        let rows = try await AccountList.read(runtime.store).map {
          Row(
            account: $0.id, mail: $0.mail, name: $0.name, role: $0.role.rawValue, state: $0.state.rawValue,
            secondFactor: $0.hasSecondFactor)
        }
        if json { return try printJSON(rows) }
        for row in rows {
          print("\(row.account)\t\(row.mail)\t\(row.role)\t\(row.state)\(row.secondFactor ? "\tsecond factor" : "")")
        }
      }
    }
  }

  struct Role: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give an account another role. It is signed out everywhere, and its tokens are revoked.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Argument(help: "operator, finance, support, auditor or administrator.") var role: AccountRole
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        _ = try await OperatorActs.perform(ChangeRole(account: id, role: role.role, reason: reason), database)
        print("\(mail) has the role \(role.rawValue).")
      }
    }
  }

  struct Suspend: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let nobody come in with this account, from now on.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        _ = try await OperatorActs.perform(SuspendAccount(account: id, reason: reason), database)
        print("\(mail) is suspended; its sessions have ended, and its tokens are revoked.")
      }
    }
  }

  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a suspended account come in again.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        _ = try await OperatorActs.perform(ResumeAccount(account: id, reason: reason), database)
        print("\(mail) may come in again.")
      }
    }
  }

  struct Invite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "link",
      abstract: "Print a link with which a password is chosen: a new invitation, or a reset of a forgotten password.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Option(help: "Where the console is. [$AMENDS_ADDRESS; default: \(ServiceAddress.standard)]") var address: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        let link = Secret()
        _ = try await OperatorActs.perform(MakeLink(account: id, link: link.digest), database)
        let url = AccountCommand.url(link, address)
        if json { return try printJSON(Made(account: id, link: url)) }
        print(url)
      }
    }
  }

  struct RemoveFactor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove-second-factor", abstract: "For somebody who lost the telephone and the recovery codes.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        _ = try await OperatorActs.perform(RemoveSecondFactor(account: id, reason: reason), database)
        print("\(mail) signs in with the password alone.")
      }
    }
  }

  struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make an API token for an account and print it, this once.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Option(help: "Where the token is used.") var name: String
    @Option(help: "A right, such as readRenewals; more than once for several.") var scope: [AccountScope]
    @Option(help: "For how many days it is good, 1 to 366.") var days: Int64 = 90
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        let token = ApiToken.new()
        let act = MakeToken(
          account: id, title: name, scopes: Set(scope.map(\.right)), days: days, digest: token.digest)
        let number = Int64(try await OperatorActs.perform(act, database)) ?? 0
        if json { return try printJSON(["account": "\(id)", "number": "\(number)", "token": token.text]) }
        print(token.text)
      }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke-token", abstract: "Let a token open nothing any more.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Argument(help: "The token's number.") var token: Int64

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        _ = try await OperatorActs.perform(RevokeToken(account: id, token: token), database)
        print("The token is revoked.")
      }
    }
  }

  struct Made: Codable {
    var account: Int64
    var link: String?
  }

  private static func url(_ link: Secret, _ address: String?) -> String {
    AccountDesk.address(of: link, at: address ?? ServiceAddress.environment ?? ServiceAddress.standard)
  }

  static func subscriber(_ reference: String, _ database: DatabaseOptions) async throws -> Int64 {
    try await Runtime.forReading(database) { runtime in
      let found = try await runtime.store.read { tx in
        try tx.integer("SELECT id FROM customer WHERE reference = \(reference)")
      }
      guard let found else {
        throw Refusal(.missing, "noCustomer", "There is no subscriber with the reference \(reference).")
      }
      return found
    }
  }

  static func number(_ mail: String, _ database: DatabaseOptions) async throws -> Int64 {
    try await Runtime.forReading(database) { runtime in
      guard let account = try await AccountList.find(mail, runtime.store) else { throw Refusal.noAccount(mail) }
      return account.id
    }
  }
}

/// A role as it is entered.
enum AccountRole: String, ExpressibleByArgument, CaseIterable {
  case `operator`, finance, support, auditor, administrator, subscriber

  var role: Web.Role {
    switch self {
    case .operator: .operator
    case .finance: .finance
    case .support: .support
    case .auditor: .auditor
    case .administrator: .administrator
    case .subscriber: .subscriber
    }
  }
}

/// A right that a program may be given, as it is entered.
struct AccountScope: ExpressibleByArgument {
  let right: Right

  init?(argument: String) {
    guard let right = Right(rawValue: argument), right.isForTokens else { return nil }
    self.right = right
  }

  static var allValueStrings: [String] { Right.allCases.filter(\.isForTokens).map(\.rawValue) }
}

enum AccountList {
  static func read(_ store: Store) async throws -> [Account] {
    try await store.read { tx in try Account.all(limit: 10_000, in: tx) }
  }

  static func find(_ mail: String, _ store: Store) async throws -> Account? {
    try await store.read { tx in try Account.byMail(MailAddress.normal(mail), in: tx) }
  }
}

extension Refusal {
  fileprivate static func noAccount(_ mail: String) -> Refusal {
    Refusal(.missing, "noAccount", "There is no account with the address \(mail).")
  }
}

/// A language as it is entered.
struct AccountLanguage: ExpressibleByArgument {
  let tag: LanguageTag

  init?(argument: String) {
    guard let tag = LanguageTag(argument) else { return nil }
    self.tag = tag
  }
}
