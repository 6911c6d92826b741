import ArgumentParser
import Foundation
import Metrics
import Operation

/// `amends`: the one program. Settings are read before the command line, because they are its defaults; and what counts is there
/// before anything can be counted.
@main
enum Program {
  static let registry = Registry()

  static func main() async {
    MetricsSystem.bootstrap(registry)
    do { try Settings.load(Settings.file(in: CommandLine.arguments)) } catch {
      let problem = Problem(telling: error)
      FileHandle.standardError.write(Data("amends: \(problem.description)\n".utf8))
      exit(problem.code.rawValue)
    }
    await Amends.main()
  }
}

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
      Decide.self, Inbox.self, IncidentCommand.self, LessonCommand.self, LaunchCommand.self, ChecklistCommand.self,
      AccountCommand.self, WebhookCommand.self, TestClockCommand.self, JournalCommand.self,
      ReceiptCommand.self, Backup.self, Restore.self, ConfigCommand.self, PartnerCommand.self, Replay.self,
      Simulate.self, Demo.self,
    ])

  static let version = "0.1.0"
}
