import Billing
import Crypto
import Kernel

/// Partners with different proofs, each with its own dials from the seed.
enum SimulatedPartners {
  static let refusals: Set<String> = ["DECLINED", "CARRIER_BILLING_REFUND.REFUND_DENIED"]

  static func make(_ plan: SimulationPlan, random: inout SplitMix64, clock: MovedClock) -> [BookCounterpart] {
    [
      partner("card", card(&random), &random, plan, clock), partner("carrier", carrier(&random), &random, plan, clock),
      partner("debit", debit, &random, plan, clock), partner("wallet", wallet, &random, plan, clock),
    ]
  }

  /// Replays by reference, or does not: then a repeat would be a second charge.
  private static func card(_ random: inout SplitMix64) -> Capabilities {
    Capabilities(
      replay: random.chance(0.5) ? .byReference(window: .hours(24)) : .none, query: .byReference(lag: .seconds(20)),
      cancel: false, statement: .none, notifiesWithin: random.chance(0.5) ? .seconds(30) : nil, refusals: refusals,
      concurrency: 1,
      ratePerSecond: 1_000)
  }

  private static func carrier(_ random: inout SplitMix64) -> Capabilities {
    Capabilities(
      replay: random.chance(0.5) ? .byReference(window: .hours(2)) : .none, query: .byReference(lag: .minutes(10)),
      cancel: random.chance(0.5), statement: .none, notifiesWithin: .minutes(2), refusals: refusals, concurrency: 1,
      ratePerSecond: 1_000)
  }

  private static let debit = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .periodic(every: .days(1), late: .days(4)),
    notifiesWithin: nil, refusals: [], concurrency: 1, ratePerSecond: 1_000)

  /// Answers and notifies, and can be asked nothing: what stays open is a person's to find out.
  private static let wallet = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .none, notifiesWithin: .minutes(2), refusals: refusals,
    concurrency: 1, ratePerSecond: 1_000)

  private static func partner(
    _ lane: String, _ capabilities: Capabilities, _ random: inout SplitMix64, _ plan: SimulationPlan,
    _ clock: MovedClock
  ) -> BookCounterpart {
    let seed = plan.seed &* 31 &+ UInt64(lane.utf8.reduce(0) { $0 + Int($1) })
    var steps: [DialSchedule.Step] = []
    var at = plan.start - .days(1)
    // Random numbers of their own: the lives are otherwise those that they were before banks took anything back.
    var banks = SplitMix64(seed: seed &+ 0xBA4C)
    // The partner's mood changes every ten days.
    for _ in 0..<12 {
      var dials = dials(&random, lane: lane, capabilities)
      // Told by a statement line alone: who has no statement would never hear of it.
      if capabilities.statement != .none, banks.chance(0.6) {
        dials.returned = banks.unit() * 0.6
        dials.returnedAfter = Spread(.minutes(10), .days(banks.chance(0.5) ? 2 : 6))
      }
      for misdeed in plan.without { dials.spare(misdeed) }
      steps.append(.init(from: at, dials: dials))
      at = at + .days(10)
    }
    let book = PartnerBook(
      partner: lane, seed: seed, opened: plan.start - .days(1), schedule: DialSchedule(steps: steps))
    return BookCounterpart(
      lane: lane, book: SharedBook(book), capabilities: capabilities, now: { clock.now })
  }

  private static func dials(_ random: inout SplitMix64, lane: String, _ capabilities: Capabilities) -> Dials {
    var dials = Dials()
    guard random.chance(0.75) else { return dials }
    dials.notifications.lose = random.chance(0.15) ? 1 : random.share(0.6)
    dials.notifications.delay = Spread(.seconds(0), .hours(random.chance(0.3) ? 40 : 1))
    dials.notifications.double = random.share(0.4)
    dials.notifications.reorder = random.share(0.4)
    dials.notifications.bare = random.share(0.5)
    dials.notifications.progress = random.share(1)
    dials.notifications.retries = random.chance(0.5) ? 0 : 5
    dials.answers.late = random.share(0.2)
    dials.answers.http5xxAfterCharge = random.share(0.2)
    dials.answers.garbageAfterCharge = random.share(0.15)
    dials.answers.resetAfterCharge = random.share(0.2)
    dials.answers.http5xxBeforeCharge = random.share(0.2)
    dials.answers.decline = random.share(0.6)
    dials.answers.declineCodes = ["DECLINED"]
    dials.answers.declineRefund = random.share(0.3)
    dials.answers.declineRefundCodes = ["CARRIER_BILLING_REFUND.REFUND_DENIED"]
    dials.answers.twice = random.share(0.6)
    dials.answers.changesMind = random.share(1)
    dials.answers.down = random.chance(0.1) ? 1 : 0
    dials.answers.downAs = random.chance(0.5) ? .refused : .unavailable
    if capabilities.notifiesWithin != nil {
      dials.answers.async = random.share(1)
      dials.answers.asyncDelay = Spread(.seconds(2), .minutes(20))
    }
    if case .byReference(let lag) = capabilities.query { dials.queries.lagSeconds = lag.seconds * random.unit() }
    dials.queries.fail = random.chance(0.2) ? 1 : random.share(1)
    dials.statements.torn = random.share(0.3)
    dials.statements.late = random.share(0.6)
    dials.statements.lateDaysMax = 3
    dials.statements.withheld = random.share(0.6)
    dials.statements.withheldDays = random.chance(0.5) ? 2 : 7
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

extension Dials {
  mutating func spare(_ misdeed: SimulationPlan.Misdeed) {
    switch misdeed {
    case .losesNotifications: notifications.lose = 0
    case .delaysNotifications: notifications.delay = Spread(.seconds(0), .seconds(0))
    case .doublesNotifications: notifications.double = 0
    case .reordersNotifications: notifications.reorder = 0
    case .answersLate: answers.late = 0
    case .failsAfterCharge: answers.http5xxAfterCharge = 0
    case .garblesAfterCharge: answers.garbageAfterCharge = 0
    case .resetsAfterCharge: answers.resetAfterCharge = 0
    case .failsBeforeCharge: answers.http5xxBeforeCharge = 0
    case .declines: answers.decline = 0
    case .isDown: answers.down = 0
    case .answersLater: answers.async = 0
    case .queryLags: queries.lagSeconds = 0
    case .failsQuestions: queries.fail = 0
    case .namesOnlyItsOwnID: notifications.bare = 0
    case .tellsBeginnings: notifications.progress = 0
    case .declinesRefunds: answers.declineRefund = 0
    case .chargesTwice: answers.twice = 0
    case .changesItsMind: answers.changesMind = 0
    case .bringsStatementsLate: statements.late = 0
    case .withholdsStatements: statements.withheld = 0
    case .bankTakesBack: returned = 0
    }
  }
}
