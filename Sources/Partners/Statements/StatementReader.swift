import Billing
import Kernel

/// Reads a statement (docs/partner-statement.md) record by record, in constant memory whatever the file's size.
///
/// Every bad record is a problem with its line; the reader goes on behind it. Whether the file is complete is known at
/// its end: `summary`.
public final class StatementReader {
  public enum Item: Sendable, Equatable {
    case header(Statement.Header)
    case line(Statement.Line)
    case problem(Statement.Problem)
  }

  /// What remains of a statement whose lines were taken one by one.
  public struct Summary: Sendable, Equatable {
    public var header: Statement.Header?
    public var lines: Int64
    public var totals: [String: Statement.Total]
    public var declaredLines: Int64?
    public var problemCount: Int
    /// See `Statement.isComplete`.
    public var isComplete: Bool
  }

  private let reader: CSVReader
  private var header: Statement.Header?
  private var tally = Statement.Tally()
  private var declared: [String: (total: Statement.Total, line: Int)] = [:]
  private var trailer: (lines: Int64, line: Int)?
  private var waiting: [Statement.Problem] = []
  private var problems = 0
  private var nextNumber: Int64 = 1
  private var begun = false
  private var ended = false

  public init(_ reader: CSVReader) { self.reader = reader }

  public convenience init(path: String) throws(CSVFailure) { self.init(try CSVReader(path: path)) }

  /// The next item; `nil` at the end. Totals and trailer are not handed out: they are checked, and what is wrong with
  /// them comes as problems.
  public func next() throws(CSVFailure) -> Item? {
    while true {
      if !waiting.isEmpty {
        problems += 1
        return .problem(waiting.removeFirst())
      }
      if ended { return nil }
      guard let record = try reader.next() else {
        ended = true
        checkEnd()
        continue
      }
      switch record {
      case .bad(let problem): note(problem.line, problem.reason.text)
      case .row(let row): if let item = take(row) { return item }
      }
    }
  }

  /// What the whole file proves. Only right after `next` has returned `nil`.
  public var summary: Summary {
    let totals = declared.mapValues(\.total)
    return Summary(
      header: header, lines: tally.lines, totals: totals, declaredLines: trailer?.lines, problemCount: problems,
      isComplete: ended && header != nil && problems == 0 && trailer?.lines == tally.lines && totals == tally.totals
        && !tally.overflowed)
  }

  /// Reads a whole statement into memory: for files of some ten thousand lines.
  public static func read(_ reader: CSVReader) throws(CSVFailure) -> Statement {
    let items = StatementReader(reader)
    var statement = Statement()
    while let item = try items.next() {
      switch item {
      case .header(let header): statement.header = header
      case .line(let line): statement.lines.append(line)
      case .problem(let problem): if statement.problems.count < 1_000 { statement.problems.append(problem) }
      }
    }
    statement.totals = items.summary.totals
    statement.declaredLines = items.summary.declaredLines
    statement.problemCount = items.summary.problemCount
    return statement
  }

  // MARK: - records

  /// A record was bad: what counts and sums would say now is only that.
  private var isSpoiled: Bool { problems > 0 || !waiting.isEmpty }

  private func note(_ line: Int, _ text: String) { waiting.append(.init(line: line, text: text)) }

  private func take(_ row: CSVRow) -> Item? {
    let isFirst = !begun
    begun = true
    if let trailer {
      note(row.line, "a record after the trailer of line \(trailer.line)")
      return nil
    }
    do throws(StatementRecord.Wrong) {
      switch row.fields[0] {
      case "header":
        guard isFirst else { throw .init("a header that is not the first record") }
        let header = try StatementRecord.header(row.fields)
        self.header = header
        return .header(header)
      case "booking":
        if isFirst { note(row.line, "the first record is not a header") }
        guard declared.isEmpty else { throw .init("a booking behind the totals") }
        let line = try StatementRecord.booking(row.fields)
        let expected = nextNumber
        nextNumber = line.number + 1
        // Behind a record that could not be read the numbers go on where they like: that one is reported already.
        guard line.number == expected || (isSpoiled && line.number > expected) else {
          throw .init("this is line \(line.number) of the statement, expected was \(expected)")
        }
        tally.add(line)
        if tally.overflowed { throw .init("the sum is larger than 64 bits hold") }
        return .line(line)
      case "total":
        let (currency, total) = try StatementRecord.total(row.fields)
        if let first = declared[currency] {
          throw .init("a second total of \(currency), the first is on line \(first.line)")
        }
        declared[currency] = (total, row.line)
      case "trailer":
        let (lines, totals) = try StatementRecord.trailer(row.fields)
        trailer = (lines, row.line)
        if isSpoiled { return nil }
        if lines != tally.lines { throw .init("the trailer counts \(lines) bookings, the file has \(tally.lines)") }
        if totals != declared.count {
          throw .init("the trailer counts \(totals) totals, the file has \(declared.count)")
        }
      default:
        throw .init("not a record of a statement: \"\(row.fields[0].prefix(20))\"")
      }
    } catch { note(row.line, error.text) }
    return nil
  }

  private func checkEnd() {
    let last = max(1, reader.line)
    if header == nil { note(1, "there is no header") }
    if trailer == nil { note(last, "there is no trailer: the file is torn") }
    if isSpoiled { return }
    for (currency, total) in tally.totals.sorted(by: { $0.key < $1.key }) {
      guard let said = declared[currency] else {
        note(trailer?.line ?? last, "there is no total of \(currency)")
        continue
      }
      if said.total != total { note(said.line, "the total of \(currency) is not the sum of its lines") }
    }
    for (currency, said) in declared.sorted(by: { $0.key < $1.key }) where tally.totals[currency] == nil {
      note(said.line, "a total of \(currency), which no line has")
    }
  }
}
