import Billing
import Kernel
import Partners
import Synchronization

/// A CSV file with a header line, read row by row as dictionaries of its columns.
struct CSVTable: Sendable {
  let path: String
  let required: [String]
  let optional: [String]

  init(_ path: String, required: [String], optional: [String]) {
    self.path = path
    self.required = required
    self.optional = optional
  }

  func rows() throws -> Rows { try Rows(self) }

  /// Reads the whole file; what `body` refuses is listed with its line.
  func each(into report: inout ImportReport, _ body: (Int, [String: String]) throws(Refusal) -> Void) throws {
    let rows = try rows()
    while case let chunk = try rows.next(1_000, into: &report), !chunk.isEmpty || !rows.isAtEnd {
      for (line, fields) in chunk {
        do { try body(line, fields) } catch { report.reject(line: line, error.message) }
      }
    }
  }

  /// Reading position in the file; one reader at a time.
  final class Rows: Sendable {
    private struct State: ~Copyable {
      let reader: CSVReader
      var isAtEnd = false
    }

    private let state: Mutex<State>
    private let header: [String]

    fileprivate init(_ table: CSVTable) throws {
      let reader: CSVReader
      let first: CSVRecord?
      do {
        reader = try CSVReader(path: table.path)
        first = try reader.next()
      } catch { throw Problem(.file, "\(error)") }
      guard case .row(let row) = first else { throw Problem(.file, "The file has no readable header line.") }
      header = row.fields
      let known = table.required + table.optional
      if let missing = table.required.first(where: { !row.fields.contains($0) }) {
        throw Problem(
          .no, "line 1: the column \(missing) is missing; needed are \(table.required.joined(separator: ", ")).")
      }
      if let strange = row.fields.first(where: { !known.contains($0) }) {
        throw Problem(.no, "line 1: the column \(strange) is not known; known are \(known.joined(separator: ", ")).")
      }
      nonisolated(unsafe) let owned = reader
      state = Mutex(State(reader: owned))
    }

    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

    /// Up to `count` good rows; bad ones go into the report.
    func next(_ count: Int, into report: inout ImportReport) throws -> [(Int, [String: String])] {
      var rows: [(Int, [String: String])] = []
      var problems: [(Int, String)] = []
      var read = 0
      try state.withLock { state in
        while rows.count + problems.count < count {
          let record: CSVRecord?
          do { record = try state.reader.next() } catch { throw Problem(.file, "\(error)") }
          guard let record else {
            state.isAtEnd = true
            break
          }
          read += 1
          switch record {
          case .row(let row) where row.fields.count == header.count:
            rows.append((row.line, Dictionary(zip(header, row.fields), uniquingKeysWith: { first, _ in first })))
          case .row(let row):
            problems.append((row.line, "It has \(row.fields.count) fields; the header has \(header.count)."))
          case .bad(let problem): problems.append((problem.line, problem.reason.text))
          }
        }
      }
      report.rows += read
      for (line, text) in problems { report.reject(line: line, text) }
      return rows
    }
  }
}
