/// Reads CSV (RFC 4180) record by record in constant memory, strictly: a bad record is reported with its line and the
/// reader goes on with the next physical line. Lines end with CRLF or LF; blank lines are skipped and counted; a UTF-8
/// byte order mark is dropped. Spaces belong to the field.
///
/// Not Sendable: one reader, one task.
public final class CSVReader {
  public struct Limits: Sendable {
    /// Bytes of one record, embedded line ends included.
    public var record: Int
    /// Bytes of the whole input.
    public var file: Int
    public var fields: Int

    public init(record: Int = 64 << 10, file: Int = 1 << 30, fields: Int = 1_000) {
      self.record = record
      self.file = file
      self.fields = fields
    }
  }

  public let limits: Limits
  /// The physical line read last, from 1; 0 before the first.
  public private(set) var line = 0
  /// Bytes taken from the source so far, for a progress line.
  public private(set) var bytesRead = 0

  private let source: any CSVSource
  private let parser: RowParser
  private var buffer: [UInt8] = []
  private var start = 0
  private var ended = false
  /// The longest piece of an over-long line was reported; the rest of it is thrown away.
  private var skipping = false
  private var failure: CSVFailure?

  public init(_ source: any CSVSource, limits: Limits = Limits()) {
    self.source = source
    self.limits = limits
    self.parser = RowParser(limits: limits)
  }

  public convenience init(path: String, limits: Limits = Limits()) throws(CSVFailure) {
    self.init(try CSVFile(path: path), limits: limits)
  }

  public convenience init(bytes: [UInt8], limits: Limits = Limits()) {
    self.init(CSVBytes(bytes), limits: limits)
  }

  /// The next record; `nil` at the end. After a `CSVFailure` every call throws it again.
  public func next() throws(CSVFailure) -> CSVRecord? {
    if let failure { throw failure }
    do throws(CSVFailure) {
      while let length = try nextLine() {
        line += 1
        let record = buffer.withUnsafeBufferPointer { all in
          parser.feed(UnsafeBufferPointer(rebasing: all[start..<start + length]), line: line)
        }
        start += length
        if let record { return record }
      }
      return parser.finish()
    } catch {
      failure = error
      throw error
    }
  }

  /// How many bytes from `start` on make up the next physical line, its end included; `nil` at the end of the input.
  ///
  /// An over-long line is handed out as its first `limits.record + 1` bytes, which the parser refuses, and the rest is
  /// dropped here.
  private func nextLine() throws(CSVFailure) -> Int? {
    var searched = 0
    while true {
      let from = start + searched
      let end = buffer.withUnsafeBufferPointer {
        UnsafeBufferPointer(rebasing: $0[from...]).position(of: Ascii.lineFeed)
      }
      if let end {
        let length = searched + end + 1
        guard skipping else { return length }
        skipping = false
        start += length
        searched = 0
        continue
      }
      let available = buffer.count - start
      if available > limits.record {
        if skipping {
          start = buffer.count
          searched = 0
        } else {
          skipping = true
          return limits.record + 1
        }
      } else {
        searched = available
      }
      guard try refill() else {
        // The file's last line has no line end, or it is the tail of a line that was refused.
        if skipping { start = buffer.count }
        let rest = buffer.count - start
        return rest > 0 ? rest : nil
      }
    }
  }

  /// Takes one more piece from the source; false at its end.
  private func refill() throws(CSVFailure) -> Bool {
    if ended { return false }
    buffer.removeSubrange(..<start)
    start = 0
    let first = bytesRead == 0
    let count = buffer.count
    try source.read(into: &buffer)
    guard buffer.count > count else {
      ended = true
      return false
    }
    bytesRead += buffer.count - count
    if bytesRead > limits.file { throw .fileTooLarge(limit: limits.file) }
    if first { try dropByteOrderMark() }
    return true
  }

  private func dropByteOrderMark() throws(CSVFailure) {
    // A source may hand out its first bytes one by one.
    while buffer.count < 3 {
      let count = buffer.count
      try source.read(into: &buffer)
      if buffer.count == count { break }
      bytesRead += buffer.count - count
    }
    if buffer.starts(with: [0xFE, 0xFF]) || buffer.starts(with: [0xFF, 0xFE]) { throw .notUTF8 }
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
  }
}

enum Ascii {
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
}
