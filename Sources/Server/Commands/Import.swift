import ArgumentParser
import Billing
import Kernel

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring in plans, subscribers or a partner's statement from a CSV file: all of it, or nothing.",
    discussion: "A server that runs on the same SQLite file does it itself; it need not be stopped.",
    subcommands: [Plans.self, Subscribers.self, StatementFile.self])

  /// What all three take.
  struct Options: ParsableArguments {
    @OptionGroup var database: DatabaseOptions
    @Flag(help: "Check the file and change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false
  }

  struct Plans: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Plans and their prices.",
      discussion:
        "Columns: product, plan, name, every (P1M), currency, amount (9.99); optional trial_days, grace_days, dunning (1 3 5)."
    )

    @OptionGroup var options: Options
    @Argument(help: "The CSV file.") var file: String

    func run() async throws { try await Import.run(.plans, file, "plans", options) }
  }

  struct Subscribers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Subscribers from another system.",
      discussion: """
        Columns: reference, name, zone, plan, currency, partner, token; optional mail, partner_customer, label, anchor,
        paid_until (2026-03-01T09:00:00Z), language (de). Every bad row is listed with its line; one bad row, and nothing is saved.
        """)

    @OptionGroup var options: Options
    @Argument(help: "The CSV file.") var file: String

    func run() async throws { try await Import.run(.subscribers, file, "subscribers", options) }
  }

  struct StatementFile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "statement", abstract: "A partner's statement: settles what it lists.")

    @OptionGroup var options: Options
    @Argument(help: "The partner's lane.") var lane: String
    @Argument(help: "The CSV file.") var file: String

    func run() async throws { try await Import.run(.statement(lane: lane), file, "lines", options) }
  }

  private static func run(_ kind: ImportJob.Kind, _ file: String, _ what: String, _ options: Options) async throws {
    try await reporting {
      let job = ImportJob(kind: kind, dryRun: options.dryRun)
      let line = ProgressLine()
      let progress: ImportJob.Progress = { line.show($0, $1, of: $2) }
      let result = try await ControlDoor.hereOrThere(options.database) { runtime in
        try await job.run(file, runtime, progress: progress)
      } there: { door in
        try await door.perform(job, file, progress: progress)
      }
      line.end()
      try tell(result, what, options)
    }
  }

  /// Tells what happened; bad rows end with exit code 1.
  private static func tell(_ result: ImportJob.Result, _ what: String, _ options: Options) throws {
    let report = result.report
    if options.json {
      if let statement = result.statement { try printJSON(statement) } else { try printJSON(report) }
    } else {
      for row in report.bad { print("line \(row.line): \(row.problem)") }
      if report.badCount > report.bad.count { print("… and \(report.badCount - report.bad.count) more.") }
      if report.badCount > 0 {
        print("\(report.badCount) bad rows: nothing was saved.")
      } else {
        print(result.statement.map { sentence($0, options.dryRun) } ?? sentence(report, what, options.dryRun))
      }
    }
    if report.badCount > 0 { throw ExitCode(Problem.Code.no.rawValue) }
  }

  private static func sentence(_ report: ImportReport, _ what: String, _ dryRun: Bool) -> String {
    dryRun
      ? "\(report.rows) \(what) are good. Nothing was saved: this was a dry run." : "\(report.saved) \(what) saved."
  }

  private static func sentence(_ statement: ImportStatement.Report, _ dryRun: Bool) -> String {
    if statement.alreadyImported { return "Statement \(statement.sequence) was imported before: nothing changed." }
    let complete =
      statement.complete ? "complete" : "NOT complete, so nothing follows from what it does not list"
    return "Statement \(statement.sequence): \(statement.lines) lines, "
      + (dryRun ? "good" : "\(statement.new) of them new") + "; it is \(complete)."
      + (dryRun ? " Nothing was saved: this was a dry run." : "")
  }
}
