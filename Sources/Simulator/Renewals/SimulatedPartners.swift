import Billing
import Crypto
import Kernel

/// Three partners with different proofs, each with its own dials from the seed.
enum SimulatedPartners {
  static let refusals: Set<String> = ["DECLINED", "CARRIER_BILLING_REFUND.REFUND_DENIED"]

  static func make(seed: UInt64, random: inout SplitMix64, clock: MovedClock) -> [BookCounterpart] {
    [
      partner("card", card(&random), &random, seed, clock), partner("carrier", carrier(&random), &random, seed, clock),
      partner("debit", debit, &random, seed, clock),
    ]
  }

  /// Replays by reference, or does not: then a repeat would be a second charge.
  private static func card(_ random: inout SplitMix64) -> Capabilities {
    Capabilities(
      replay: random.chance(0.5) ? .byReference(window: .hours(24)) : .none, query: .byReference(lag: .seconds(20)),
      cancel: false, statement: .none, notifiesWithin: .seconds(30), refusals: refusals, concurrency: 1,
      ratePerSecond: 1_000)
  }

  private static func carrier(_ random: inout SplitMix64) -> Capabilities {
    Capabilities(
      replay: random.chance(0.5) ? .byReference(window: .hours(2)) : .none, query: .byReference(lag: .minutes(10)),
      cancel: random.chance(0.3), statement: .none, notifiesWithin: .minutes(2), refusals: refusals, concurrency: 1,
      ratePerSecond: 1_000)
  }

  private static let debit = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .periodic(every: .days(1), late: .days(4)),
    notifiesWithin: nil, refusals: [], concurrency: 1, ratePerSecond: 1_000)

  private static func partner(
    _ lane: String, _ capabilities: Capabilities, _ random: inout SplitMix64, _ seed: UInt64, _ clock: MovedClock
  ) -> BookCounterpart {
    let seed = seed &* 31 &+ UInt64(lane.utf8.reduce(0) { $0 + Int($1) })
    var steps: [DialSchedule.Step] = []
    var at = RenewalSimulation.start - .days(1)
    // The partner's mood changes every ten days.
    for _ in 0..<12 {
      steps.append(.init(from: at, dials: dials(&random, lane: lane, capabilities)))
      at = at + .days(10)
    }
    let book = PartnerBook(
      partner: lane, seed: seed, opened: RenewalSimulation.start - .days(1), schedule: DialSchedule(steps: steps))
    return BookCounterpart(
      lane: lane, book: SharedBook(book), capabilities: capabilities, now: { clock.now })
  }

  private static func dials(_ random: inout SplitMix64, lane: String, _ capabilities: Capabilities) -> Dials {
    var dials = Dials()
    guard random.chance(0.75) else { return dials }
    dials.notifications.lose = random.share(0.6)
    dials.notifications.delay = Spread(.seconds(0), .hours(random.chance(0.3) ? 40 : 1))
    dials.notifications.double = random.share(0.4)
    dials.notifications.reorder = random.share(0.4)
    dials.answers.late = random.share(0.2)
    dials.answers.http5xxAfterCharge = random.share(0.2)
    dials.answers.garbageAfterCharge = random.share(0.15)
    dials.answers.resetAfterCharge = random.share(0.2)
    dials.answers.http5xxBeforeCharge = random.share(0.2)
    dials.answers.decline = random.share(0.3)
    dials.answers.declineCodes = ["DECLINED"]
    dials.answers.declineRefund = 0
    dials.answers.down = random.chance(0.1) ? 1 : 0
    dials.answers.downAs = random.chance(0.5) ? .refused : .unavailable
    if capabilities.notifiesWithin != nil {
      dials.answers.async = random.share(1)
      dials.answers.asyncDelay = Spread(.seconds(2), .minutes(20))
    }
    if case .byReference(let lag) = capabilities.query { dials.queries.lagSeconds = lag.seconds * random.unit() }
    dials.statements.late = random.share(0.3)
    dials.statements.lateDaysMax = 3
    dials.statements.withheld = random.share(0.3)
    dials.statements.withheldDays = 2
    dials.replay.on = capabilities.replay != .none
    return dials
  }
}

extension SplitMix64 {
  /// 0 up to, not including, 1.
  mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
  mutating func chance(_ share: Double) -> Bool { unit() < share }
  /// Nothing half of the time, else up to `most`.
  mutating func share(_ most: Double) -> Double { chance(0.5) ? 0 : unit() * most }
}

/// Brings the daily statements of the partners that have them.
struct StatementFeed {
  private var nextDay: [String: Int32] = [:]

  mutating func feed(_ partners: [BookCounterpart], to engine: RenewalEngine, now: Instant) async throws {
    for partner in partners {
      guard case .periodic = partner.capabilities.statement else { continue }
      var day = nextDay[partner.lane] ?? PartnerBook.day(of: RenewalSimulation.start - .days(1))
      while day < PartnerBook.day(of: now), let file = partner.book.withBook({ $0.statement(forDay: day, now: now) }),
        file.breaksOffAt == nil
      {
        let statement = Billing.Statement(file)
        _ = try await ImportStatement(kernel: engine.kernel).run(
          statement, lane: partner.lane, digest: Array(SHA256.hash(data: file.csv())), by: .system("feed"))
        day += 1
        nextDay[partner.lane] = day
      }
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
