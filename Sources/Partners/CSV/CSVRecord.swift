/// One record of a CSV file (RFC 4180), or why one could not be read.
public enum CSVRecord: Sendable, Equatable {
  case row(CSVRow)
  case bad(CSVProblem)
}

public struct CSVRow: Sendable, Equatable {
  /// Where the record begins: the physical line of the file, from 1. A quoted field may go on over several lines.
  public var line: Int
  public var fields: [String]

  public init(line: Int, fields: [String]) {
    self.line = line
    self.fields = fields
  }
}

/// A record that cannot be read, and the physical line (from 1) on which it begins.
public struct CSVProblem: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: Sendable, Equatable {
    /// A quoted field was still open at the end of the file.
    case unterminatedQuote
    /// A quote inside an unquoted field, or something between a closing quote and the next comma (RFC 4180, 2.5–2.7).
    case strayQuote
    /// A carriage return, outside quotes, that is not part of a line end.
    case strayCarriageReturn
    case nulByte
    case invalidUTF8(field: Int)
    case tooLong(limit: Int)
    case tooManyFields(limit: Int)
    /// The reader itself failed (no memory left).
    case internalFailure(code: Int)
  }

  public var line: Int
  public var reason: Reason

  public init(line: Int, reason: Reason) {
    self.line = line
    self.reason = reason
  }

  public var description: String { "line \(line): \(reason.text)" }
}

extension CSVProblem.Reason {
  public var text: String {
    switch self {
    case .unterminatedQuote: "a quote is opened and never closed"
    case .strayQuote: "a quote stands where none may be; a field that has one must be quoted and the quote doubled"
    case .strayCarriageReturn: "a carriage return that is not part of a line end"
    case .nulByte: "a NUL byte"
    case .invalidUTF8(let field): "field \(field) is not valid UTF-8"
    case .tooLong(let limit): "longer than \(limit) bytes"
    case .tooManyFields(let limit): "more than \(limit) fields"
    case .internalFailure(let code): "the reader failed (libcsv status \(code))"
    }
  }
}

/// Why a whole CSV file cannot be read on.
public enum CSVFailure: Error, Sendable, Equatable, CustomStringConvertible {
  case cannotOpen(path: String, reason: String)
  case cannotRead(reason: String)
  case fileTooLarge(limit: Int)
  /// A UTF-16 or UTF-32 byte order mark: the file must be UTF-8.
  case notUTF8

  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "\(path): \(reason)"
    case .cannotRead(let reason): "the file cannot be read on: \(reason)"
    case .fileTooLarge(let limit): "the file is larger than \(limit) bytes"
    case .notUTF8: "the file is not UTF-8 (it begins with a UTF-16 or UTF-32 byte order mark)"
    }
  }
}
