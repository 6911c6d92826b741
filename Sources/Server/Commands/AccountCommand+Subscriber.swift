import Accounts
import ArgumentParser
import Kernel

extension AccountCommand {
  struct Bind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say which subscriber's page an account of the role subscriber opens.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Argument(help: "The subscriber's reference.") var reference: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        let customer = try await AccountCommand.subscriber(reference, database)
        let act = BindSubscriber(account: id, customer: customer, reason: reason)
        _ = try await OperatorActs.perform(act, database)
        print("\(mail) opens the page of \(reference).")
      }
    }
  }

  struct Unbind: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let an account of the role subscriber open nobody's page any more; it is signed out everywhere.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The mail address.") var mail: String
    @Option(help: "Why; it stands in the journal.") var reason: String

    func run() async throws {
      try await reporting {
        let id = try await AccountCommand.number(mail, database)
        _ = try await OperatorActs.perform(UnbindSubscriber(account: id, reason: reason), database)
        print("\(mail) opens nobody's page.")
      }
    }
  }
}
