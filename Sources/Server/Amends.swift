import ArgumentParser

/// `amends`: the one program.
@main
struct Amends: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "amends",
    abstract: "Renewals through outside payment partners, in which nobody is charged twice.",
    discussion: """
      Exit codes: 0 done · 1 the answer is no (a check failed, bad rows) · 64 wrong usage · 66 a file cannot be read ·
      69 the database or a server cannot be reached · 70 a fault of the program · 77 refused.
      """,
    version: version,
    subcommands: [
      Serve.self, Work.self, Migrate.self, Import.self, Renew.self, Lane.self, Subscription.self, Payment.self,
      Decide.self, Inbox.self, IncidentCommand.self, AccountCommand.self, JournalCommand.self, ReceiptCommand.self, PartnerCommand.self,
      Replay.self,
      Simulate.self, Demo.self,
    ])

  static let version = "0.1.0"
}
