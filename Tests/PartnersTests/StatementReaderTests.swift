import Billing
import Foundation
import Kernel
import TestSupport
import Testing

@testable import Partners

@Suite("Reading a partner's statement")
struct StatementReaderTests {
  /// The example of docs/partner-statement.md.
  static let example = [
    "header,1,demo-debit,14,2026-03-14",
    "booking,1,capture,01HQ-renewal-1,pay-5c0a1f2e9d3b4a67,999,EUR,2026-03-14T08:00:00.125Z",
    "booking,2,refund,01HQ-refund-9,ref-77d0c2b1a4e6f803,999,EUR,2026-03-14T11:30:00.000Z",
    "booking,3,return,01HQ-renewal-7,ret-0d2b9c8e7f6a5b41,1299,EUR,2026-03-14T22:15:41.900Z",
    "booking,4,capture,01HQ-renewal-2,pay-18f3a2c4d5e6b790,1500,JPY,2026-03-12T23:59:58.001Z",
    "total,EUR,3,999,999,1299",
    "total,JPY,1,1500,0,0",
    "trailer,4,2",
  ]

  private func read(_ lines: [String], end: String = "\r\n") throws -> Statement {
    try StatementReader.read(CSVReader(bytes: Array(lines.map { $0 + end }.joined().utf8)))
  }

  /// The example with one line replaced, or dropped.
  private func changed(_ line: Int, _ text: String?) throws -> Statement {
    var lines = Self.example
    if let text { lines[line - 1] = text } else { lines.remove(at: line - 1) }
    return try read(lines)
  }

  @Test("The documented example is complete, with LF and CRLF", arguments: ["\r\n", "\n"])
  func complete(_ end: String) throws {
    let statement = try read(Self.example, end: end)
    #expect(statement.problems == [])
    #expect(statement.isComplete)
    let midnight = Instant(seconds: 1_773_446_400)
    #expect(
      statement.header
        == Statement.Header(partner: "demo-debit", sequence: 14, from: midnight, until: midnight + .days(1)))
    #expect(statement.lines.map(\.number) == [1, 2, 3, 4])
    #expect(statement.lines.map(\.kind) == [.capture, .refund, .return, .capture])
    #expect(
      statement.lines.first
        == Statement.Line(
          number: 1, kind: .capture, reference: "01HQ-renewal-1", transaction: "pay-5c0a1f2e9d3b4a67", amount: 999,
          currency: "EUR", bookedAt: midnight + .hours(8) + .milliseconds(125)))
    #expect(statement.totals["EUR"] == Statement.Total(lines: 3, captured: 999, refunded: 999, returned: 1_299))
    #expect(statement.declaredLines == 4)
  }

  @Test("A day without bookings is a complete statement too")
  func empty() throws {
    #expect(try read(["header,1,demo,1,2026-03-14", "trailer,0,0"]).isComplete)
  }

  @Test(
    "Each bad record is told at its line, and nothing else is",
    arguments: [
      (1, "header,2,demo-debit,14,2026-03-14"), (1, "header,1,demo-debit,0,2026-03-14"),
      (1, "header,1,demo-debit,14,2026-02-30"), (1, "header,1,demo-debit,14,14.03.2026"), (1, "header,1,demo-debit,14"),
      (1, "header,1,,14,2026-03-14"), (3, "booking,2,refund,r,t,999,EUR"),
      (3, "booking,2,chargeback,r,t,999,EUR,2026-03-14T11:30:00Z"),
      (3, "booking,2,refund,,t,999,EUR,2026-03-14T11:30:00Z"),
      (3, "booking,2,refund,r,t,9.99,EUR,2026-03-14T11:30:00Z"),
      (3, "booking,2,refund,r,t,-999,EUR,2026-03-14T11:30:00Z"),
      (3, "booking,2,refund,r,t,99999999999999999999,EUR,2026-03-14T11:30:00Z"),
      (3, "booking,2,refund,r,t,999,EURO,2026-03-14T11:30:00Z"), (3, "booking,2,refund,r,t,999,EUR,yesterday"),
      (3, "booking,7,refund,r,t,999,EUR,2026-03-14T11:30:00Z"),
      (3, "booking,x,refund,r,t,999,EUR,2026-03-14T11:30:00Z"),
      (3, "booking,2,refund,r\"x,t,999,EUR,2026-03-14T11:30:00Z"), (3, "note,hello"),
      (3, "header,1,demo-debit,14,2026-03-14"),
      (6, "total,EUR,3,998,999,1299"), (6, "total,EUR,2,999,999,1299"), (6, "total,EUR,3,999,999"),
      (7, "total,EUR,1,1500,0,0"),
      (8, "trailer,5,2"), (8, "trailer,4,3"), (8, "trailer,4"),
    ])
  func bad(_ line: Int, _ text: String) throws {
    let statement = try changed(line, text)
    #expect(!statement.isComplete)
    #expect(statement.problems.first?.line == line, "\(statement.problems)")
  }

  @Test("Several bad rows are each told at their own line")
  func several() throws {
    var lines = Self.example
    lines[2] = "booking,2,refund,r,t,9.99,EUR,2026-03-14T11:30:00Z"
    lines[4] = "booking,4,capture,r,t,1500,XXX,2026-03-14T11:30:00Z"
    lines[5] = "total,EUR,three,999,999,1299"
    let statement = try read(lines)
    #expect(statement.problems.map(\.line) == [3, 5, 6])
    #expect(statement.problemCount == 3)
    #expect(statement.lines.map(\.number) == [1, 3])
    #expect(!statement.isComplete)
  }

  @Test("Any record that is missing makes the statement incomplete", arguments: 1...8)
  func dropped(_ line: Int) throws {
    let statement = try changed(line, nil)
    #expect(!statement.isComplete)
    #expect(!statement.problems.isEmpty)
  }

  @Test("A file that is cut anywhere is never complete")
  func torn() throws {
    let whole = Array(Self.example.map { $0 + "\r\n" }.joined().utf8)
    // The last line end is no part of what the file declares.
    for length in 0..<(whole.count - 2) {
      let statement = try StatementReader.read(CSVReader(bytes: Array(whole.prefix(length))))
      #expect(!statement.isComplete, "cut after \(length) bytes")
    }
  }

  @Test("What comes behind the trailer, or before the header, is told")
  func order() throws {
    let booking = Self.example[1]
    #expect(try read(Self.example + [booking]).problems.map(\.line) == [9])
    #expect(try read([booking] + Self.example).problems.map(\.line).contains(1))
    var lines = Self.example
    lines.insert("booking,5,capture,r,t,1,EUR,2026-03-14T11:30:00Z", at: 6)
    #expect(try read(lines).problems.first?.line == 7)
  }

  @Test("Sums that do not fit are told, not wrapped around")
  func overflow() throws {
    // The largest amount of a line fits 922 times.
    let bookings = (1...923).map { "booking,\($0),capture,a\($0),b,10000000000000000,EUR,2026-03-14T11:30:00Z" }
    let ends = ["total,EUR,923,9223372036854775807,0,0", "trailer,923,1"]
    let statement = try read(["header,1,demo,1,2026-03-14"] + bookings + ends)
    #expect(statement.problems.first?.line == 924 && statement.problemCount == 1, "\(statement.problems)")
    #expect(!statement.isComplete)
  }

  @Test("A statement follows the one of the day before and no other")
  func follows() throws {
    let first = try read(["header,1,demo,1,2026-03-14", "trailer,0,0"])
    let second = try read(["header,1,demo,2,2026-03-15", "trailer,0,0"])
    let third = try read(["header,1,demo,3,2026-03-16", "trailer,0,0"])
    let other = try read(["header,1,other,2,2026-03-15", "trailer,0,0"])
    #expect(second.follows(first))
    #expect(!third.follows(first))
    #expect(!first.follows(second))
    #expect(!other.follows(first))
  }

  @Test("Random statements are read as they were written, and incomplete without any one of their lines")
  func random() throws {
    let seed = Seeded.fresh()
    var random = Seeded(seed)
    for round in 0..<60 {
      let (lines, bookings) = Self.statement(&random)
      let statement = try read(lines, end: Bool.random(using: &random) ? "\n" : "\r\n")
      #expect(statement.isComplete, "seed \(seed), round \(round): \(statement.problems)")
      #expect(statement.lines == bookings, "seed \(seed), round \(round)")
      var without = lines
      without.remove(at: Int.random(in: lines.indices, using: &random))
      #expect(!(try read(without)).isComplete, "seed \(seed), round \(round)")
    }
  }

  private static func statement(_ random: inout Seeded) -> ([String], [Statement.Line]) {
    var lines = ["header,1,demo,\(Int.random(in: 1...10_000, using: &random)),2026-03-14"]
    var bookings: [Statement.Line] = []
    for number in 0..<Int64.random(in: 0...40, using: &random) {
      let at = Instant(seconds: 1_773_446_400) + .milliseconds(Int64.random(in: 0..<86_400_000, using: &random))
      bookings.append(
        Statement.Line(
          number: number + 1, kind: Statement.LineKind.allCases.randomElement(using: &random) ?? .capture,
          reference: ["att,1", "a\"b", "plain-\(number)"].randomElement(using: &random) ?? "",
          transaction: "t-\(number)",
          amount: Int64.random(in: 0...1_000_000, using: &random),
          currency: ["EUR", "JPY", "USD"].randomElement(using: &random) ?? "EUR", bookedAt: at))
    }
    for line in bookings {
      let reference = "\"" + line.reference.replacing("\"", with: "\"\"") + "\""
      let date = Date(timeIntervalSince1970: Double(line.bookedAt.seconds)).formatted(.iso8601).dropLast()
      let millis = String(line.bookedAt.microseconds / 1_000 % 1_000)
      let time = date + "." + String(repeating: "0", count: 3 - millis.count) + millis + "Z"
      let start = "booking,\(line.number),\(line.kind.rawValue),\(reference),\(line.transaction)"
      lines.append("\(start),\(line.amount),\(line.currency),\(time)")
    }
    let totals = Statement.Tally(bookings).totals.sorted { $0.key < $1.key }
    for (currency, total) in totals {
      lines.append("total,\(currency),\(total.lines),\(total.captured),\(total.refunded),\(total.returned)")
    }
    return (lines + ["trailer,\(bookings.count),\(totals.count)"], bookings)
  }
}
