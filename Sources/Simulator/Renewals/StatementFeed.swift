import Billing
import Crypto
import Kernel

/// Brings the daily statements of the partners that have them, each when it can be had: a day that is held back comes after later
/// ones.
struct StatementFeed {
  private var missing: [String: [Int32]] = [:]
  private var nextDay: [String: Int32] = [:]
  private let firstDay: Int32

  init(from start: Instant) { firstDay = PartnerBook.day(of: start - .days(1)) }

  mutating func feed(_ partners: [BookCounterpart], to kernel: Kernel, told: Told, now: Instant) async throws {
    for partner in partners {
      guard case .periodic = partner.capabilities.statement else { continue }
      let today = PartnerBook.day(of: now)
      let next = nextDay[partner.lane] ?? firstDay
      var left: [Int32] = []
      let days = missing[partner.lane, default: []] + (next < today ? Array(next..<today) : [])
      (missing[partner.lane], nextDay[partner.lane]) = (days, max(next, today))
      for day in days {
        let file = partner.book.withBook { $0.statement(forDay: day, now: now) }
        guard let file, file.breaksOffAt == nil else {
          left.append(day)
          continue
        }
        _ = try await ImportStatement(kernel: kernel).run(
          Billing.Statement(file), lane: partner.lane, digest: Array(SHA256.hash(data: file.csv())), by: .system("feed")
        )
        told.hear(file.lines, lane: partner.lane)
      }
      missing[partner.lane] = left
    }
  }
}

extension Billing.Statement {
  /// The book's statement without the way through CSV; the file form has its own tests.
  init(_ file: Statement) {
    self.init()
    let day = Instant(seconds: Int64(file.day) * 86_400)
    header = Header(partner: file.partner, sequence: Int64(file.sequence), from: day, until: day + .days(1))
    lines = file.lines.enumerated().map { index, booking in
      Line(
        number: Int64(index + 1), kind: LineKind(rawValue: booking.kind.rawValue) ?? .capture,
        reference: booking.reference, transaction: booking.transaction, amount: booking.amount,
        currency: booking.currency, bookedAt: booking.bookedAt ?? booking.createdAt)
    }
    let tally = Tally(lines)
    totals = tally.totals
    declaredLines = tally.lines
  }
}
