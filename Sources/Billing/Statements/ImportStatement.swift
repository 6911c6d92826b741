import Kernel
import Store

/// Takes in a partner's statement: every line is evidence, kept and weighed like a notification, all in one transaction.
package struct ImportStatement: Sendable {
  package struct Report: Sendable, Codable, Equatable {
    package var sequence: Int64
    package var lines: Int
    /// Lines that were not known before.
    package var new: Int
    package var complete: Bool
    package var alreadyImported: Bool
  }

  let kernel: Kernel
  static let chunk = 5_000

  package init(kernel: Kernel) { self.kernel = kernel }

  /// - Parameter digest: of the file's bytes; the same statement twice is the same, another one under its number is refused.
  /// - Parameter dryRun: only look whether it could be taken in.
  package func run(
    _ statement: Statement, lane: String, digest: [UInt8], by actor: Actor, dryRun: Bool = false
  ) async throws -> Report {
    guard let header = statement.header else {
      throw Refusal(.invalid, "noHeader", "This file has no statement header.")
    }
    guard statement.problemCount == 0 else {
      let first = statement.problems.first.map { "\($0)" } ?? "it cannot be read"
      throw Refusal(
        .invalid, "badStatement", "The statement has \(statement.problemCount) bad lines; the first: \(first)")
    }
    return try await kernel.change(by: actor, canRepeat: true, ids: statement.lines.count + 100) { change in
      guard try change.tx.row("SELECT name FROM lane WHERE name = \(lane)") != nil else {
        throw Refusal(.missing, "noLane", "There is no partner \(lane).")
      }
      // Another partner's file lists none of our charges, and would "prove" that none of them happened.
      let before = try change.tx.row(
        "SELECT partner FROM statement WHERE lane = \(lane) ORDER BY sequence DESC LIMIT 1")
      if let partner = try before?.text("partner"), partner != header.partner {
        throw Refusal(
          .conflict, "otherPartner",
          "This is a statement of \(header.partner.prefix(100)); those of \(lane) so far came from \(partner).")
      }
      let known = try change.tx.row(
        "SELECT digest FROM statement WHERE lane = \(lane) AND sequence = \(header.sequence)")
      if let known {
        guard try known.blob("digest") == digest else {
          throw Refusal(
            .conflict, "statementDiffers",
            "Statement \(header.sequence) of \(lane) was imported before with other content.")
        }
        return Report(
          sequence: header.sequence, lines: statement.lines.count, new: 0, complete: statement.isComplete,
          alreadyImported: true)
      }
      if dryRun {
        return Report(
          sequence: header.sequence, lines: statement.lines.count, new: 0, complete: statement.isComplete,
          alreadyImported: false)
      }
      try change.tx.execute(
        """
        INSERT INTO statement (id, lane, partner, sequence, starts, ends, lines, complete, imported_at, digest)
        VALUES (\(try change.id()), \(lane), \(header.partner), \(header.sequence), \(header.from), \(header.until), \(statement.lines.count),
          \(statement.isComplete), \(change.now), \(digest))
        """)
      var new = 0
      for start in stride(from: 0, to: statement.lines.count, by: Self.chunk) {
        let lines = statement.lines[start..<min(start + Self.chunk, statement.lines.count)]
        new += try Outbox.keep(
          lines.map { (Self.testimony($0), raw: Self.raw($0, header)) }, source: .statement, lane: lane, in: change)
      }
      change.record(
        StatementImported(
          lane: lane, sequence: header.sequence, lines: Int64(statement.lines.count), complete: statement.isComplete))
      return Report(
        sequence: header.sequence, lines: statement.lines.count, new: new, complete: statement.isComplete,
        alreadyImported: false)
    }
  }

  /// A line that two statements both carry is one event. A return's transaction is its own, not that of the payment: of that it
  /// names our reference alone.
  private static func testimony(_ line: Statement.Line) -> Testimony {
    let isReturn = line.kind == .return
    return Testimony(
      eventID: "statement/\(line.kind.rawValue)/\(line.transaction)", reference: line.reference,
      transaction: isReturn ? nil : line.transaction, kind: line.kind.rawValue,
      verdict: isReturn ? .reversed(by: line.transaction) : .done, amount: line.amount, currency: line.currency,
      occurredAt: line.bookedAt)
  }

  private static func raw(_ line: Statement.Line, _ header: Statement.Header) -> [UInt8] {
    Array(
      """
      statement \(header.sequence), line \(line.number): \(line.kind.rawValue) \(line.amount) \(line.currency), \
      reference \(line.reference), transaction \(line.transaction), booked \(line.bookedAt.iso8601)
      """.utf8)
  }
}

/// Says of charges that no complete statement names that they did not happen. Believed only when every statement from the
/// day of sending to the end of the partner's late window is there and complete; a single missing file proves nothing.
package struct ConcludeAbsence: Sendable {
  let kernel: Kernel
  let outbox: Outbox

  package init(kernel: Kernel, outbox: Outbox) {
    self.kernel = kernel
    self.outbox = outbox
  }

  /// - Returns: how many charges were found not to have happened.
  package func run(_ lane: String) async throws -> Int {
    guard let capabilities = outbox.counterpart(lane)?.capabilities,
      case .periodic(let every, let late) = capabilities.statement
    else { return 0 }
    let now = kernel.world.now()
    return try await kernel.change(by: .system("statements"), canRepeat: true) { change in
      let rows = try change.tx.rows(
        """
        SELECT reference, sent_at FROM effect WHERE lane = \(lane) AND state IN ('sent', 'unknown', 'pending')
          AND state <> 'sent' AND sent_at <= \(now - every - late) ORDER BY next_at, id LIMIT 5000
        """)
      guard let oldest = try rows.map({ try $0.instant("sent_at") }).min() else { return 0 }
      let statements = try change.tx.rows(
        """
        SELECT sequence, starts, ends, complete FROM statement WHERE lane = \(lane) AND ends > \(oldest - every)
        ORDER BY sequence LIMIT 1000
        """
      ).map(Covered.init)
      // Evidence that is in, but not weighed yet, comes first.
      let waiting = try change.tx.row(
        "SELECT id FROM evidence WHERE state = 'new' AND state IN ('new', 'waiting') AND lane = \(lane) LIMIT 1")
      guard waiting == nil else { return 0 }
      let raw = Array("in no complete statement from the day of sending to the end of the late window".utf8)
      let absent = try rows.compactMap { row -> (Testimony, raw: [UInt8])? in
        guard Covered.prove(try row.instant("sent_at"), late: late, statements) else { return nil }
        let reference = try row.text("reference")
        return (
          Testimony(
            eventID: "absent/\(reference)", reference: reference, transaction: nil, kind: "absence",
            verdict: .refused(code: Dunning.absentFromStatement), amount: nil, currency: nil, occurredAt: now), raw
        )
      }
      return try Outbox.keep(absent, source: .statement, lane: lane, in: change)
    }
  }

  struct Covered {
    let sequence: Int64
    let starts: Instant
    let ends: Instant
    let complete: Bool

    init(_ row: Row) throws {
      sequence = try row.integer("sequence")
      starts = try row.instant("starts")
      ends = try row.instant("ends")
      complete = try row.bool("complete")
    }

    init(sequence: Int64, starts: Instant, ends: Instant, complete: Bool) {
      self.sequence = sequence
      self.starts = starts
      self.ends = ends
      self.complete = complete
    }

    /// An unbroken, complete run of statements from the one that holds `sent` to one that ends after the late window.
    static func prove(_ sent: Instant, late: Span, _ statements: [Covered]) -> Bool {
      guard let first = statements.firstIndex(where: { $0.starts <= sent && sent < $0.ends }) else { return false }
      let needed = statements[first].ends + late
      var previous: Covered?
      for statement in statements[first...] {
        guard statement.complete else { return false }
        if let previous, statement.sequence != previous.sequence + 1 || statement.starts != previous.ends {
          return false
        }
        if statement.ends >= needed { return true }
        previous = statement
      }
      return false
    }
  }
}
