import Billing
import Crypto
import Foundation
import Kernel
import Partners
import Store
import Synchronization

/// What is to be brought in from a CSV file: all of it, or nothing. Runs in the process that has the database.
struct ImportJob: Codable, Sendable {
  enum Kind: Codable, Sendable {
    case plans
    case subscribers
    case statement(lane: String)
  }

  struct Result: Codable, Sendable {
    var report: ImportReport
    var statement: ImportStatement.Report?
  }

  /// What is being done, how much of it is done, and of how much if that is known.
  typealias Progress = @Sendable (String, Int64, Int64?) -> Void

  /// Said by a server while it imports, one in a line.
  enum Line: Codable, Sendable {
    case progress(String, Int64, Int64?)
    case result(Result)
    case problem(Int32, String)
  }

  static let fileLimit = 1 << 30

  var kind: Kind
  /// Check the file and change nothing.
  var dryRun = false

  func run(_ file: String, _ runtime: Runtime, progress: @escaping Progress) async throws -> Result {
    switch kind {
    case .plans: Result(report: try await plans(file, runtime))
    case .subscribers: Result(report: try await subscribers(file, runtime, progress))
    case .statement(let lane): try await statement(file, lane, runtime)
    }
  }

  /// The same as a stream: progress, and at the end a result or a problem. It goes on when nobody listens any more, and takes
  /// the file away at its end.
  func lines(consuming file: String, _ runtime: Runtime) -> AsyncStream<Line> {
    // Whoever reads slowly misses progress, never the end.
    let (stream, lines) = AsyncStream.makeStream(of: Line.self, bufferingPolicy: .bufferingNewest(16))
    Task {
      defer { try? FileManager.default.removeItem(atPath: file) }
      do {
        let told = Mutex(ContinuousClock.now)
        let result = try await run(file, runtime) { what, done, total in
          let isTime = told.withLock { told in
            let isTime = ContinuousClock.now - told > .milliseconds(500)
            if isTime { told = .now }
            return isTime
          }
          if isTime { lines.yield(.progress(what, done, total)) }
        }
        lines.yield(.result(result))
      } catch {
        let problem = Problem(telling: error)
        lines.yield(.problem(problem.code.rawValue, problem.description))
      }
      lines.finish()
    }
    return stream
  }

  private func plans(_ file: String, _ runtime: Runtime) async throws -> ImportReport {
    var report = ImportReport()
    var offers: [OfferPlan] = []
    try CSVTable(file, required: PlanRow.required, optional: PlanRow.optional).each(into: &report) {
      (_, fields) throws(Refusal) in
      offers.append(try PlanRow.offer(fields))
    }
    if report.badCount == 0, !dryRun { report.saved = try await OfferPlans.run(offers, in: runtime.kernel) }
    return report
  }

  private func subscribers(_ file: String, _ runtime: Runtime, _ progress: @escaping Progress) async throws
    -> ImportReport
  {
    let job = ImportSubscribers(kernel: runtime.kernel)
    let table = CSVTable(file, required: SubscriberRow.required, optional: SubscriberRow.optional)
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
      progress("Rows checked", Int64(report.rows), nil)
    }
    report.bad.sort { $0.line < $1.line }
    guard report.badCount == 0, !dryRun, report.rows > 0 else { return report }
    let count = report.rows
    report.saved = try await job.save(
      count: count, by: OperatorActs.actor, progress: { progress("Rows saved", Int64($0), Int64(count)) },
      next: {
        let rows = try table.rows()
        return {
          var ignored = ImportReport()
          return try rows.next(ImportSubscribers.chunk, into: &ignored).map { try SubscriberRow.subscribe($0.1) }
        }
      })
    return report
  }

  private func statement(_ file: String, _ lane: String, _ runtime: Runtime) async throws -> Result {
    let bytes = try Files.read(file, limit: Self.fileLimit)
    let statement = try StatementReader.read(CSVReader(bytes: bytes))
    var report = ImportReport()
    report.rows = statement.lines.count
    for problem in statement.problems { report.reject(line: problem.line, problem.text) }
    report.badCount = statement.problemCount
    guard report.badCount == 0 else { return Result(report: report) }
    let result = try await ImportStatement(kernel: runtime.kernel).run(
      statement, lane: lane, digest: Array(SHA256.hash(data: bytes)), by: OperatorActs.actor, dryRun: dryRun)
    if !dryRun { while try await runtime.engine.outbox.applyInbox() > 0 {} }
    report.saved = result.new
    return Result(report: report, statement: result)
  }
}
