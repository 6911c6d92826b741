import Kernel

/// What a partner booked in one period, as its file says (docs/partner-statement.md). Values only; the reader is the
/// partners' business, and what follows from a statement the resolver's.
public struct Statement: Sendable, Equatable {
  public enum LineKind: String, Sendable, Codable, CaseIterable {
    /// Money was taken from the payer.
    case capture
    /// Money was given back at our request.
    case refund
    /// The payer's bank took the money back; the reference is that of the capture.
    case `return`
  }

  public struct Header: Sendable, Equatable {
    /// The partner's own name, to be held against the lane that the file is imported for.
    public var partner: String
    /// One more than that of the statement before: a hole is a missing file.
    public var sequence: Int64
    /// The period's first instant, and the first one after it.
    public var from: Instant
    public var until: Instant

    public init(partner: String, sequence: Int64, from: Instant, until: Instant) {
      self.partner = partner
      self.sequence = sequence
      self.from = from
      self.until = until
    }
  }

  public struct Line: Sendable, Equatable {
    /// Its number in the statement, from 1.
    public var number: Int64
    public var kind: LineKind
    /// Ours.
    public var reference: String
    /// The partner's own; it never repeats.
    public var transaction: String
    /// Minor units, not negative; the kind gives the sign.
    public var amount: Int64
    public var currency: String
    public var bookedAt: Instant

    public init(
      number: Int64, kind: LineKind, reference: String, transaction: String, amount: Int64, currency: String,
      bookedAt: Instant
    ) {
      self.number = number
      self.kind = kind
      self.reference = reference
      self.transaction = transaction
      self.amount = amount
      self.currency = currency
      self.bookedAt = bookedAt
    }
  }

  /// The sums of one currency, in minor units.
  public struct Total: Sendable, Equatable {
    public var lines: Int64 = 0
    public var captured: Int64 = 0
    public var refunded: Int64 = 0
    public var returned: Int64 = 0

    public init(lines: Int64 = 0, captured: Int64 = 0, refunded: Int64 = 0, returned: Int64 = 0) {
      self.lines = lines
      self.captured = captured
      self.refunded = refunded
      self.returned = returned
    }
  }

  /// What is wrong with the file, and on which of its lines, from 1.
  public struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
    public var line: Int
    public var text: String

    public init(line: Int, text: String) {
      self.line = line
      self.text = text
    }

    public var description: String { "line \(line): \(text)" }
  }

  public var header: Header?
  public var lines: [Line] = []
  /// By currency, as the file declares them.
  public var totals: [String: Total] = [:]
  /// As the trailer declares it; `nil`: there is no trailer, the file is torn.
  public var declaredLines: Int64?
  /// The first thousand; `problemCount` counts all.
  public var problems: [Problem] = []
  public var problemCount = 0

  public init() {}

  /// The proof on which "it is not in the statement" rests: header and trailer are there, every record could be read,
  /// lines and sums are what the file declares. One file only: that no file is missing is for `follows`.
  public var isComplete: Bool {
    let tally = Tally(lines)
    return header != nil && problemCount == 0 && declaredLines == tally.lines && tally.totals == totals
      && !tally.overflowed
  }

  /// Whether no statement is missing between `earlier` and this one.
  public func follows(_ earlier: Statement) -> Bool {
    guard let header, let before = earlier.header else { return false }
    return header.partner == before.partner && header.sequence == before.sequence + 1 && header.from == before.until
  }
}

extension Statement {
  /// Counts and sums of lines, kept as they come.
  public struct Tally: Sendable, Equatable {
    public private(set) var lines: Int64 = 0
    public private(set) var totals: [String: Total] = [:]
    /// A sum was larger than 64 bits hold: nothing can be proved any more.
    public private(set) var overflowed = false

    public init() {}

    public init(_ lines: [Line]) {
      for line in lines { add(line) }
    }

    public mutating func add(_ line: Line) {
      lines += 1
      var total = totals[line.currency] ?? Total()
      total.lines += 1
      switch line.kind {
      case .capture: add(line.amount, to: &total.captured)
      case .refund: add(line.amount, to: &total.refunded)
      case .return: add(line.amount, to: &total.returned)
      }
      totals[line.currency] = total
    }

    private mutating func add(_ amount: Int64, to sum: inout Int64) {
      let (result, overflow) = sum.addingReportingOverflow(amount)
      if overflow { overflowed = true } else { sum = result }
    }
  }
}
