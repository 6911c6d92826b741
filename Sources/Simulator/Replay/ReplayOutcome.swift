import Kernel

/// What both ways came to. Every figure of money and of people is read from the partner's own books; alerts and open
/// questions from the engine's tables.
public struct ReplayOutcome: Sendable, Equatable {
  public let settings: ReplaySettings
  /// When the partner's notifications began to fail.
  public let failingSince: Instant
  /// Periods that were owed for.
  public let periods: Int
  public let months: [Month]
  public let silence: Way
  public let amends: Way
  /// What became of those whom the first way charged too often, as an incident of Amends.
  public let repair: RepairOutcome

  /// What was the same both ways.
  public struct Month: Sendable, Equatable {
    public var start: Instant
    /// At its end.
    public var subscribers: Int
    /// The share (0…1) of the partner's notifications that never came, by the book of the way through Amends. The other way asks
    /// more often and loses more.
    public var lost: Double
  }

  public struct Alert: Sendable, Equatable {
    public var at: Instant
    public var text: String
  }

  /// One way of working. Money in minor units of `currency`.
  public struct Way: Sendable, Equatable {
    public struct Month: Sendable, Equatable {
      /// Periods of this month that were charged more than once.
      public var doubled: Int
      /// Beyond the one charge that each period owes.
      public var taken: Int64
      public var returned: Int64
    }

    /// Charges that the partner took.
    public var charges: Int
    /// People by the most often that they were charged for one period. Everybody is counted once.
    public var people: [Int: Int]
    /// Periods that were owed for and never charged.
    public var uncharged: Int
    /// The most charges for one period that were not given back.
    public var mostStanding: Int
    public var months: [Month]
    public var firstDouble: Instant?
    public var firstAlert: Alert?
    public var alerts: Int
    public var refunds: Int
    /// Charges whose outcome is still not known at the end.
    public var waiting: Int
    /// Periods that the service took for unpaid in the end, although the partner had charged them.
    public var givenUp: Int

    public var doubled: Int { months.reduce(0) { $0 + $1.doubled } }
    public var taken: Int64 { months.reduce(0) { $0 + $1.taken } }
    public var returned: Int64 { months.reduce(0) { $0 + $1.returned } }
    /// People who were charged more than once for a period.
    public var overcharged: Int { people.filter { $0.key > 1 }.reduce(0) { $0 + $1.value } }

    init(_ truth: ReplayTruth, firstAlert: Alert?, alerts: Int, waiting: Int, givenUp: Int) {
      charges = truth.charges
      people = truth.people
      uncharged = truth.uncharged
      mostStanding = truth.mostStanding
      months = truth.months
      firstDouble = truth.firstDouble
      refunds = truth.refunds
      self.firstAlert = firstAlert
      self.alerts = alerts
      self.waiting = waiting
      self.givenUp = givenUp
    }

    init(joining ways: [Way]) {
      func sum(_ count: (Way) -> Int) -> Int { ways.reduce(0) { $0 + count($1) } }
      charges = sum(\.charges)
      people = ways.reduce(into: [:]) { $0.merge($1.people, uniquingKeysWith: +) }
      uncharged = sum(\.uncharged)
      mostStanding = ways.map(\.mostStanding).max() ?? 0
      months = (ways.first?.months ?? []).indices.map { index in
        ways.map { $0.months[index] }.reduce(into: Month(doubled: 0, taken: 0, returned: 0)) {
          $0.doubled += $1.doubled
          $0.taken += $1.taken
          $0.returned += $1.returned
        }
      }
      firstDouble = ways.compactMap(\.firstDouble).min()
      firstAlert = ways.compactMap(\.firstAlert).min { $0.at < $1.at }
      alerts = sum(\.alerts)
      refunds = sum(\.refunds)
      waiting = sum(\.waiting)
      givenUp = sum(\.givenUp)
    }
  }

  init(
    _ plan: ReplayPlan, silence: SilenceMeansFailure.Result, amends: ThroughAmends.Result, repair: RepairOutcome
  ) {
    self.repair = repair
    settings = plan.settings
    failingSince = plan.failingSince
    periods = plan.periods
    months = amends.months
    // The first system had no checks, and nothing of it stays open: after the last try it gives up.
    self.silence = Way(silence.truth, firstAlert: nil, alerts: 0, waiting: 0, givenUp: silence.gaveUp)
    self.amends = Way(
      amends.truth, firstAlert: amends.firstAlert, alerts: amends.alerts, waiting: amends.waiting, givenUp: 0)
  }

  /// The carriers' outcomes as that of the whole service.
  init(joining parts: [ReplayOutcome], _ settings: ReplaySettings) {
    self.settings = settings
    failingSince = parts.map(\.failingSince).min() ?? ReplayPlan.start
    periods = parts.reduce(0) { $0 + $1.periods }
    months = (0..<settings.months).map { index in
      let all = parts.map { $0.months[index] }
      let people = all.reduce(0) { $0 + $1.subscribers }
      let lost = all.reduce(0) { $0 + $1.lost * Double($1.subscribers) }
      return Month(
        start: all[0].start, subscribers: people, lost: people == 0 ? 0 : lost / Double(people))
    }
    silence = Way(joining: parts.map(\.silence))
    amends = Way(joining: parts.map(\.amends))
    repair = RepairOutcome(joining: parts.map(\.repair))
  }

  /// The command that makes these figures again.
  public var command: String {
    "amends replay renewals --subscribers \(settings.subscribers) --months \(settings.months) --seed \(settings.seed)"
  }

  public var currency: String { ReplayPlan.currency }
}
