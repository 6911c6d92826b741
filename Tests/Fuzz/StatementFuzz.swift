import Billing
import Crypto
import Foundation
import Kernel
import Store
import TestSupport
import Testing

@testable import Partners

@Suite("Statements, whatever stands in them", .timeLimit(.minutes(Fuzz.minutes)))
struct StatementFuzz {
  static func good(_ day: Int = 14, _ references: [String] = ["01HQ-renewal-1"]) -> String {
    let date = "2026-03-\(day < 10 ? "0" : "")\(day)"
    let bookings = references.enumerated().map { index, reference in
      "booking,\(index + 1),capture,\(reference),pay-\(day)-\(index),999,EUR,\(date)T08:00:00.125Z"
    }
    let count = references.count
    return
      ([
        "header,1,demo-debit,\(day),\(date)"
      ] + bookings + [
        "booking,\(count + 1),refund,01HQ-refund-9,ref-\(day),500,EUR,\(date)T11:30:00.000Z",
        "booking,\(count + 2),return,01HQ-renewal-7,ret-\(day),1299,JPY,\(date)T22:15:41.900Z",
        "total,EUR,\(count + 1),\(count * 999),500,0", "total,JPY,1,0,0,1299", "trailer,\(count + 2),2",
      ]).joined(separator: "\n") + "\n"
  }

  static let words = [
    "header", "booking", "total", "trailer", "capture", "refund", "return", "EUR", "JPY", "demo-debit", "2026-03-14",
    "2026-03-14T08:00:00.125Z", "01HQ-renewal-1",
  ]

  private func read(_ bytes: [UInt8], piece: Int = 64 << 10) throws -> Result<Statement, CSVFailure> {
    do { return .success(try StatementReader.read(CSVReader(CSVBytes(bytes, piece: piece)))) } catch {
      return .failure(error)
    }
  }

  @Test(
    "A file is refused with a line number, or agrees with its own totals; the pieces it comes in make no difference")
  func reading() async {
    await Fuzz.each("statements", share: 4) { mutator in
      let bytes = mutator.csv(Self.good(14, (0..<mutator.below(8)).map { "ref-\($0)" }), words: Self.words)
      let whole = try read(bytes)
      for piece in [1, 2 + mutator.below(7), 8 + mutator.below(200)] {
        try Fuzz.require(try read(bytes, piece: piece) == whole, "read in pieces of \(piece) it is another file")
      }
      guard case .success(let statement) = whole else { return }
      let lines = bytes.count { $0 == 0x0A } + 1
      for problem in statement.problems {
        try Fuzz.require((1...lines).contains(problem.line), "a problem in line \(problem.line) of \(lines)")
      }
      try Fuzz.require(
        statement.isComplete == (statement.problemCount == 0),
        "complete: \(statement.isComplete), problems: \(statement.problems)")
      guard statement.problemCount == 0 else { return }
      try agree(statement, bytes)
    }
  }

  /// The sums, added up in another way than the reader does.
  private func agree(_ statement: Statement, _ bytes: [UInt8]) throws {
    for (currency, total) in statement.totals {
      let lines = statement.lines.filter { $0.currency == currency }
      func sum(_ kind: Statement.LineKind) -> Decimal {
        lines.filter { $0.kind == kind }.map { Decimal($0.amount) }.reduce(0, +)
      }
      try Fuzz.require(
        Decimal(total.captured) == sum(.capture) && Decimal(total.refunded) == sum(.refund)
          && Decimal(total.returned) == sum(.return) && total.lines == lines.count,
        "the total of \(currency) is another")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for line in statement.lines {
      try Fuzz.require(line.amount >= 0 && line.amount <= 10_000_000_000_000_000, "an amount of \(line.amount)")
      try Fuzz.require(
        text.contains(line.reference) || text.contains("\""), "\(line.reference) does not stand in the file")
    }
  }

  @Test("CSV is read to the same records in pieces of any size, within the limits it was given")
  func csv() async {
    let seeds = ["a,b,c\n1,2,3\n\"x\"\"y\",\"z\nz\",\r\n", "\u{FEFF}h\n", "\"\n\n,\"\n\n\n", Self.good()]
    await Fuzz.each("CSV", share: 4) { mutator in
      let bytes = mutator.bytes(Array(mutator.pick(seeds).utf8), words: [",", "\"", "\n", "\r\n", "\"\"", "\r"])
      let limits = CSVReader.Limits(record: 16 + mutator.below(300), file: 8_000, fields: 1 + mutator.below(6))
      func records(_ piece: Int) throws -> ([CSVRecord], CSVFailure?) {
        let reader = CSVReader(CSVBytes(bytes, piece: piece), limits: limits)
        var found: [CSVRecord] = []
        do { while let record = try reader.next() { found.append(record) } } catch {
          return (found, error)
        }
        return (found, nil)
      }
      let (whole, failure) = try records(1 << 20)
      for piece in [1, 2 + mutator.below(40)] {
        let (found, other) = try records(piece)
        // A file that is too long is given up at the piece with which it is: what was read by then differs.
        try Fuzz.require(failure == other, "in pieces of \(piece): \(String(describing: other))")
        if failure == nil { try Fuzz.require(found == whole, "in pieces of \(piece) other records") }
      }
      var last = 0
      for case .row(let row) in whole {
        try Fuzz.require(
          row.line > last && row.fields.count <= limits.fields, "line \(row.line): \(row.fields.count) fields")
        try Fuzz.require(row.fields.reduce(0) { $0 + $1.utf8.count } <= limits.record, "line \(row.line) is too long")
        last = row.line
      }
    }
  }

  @Test("A large file of nothing but garbage takes time and memory by its size, not more", arguments: [0, 1, 2, 3, 4])
  func large(_ kind: Int) throws {
    let size = 1 << 20
    let unit: [UInt8] = [Array("\"".utf8), Array(",".utf8), Array("\n".utf8), Array("booking,".utf8), [0xC3, 0x0A]][
      kind]
    let bytes = Array([[UInt8]](repeating: unit, count: size / unit.count).joined())
    let start = ContinuousClock.now
    let statement = try StatementReader.read(CSVReader(bytes: bytes))
    #expect(!statement.isComplete && statement.problems.count <= 1_000 && statement.lines.isEmpty)
    #expect(ContinuousClock.now - start < Fuzz.longest)
  }

  @Test("Importing a changed file settles nothing that the file did not name", arguments: TestEngine.available)
  func importing(engine: TestEngine) async throws {
    try await FuzzCompany.open(on: engine) { company in
      let references = try await company.charges("debit", 12)
      let (named, unnamed) = (Array(references.prefix(6)), Array(references.dropFirst(6)))
      let importer = ImportStatement(kernel: company.kernel)
      func take(_ bytes: [UInt8]) async throws {
        guard case .success(let statement) = try read(bytes) else { return }
        do {
          _ = try await importer.run(
            statement, lane: "debit", digest: Array(SHA256.hash(data: bytes)), by: FuzzCompany.clerk)
        } catch is Refusal { return }
        try await company.weigh()
      }
      try await take(Array(Self.good(1, []).utf8))
      await Fuzz.each("imported statements on \(engine)", share: 0.4) { mutator in
        let day = 2 + mutator.below(27)
        let bytes = mutator.csv(Self.good(day, [mutator.pick(named)]), words: Self.words + named)
        try await take(bytes)
        for reference in unnamed {
          let state = try await company.state(reference)
          try Fuzz.require(state == "pending", "\(reference), which stands in no file, is \(state)")
        }
      }
      // And the door is still open for a good one.
      try await take(Array(Self.good(30, [unnamed[0]]).utf8))
      #expect(try await company.state(unnamed[0]) == "done")
      try await company.stillWorks()
    }
  }
}
