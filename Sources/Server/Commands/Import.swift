import ArgumentParser
import Billing
import Crypto
import Foundation
import Kernel
import Partners
import Store
import Synchronization

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring in plans, subscribers or a partner's statement from a CSV file: all of it, or nothing.",
    subcommands: [Plans.self, Subscribers.self, StatementFile.self])

  struct Plans: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Plans and their prices.",
      discussion:
        "Columns: product, plan, name, every (P1M), currency, amount (9.99); optional trial_days, grace_days, dunning (1 3 5)."
    )

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The CSV file.") var file: String
    @Flag(help: "Check the file and change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.with(database) { runtime in
        var report = ImportReport()
        var offers: [OfferPlan] = []
        try CSVTable(file, required: PlanRow.required, optional: PlanRow.optional).each(into: &report) {
          (_, fields) throws(Refusal) in
          offers.append(try PlanRow.offer(fields))
        }
        if report.badCount == 0, !dryRun { report.saved = try await OfferPlans.run(offers, in: runtime.kernel) }
        try report.tell(what: "plans", dryRun: dryRun, json: json)
      }
    }
  }

  struct Subscribers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Subscribers from another system.",
      discussion: """
        Columns: reference, name, zone, plan, currency, partner, token; optional mail, partner_customer, label, anchor,
        paid_until (2026-03-01T09:00:00Z). Every bad row is listed with its line; one bad row, and nothing is saved.
        """)

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The CSV file.") var file: String
    @Flag(help: "Check the file and change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.with(database) { runtime in
        let job = ImportSubscribers(kernel: runtime.kernel)
        var report = try await check(job)
        if report.badCount == 0, !dryRun, report.rows > 0 { report.saved = try await save(job, rows: report.rows) }
        try report.tell(what: "subscribers", dryRun: dryRun, json: json)
      }
    }

    private var table: CSVTable {
      CSVTable(file, required: SubscriberRow.required, optional: SubscriberRow.optional)
    }

    private func check(_ job: ImportSubscribers) async throws -> ImportReport {
      let progress = ProgressLine("Rows checked")
      defer { progress.end() }
      var report = ImportReport()
      var seen: [String: Int] = [:]
      let rows = try table.rows()
      while case let chunk = try rows.next(ImportSubscribers.chunk, into: &report), !chunk.isEmpty || !rows.isAtEnd {
        var parsed: [ImportSubscribers.Numbered] = []
        for (line, fields) in chunk {
          do { parsed.append(.init(line: line, subscribe: try SubscriberRow.subscribe(fields))) } catch {
            report.reject(line: line, "\(error)")
          }
        }
        try await job.check(parsed, seen: &seen, into: &report)
        progress.show(Int64(report.rows), of: nil)
      }
      report.bad.sort { $0.line < $1.line }
      return report
    }

    private func save(_ job: ImportSubscribers, rows: Int) async throws -> Int {
      let progress = ProgressLine("Rows saved")
      defer { progress.end() }
      let table = table
      return try await job.save(
        count: rows, by: OperatorActs.actor, progress: { progress.show(Int64($0), of: Int64(rows)) },
        next: {
          let rows = try table.rows()
          return {
            var ignored = ImportReport()
            return try rows.next(ImportSubscribers.chunk, into: &ignored).map { try SubscriberRow.subscribe($0.1) }
          }
        })
    }
  }

  struct StatementFile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "statement", abstract: "A partner's statement: settles what it lists.")

    @OptionGroup var database: DatabaseOptions
    @Argument(help: "The partner's lane.") var lane: String
    @Argument(help: "The CSV file.") var file: String
    @Flag(help: "Check the file and change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await Runtime.with(database) { runtime in
        let bytes = try Files.read(file, limit: 1 << 30)
        let statement = try StatementReader.read(CSVReader(bytes: bytes))
        if statement.problemCount > 0 {
          var report = ImportReport()
          for problem in statement.problems { report.reject(line: problem.line, problem.text) }
          report.badCount = statement.problemCount
          return try report.tell(what: "lines", dryRun: dryRun, json: json)
        }
        if dryRun {
          return print(
            "The statement has \(statement.lines.count) lines and is \(statement.isComplete ? "complete" : "not complete")."
          )
        }
        let result = try await ImportStatement(kernel: runtime.kernel).run(
          statement, lane: lane, digest: Array(SHA256.hash(data: bytes)), by: OperatorActs.actor)
        while try await runtime.engine.outbox.applyInbox() > 0 {}
        if json { return try printJSON(result) }
        print(
          result.alreadyImported
            ? "Statement \(result.sequence) was imported before: nothing changed."
            : "Statement \(result.sequence): \(result.lines) lines, \(result.new) of them new; it is \(result.complete ? "complete" : "NOT complete, so nothing follows from what it does not list")."
        )
      }
    }
  }
}

extension ImportReport {
  /// Tells what happened; bad rows end with exit code 1.
  func tell(what: String, dryRun: Bool, json: Bool) throws {
    if json {
      try printJSON(self)
    } else {
      for row in bad { print("line \(row.line): \(row.problem)") }
      if badCount > bad.count { print("… and \(badCount - bad.count) more.") }
      if badCount > 0 {
        print("\(badCount) bad rows: nothing was saved.")
      } else if dryRun {
        print("\(rows) \(what) are good. Nothing was saved: this was a dry run.")
      } else {
        print("\(saved) \(what) saved.")
      }
    }
    if badCount > 0 { throw ExitCode(Problem.Code.no.rawValue) }
  }
}
