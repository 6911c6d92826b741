import CLibcsv
import Foundation

/// libcsv, one physical line at a time: only so is it known on which line a record begins.
///
/// A line is fed without its end, then the parser's state says whether the end belongs to a quoted field or ends the
/// record. So CRLF is one line end outside quotes and two bytes of content inside.
final class RowParser {
  private let limits: CSVReader.Limits
  private let parser: UnsafeMutablePointer<csv_parser>
  private var fields: [String] = []
  private var begun: Int?
  private var length = 0
  private var problem: CSVProblem.Reason?

  init(limits: CSVReader.Limits) {
    self.limits = limits
    parser = .allocate(capacity: 1)
    prepare()
  }

  deinit {
    csv_free(parser)
    parser.deallocate()
  }

  /// Takes one physical line, its end included; the record, when the line ends one.
  func feed(_ line: UnsafeBufferPointer<UInt8>, line number: Int) -> CSVRecord? {
    let first = begun ?? number
    begun = first
    length += line.count
    if length > limits.record {
      // An open quote would swallow the rest of the file: give up here, begin anew with the next line.
      return giveUp(insideQuotes ? .unterminatedQuote : .tooLong(limit: limits.record), at: first)
    }
    if line.position(of: 0) != nil { note(.nulByte) }
    let content = line.dropLast(lineEnd(of: line))
    guard parse(content), !insideQuotes || parse(line[content.endIndex...]) else { return giveUp(nil, at: first) }
    return insideQuotes ? nil : endRecord(at: first)
  }

  /// The end of the input.
  func finish() -> CSVRecord? {
    guard let first = begun else { return nil }
    return giveUp(.unterminatedQuote, at: first)
  }

  // MARK: - libcsv

  /// FIELD_BEGUN in libcsv's state machine.
  private var insideQuotes: Bool { parser.pointee.pstate == 2 && parser.pointee.quoted != 0 }

  private func prepare() {
    csv_init(parser, UInt8(CSV_STRICT))
    // RFC 4180, 2.4: spaces are part of a field. Only the line feed that `endRecord` sends ends a record.
    csv_set_space_func(parser) { _ in 0 }
    csv_set_term_func(parser) { $0 == Ascii.lineFeed ? 1 : 0 }
    csv_set_blk_size(parser, 4 << 10)
  }

  private func parse(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    // A bare carriage return is content inside quotes and wrong outside.
    var rest = bytes
    while let ahead = UnsafeBufferPointer(rebasing: rest).position(of: Ascii.carriageReturn) {
      let cut = rest.startIndex + ahead
      guard hand(rest[..<cut]) else { return false }
      if !insideQuotes { note(.strayCarriageReturn) }
      guard hand(rest[cut...cut]) else { return false }
      rest = rest[(cut + 1)...]
    }
    return hand(rest)
  }

  private func hand(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    let bytes = UnsafeBufferPointer(rebasing: bytes)
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return true }
    let taken = csv_parse(
      parser, base, bytes.count,
      { field, count, owner in
        guard let owner else { return }
        Unmanaged<RowParser>.fromOpaque(owner).takeUnretainedValue().take(field, count)
      }, nil, Unmanaged.passUnretained(self).toOpaque())
    if taken == bytes.count { return true }
    let status = csv_error(parser)
    note(status == CSV_EPARSE ? .strayQuote : .internalFailure(code: Int(status)))
    return false
  }

  private func take(_ field: UnsafeMutableRawPointer?, _ count: Int) {
    if fields.count == limits.fields { return note(.tooManyFields(limit: limits.fields)) }
    let bytes = UnsafeRawBufferPointer(start: field, count: count)
    if let text = String(validating: bytes, as: UTF8.self) {
      fields.append(text)
    } else {
      note(.invalidUTF8(field: fields.count + 1))
      fields.append("")
    }
  }

  // MARK: - records

  /// The first thing wrong with a record is the one that is reported.
  private func note(_ reason: CSVProblem.Reason) { problem = problem ?? reason }

  private func endRecord(at line: Int) -> CSVRecord? {
    withUnsafeBytes(of: Ascii.lineFeed) { end in
      _ = hand(end.bindMemory(to: UInt8.self)[...])
    }
    defer { reset() }
    if let problem { return .bad(CSVProblem(line: line, reason: problem)) }
    return fields.isEmpty ? nil : .row(CSVRow(line: line, fields: fields))
  }

  /// libcsv cannot go on after an error: a fresh parser begins with the next physical line.
  private func giveUp(_ reason: CSVProblem.Reason?, at line: Int) -> CSVRecord {
    if let reason { note(reason) }
    let found = problem ?? .strayQuote
    csv_free(parser)
    prepare()
    reset()
    return .bad(CSVProblem(line: line, reason: found))
  }

  private func reset() {
    fields = []
    begun = nil
    length = 0
    problem = nil
  }

  private func lineEnd(of line: UnsafeBufferPointer<UInt8>) -> Int {
    guard line.last == Ascii.lineFeed else { return 0 }
    return line.count > 1 && line[line.count - 2] == Ascii.carriageReturn ? 2 : 1
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The first place of `byte`, found by the C library, which looks at many bytes at once.
  func position(of byte: UInt8) -> Int? {
    guard let baseAddress, let found = memchr(baseAddress, Int32(byte), count) else { return nil }
    return UnsafeRawPointer(baseAddress).distance(to: UnsafeRawPointer(found))
  }
}
