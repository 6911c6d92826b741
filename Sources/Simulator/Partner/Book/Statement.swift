import Kernel

/// The bookings of one day in the dialect of `docs/partner-statement.md`.
public struct Statement: Sendable {
  public var partner: String
  /// Counts days from the partner's first, from 1.
  public var sequence: Int
  /// Days since 1970-01-01, UTC.
  public var day: Int32
  public var lines: [Booking]
  /// Where this download breaks off, as a share of its length; `nil`: it comes whole.
  public var breaksOffAt: Double?

  /// The file, UTF-8.
  public func csv() -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(lines.count * 110 + 200)
    Self.append(["header", "1", partner, String(sequence), Timestamp.date(day)], to: &text)
    var sums = SumsByCurrency()
    for (index, line) in lines.enumerated() {
      sums.add(line.kind, line.amount, line.currency)
      let at = Timestamp.text(line.bookedAt ?? line.createdAt)
      Self.append(
        [
          "booking", String(index + 1), line.kind.rawValue, line.reference, line.transaction, String(line.amount),
          line.currency, at,
        ], to: &text)
    }
    let totals = sums.all
    for sum in totals {
      let bookings = sum.captures + sum.refunds + sum.returns
      Self.append(
        [
          "total", sum.currency, String(bookings), String(sum.captured), String(sum.refunded), String(sum.returned),
        ], to: &text)
    }
    Self.append(["trailer", String(lines.count), String(totals.count)], to: &text)
    if let share = breaksOffAt { text.removeLast(text.count - Int(Double(text.count) * share)) }
    return text
  }

  private static func append(_ fields: [String], to text: inout [UInt8]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      appendQuoted(field, to: &text)
    }
    text.append(contentsOf: [13, 10])
  }

  /// RFC 4180, section 2, rules 5 to 7.
  private static func appendQuoted(_ field: String, to text: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    guard field.utf8.contains(where: { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 13 || $0 == 10 }) else {
      text.append(contentsOf: field.utf8)
      return
    }
    text.append(quote)
    for byte in field.utf8 {
      if byte == quote { text.append(quote) }
      text.append(byte)
    }
    text.append(quote)
  }
}

extension PartnerBook {
  /// The statement of a day; `nil` while the day is not over, before the partner's first day, or while it is held back.
  public mutating func statement(forDay day: Int32, now: Instant) -> Statement? {
    advance(to: now)
    let draws = Draws(seed: seed, .statement, "day", asked: day)
    let held = draws.happens(.withheld, dials.statements.withheld) ? Int32(dials.statements.withheldDays) : 0
    guard day >= openedDay, day < 1_000_000, now >= Timestamp.start(ofDay: day + 1 + held) else { return nil }
    downloads[day, default: 0] += 1
    let download = Draws(seed: seed, .statement, "download \(downloads[day] ?? 0)", asked: day)
    let torn = download.happens(.torn, dials.statements.torn)
    return Statement(
      partner: partner, sequence: Int(day - openedDay) + 1, day: day,
      lines: (statementDays[day] ?? []).map { booking($0) }, breaksOffAt: torn ? download.unit(.tornAt) : nil)
  }

  /// The day in whose statement a booking comes; `nil`: in none.
  func statementDay(of draws: Draws, at: Instant) -> Int32? {
    let today = Timestamp.day(at)
    let dial = dials.statements
    guard draws.happens(.statementLine, dial.late + dial.never) else { return today }
    guard draws.unit(.statementLine) < dial.late else { return nil }
    return today + Int32(draws.integer(.statementDays, in: dial.lateDaysMin...dial.lateDaysMax))
  }

  /// Days since 1970-01-01 in UTC: how statements are numbered.
  public static func day(of instant: Instant) -> Int32 { Timestamp.day(instant) }
}
