import Foundation
import TestSupport
import Testing

@testable import Partners

@Suite("Reading CSV")
struct CSVReaderTests {
  private func read(
    _ bytes: [UInt8], piece: Int = 64 << 10, limits: CSVReader.Limits = .init()
  ) throws -> [CSVRecord] {
    let reader = CSVReader(CSVBytes(bytes, piece: piece), limits: limits)
    var records: [CSVRecord] = []
    while let record = try reader.next() { records.append(record) }
    return records
  }

  private func read(_ text: String, piece: Int = 64 << 10, limits: CSVReader.Limits = .init()) throws -> [CSVRecord] {
    try read(Array(text.utf8), piece: piece, limits: limits)
  }

  private func row(_ line: Int, _ fields: String...) -> CSVRecord { .row(CSVRow(line: line, fields: fields)) }
  private func bad(_ line: Int, _ reason: CSVProblem.Reason) -> CSVRecord {
    .bad(CSVProblem(line: line, reason: reason))
  }

  @Test("Rows know the line of the file on which they begin", arguments: [1, 2, 3, 7, 65_536])
  func lines(_ piece: Int) throws {
    let text = "a,b\r\n\r\n\"c\nd\r\ne\",f\n g ,\"\"\"h\"\"\"\n,\n\"\"\nlast,one"
    #expect(
      try read(text, piece: piece) == [
        row(1, "a", "b"), row(3, "c\nd\r\ne", "f"), row(6, " g ", "\"h\""), row(7, "", ""), row(8, ""),
        row(9, "last", "one"),
      ])
  }

  @Test("A byte order mark is no part of the first field", arguments: [1, 2, 64])
  func mark(_ piece: Int) throws {
    #expect(try read([0xEF, 0xBB, 0xBF] + Array("a,b\n".utf8), piece: piece) == [row(1, "a", "b")])
    #expect(try read([0xEF, 0xBB, 0xBF], piece: piece) == [])
    #expect(try read("", piece: piece) == [])
    #expect(throws: CSVFailure.notUTF8) { try read([0xFF, 0xFE, 0x61, 0x00], piece: piece) }
    #expect(throws: CSVFailure.notUTF8) { try read([0xFE, 0xFF, 0x00, 0x61], piece: piece) }
  }

  @Test("Each bad row is told with its line, and the next row is read", arguments: [1, 5, 65_536])
  func bad(_ piece: Int) throws {
    var bytes = Array("ok,1\nsay \"hi\",2\nok,3\n\"x\"y,4\nok,5\na\rb,6\nok,7\nn".utf8)
    bytes += [0] + Array("ul,8\nok,9\nx,".utf8) + [0xC3, 0x28] + Array("\nok,11\n".utf8)
    #expect(
      try read(bytes, piece: piece) == [
        row(1, "ok", "1"), bad(2, .strayQuote), row(3, "ok", "3"), bad(4, .strayQuote), row(5, "ok", "5"),
        bad(6, .strayCarriageReturn), row(7, "ok", "7"), bad(8, .nulByte), row(9, "ok", "9"),
        bad(10, .invalidUTF8(field: 2)), row(11, "ok", "11"),
      ])
  }

  @Test("A carriage return is content inside quotes")
  func carriageReturns() throws {
    #expect(try read("\"a\rb\",c\r\n\"d\r\"\r\n") == [row(1, "a\rb", "c"), row(2, "d\r")])
  }

  @Test("A quote that is never closed is told where it was opened")
  func unterminated() throws {
    #expect(try read("a\n\"b\nc\nd") == [row(1, "a"), bad(2, .unterminatedQuote)])
    #expect(try read("\"") == [bad(1, .unterminatedQuote)])
  }

  @Test("An open quote does not swallow the rest of a large file")
  func swallow() throws {
    let limits = CSVReader.Limits(record: 20)
    #expect(
      try read("\"open\n1234567\n1234567\nok,1\n", limits: limits) == [bad(1, .unterminatedQuote), row(4, "ok", "1")])
  }

  @Test("A line longer than the limit is told once and skipped whole", arguments: [1, 4, 100])
  func tooLong(_ piece: Int) throws {
    let limits = CSVReader.Limits(record: 8)
    let text = "12345678\n" + String(repeating: "x", count: 50) + "\nok\n1234567\n" + String(repeating: "y", count: 9)
    #expect(
      try read(text, piece: piece, limits: limits) == [
        bad(1, .tooLong(limit: 8)), bad(2, .tooLong(limit: 8)), row(3, "ok"), row(4, "1234567"),
        bad(5, .tooLong(limit: 8)),
      ])
  }

  @Test("A file, and a row's fields, have a limit")
  func limits() throws {
    #expect(throws: CSVFailure.fileTooLarge(limit: 10)) {
      try read("a,b\nc,d\ne,f\n", limits: CSVReader.Limits(file: 10))
    }
    #expect(
      try read("1,2,3\n1,2,3,4\n", limits: CSVReader.Limits(fields: 3)) == [
        row(1, "1", "2", "3"), bad(2, .tooManyFields(limit: 3)),
      ])
  }

  @Test("A file that is not there, or is a directory, says so")
  func files() throws {
    #expect(throws: CSVFailure.self) { try CSVReader(path: "/nonexistent/file.csv") }
    #expect(throws: CSVFailure.self) { try CSVReader(path: "/") }
    let path = NSTemporaryDirectory() + "amends-\(UUID().uuidString).csv"
    try Data("a,b\n".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try CSVReader(path: path).next() == row(1, "a", "b"))
  }

  // MARK: - random files

  @Test("Whatever fields are written are read again, with their lines, however the file is cut")
  func roundTrip() throws {
    let seed = Seeded.fresh()
    var random = Seeded(seed)
    for round in 0..<300 {
      var text = round.isMultiple(of: 5) ? "\u{FEFF}" : ""
      var expected: [CSVRecord] = []
      var line = 1
      for _ in 0..<Int.random(in: 0...20, using: &random) {
        if Int.random(in: 0..<10, using: &random) == 0 {
          text += "\n"
          line += 1
        }
        let (written, record) = Self.record(at: line, &random)
        text += written
        expected.append(record)
        line += written.utf8.count { $0 == 10 }
      }
      let bytes = Array(text.utf8)
      let piece = Int.random(in: 1...max(2, bytes.count), using: &random)
      #expect(try read(bytes, piece: piece) == expected, "seed \(seed), round \(round)")
    }
  }

  /// One record as text with its line end, and what is to be read: one in six is bad.
  private static func record(at line: Int, _ random: inout Seeded) -> (String, CSVRecord) {
    let end = Bool.random(using: &random) ? "\r\n" : "\n"
    let fields = (0..<Int.random(in: 1...6, using: &random)).map { _ in field(&random) }
    var written = fields.map { quoted($0, force: fields == [""] || Bool.random(using: &random)) }
    if Int.random(in: 0..<6, using: &random) == 0 {
      written.append(["x\"y", "\"x\"y", "\"x\" "].randomElement(using: &random) ?? "")
      return (written.joined(separator: ",") + end, .bad(CSVProblem(line: line, reason: .strayQuote)))
    }
    return (written.joined(separator: ",") + end, .row(CSVRow(line: line, fields: fields)))
  }

  private static func field(_ random: inout Seeded) -> String {
    let pieces = ["a", "ß", "日本", "🧾", " ", ",", "\"", "\"\"", "\n", "\r\n", "\r", "\t", ";", "'", "0", "e\u{301}"]
    return (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
  }

  private static func quoted(_ field: String, force: Bool) -> String {
    let needs = field.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
    return needs || force ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }
}
