import Kernel

/// How one repair is lived: what goes wrong while people are made whole. All of it follows from the seed.
public struct RepairPlan: Sendable {
  public var seed: UInt64
  /// One in so many steps kills the process; 0: none.
  public var crashOneIn: UInt64 = 40
  /// One in so many commits ends unknown, half of them done; 0: none.
  public var unknownCommitOneIn: UInt64 = 60
  /// While one in so many calls is under way a second worker works; 0: never.
  public var secondWorkerOneIn: UInt64 = 6
  /// A share of the people whose charges are found out only after the first search: another file of the partner.
  public var foundLater = 0.1
  /// The same, of those whose charges come to light when everybody else is whole: the incident must not close over them.
  public var foundLast = 0.0
  /// A share of those affected who cannot be reached by mail; half of them by nothing.
  public var hardToReach = 0.05
  /// A share of those affected who go to their bank, each about one of their charges and in the middle; half of them twice, about two.
  public var disputed = 0.0
  /// How many say that it is not right, in the middle.
  public var objections = 3
  /// So many are given back by hand, by support that knows of no incident: before the search, and once more after it.
  public var byHand = 0
  /// No more may be spent than was tried: whoever joins stops the run, and a new rule is tried and approved.
  public var isTight = false
  /// A repair takes some hundreds; one that never comes to its end takes these.
  public var mostSteps = 20_000
  /// Looks at each step that nobody is called whole who is not. Too much for many people.
  public var watches = false
  /// How the partner misbehaves while it gives back.
  public var dials: Dials
  /// Effects and people that one step takes.
  public var batch = 50

  public init(seed: UInt64) {
    self.seed = seed
    var dials = Dials()
    dials.answers.http5xxBeforeCharge = 0.03
    dials.answers.http5xxAfterCharge = 0.04
    dials.answers.resetAfterCharge = 0.04
    dials.answers.garbageAfterCharge = 0.02
    dials.answers.declineRefund = 0.03
    dials.answers.async = 0.3
    dials.answers.asyncDelay = Spread(.seconds(2), .minutes(5))
    dials.notifications.lose = 0.3
    dials.notifications.delay = Spread(.seconds(1), .minutes(1))
    dials.notifications.double = 0.1
    self.dials = dials
  }

  /// A life of its own for each seed: few people in small batches, and more that goes wrong, at a partner that keeps no count of
  /// what it gave back, so that whoever is paid twice has twice the money.
  public static func life(_ seed: UInt64) -> RepairPlan {
    var random = SplitMix64(seed: seed &+ 0x5EED)
    func one(_ range: ClosedRange<UInt64>) -> UInt64 {
      range.lowerBound + random.next() % (range.upperBound - range.lowerBound + 1)
    }
    func share(_ most: Double) -> Double { Double(one(0...1_000)) / 1_000 * most }
    var plan = RepairPlan(seed: seed)
    plan.crashOneIn = one(12...50)
    plan.unknownCommitOneIn = one(20...80)
    plan.secondWorkerOneIn = one(2...8)
    plan.foundLater = 0.1 + share(0.3)
    plan.foundLast = 0.05 + share(0.15)
    plan.hardToReach = 0.05 + share(0.2)
    plan.objections = Int(one(1...5))
    plan.batch = Int(one(2...9))
    plan.byHand = Int(one(0...2))
    plan.isTight = one(0...1) == 1
    plan.mostSteps = 1_500
    plan.watches = true
    plan.dials.answers.http5xxBeforeCharge = share(0.1)
    plan.dials.answers.http5xxAfterCharge = share(0.15)
    plan.dials.answers.resetAfterCharge = share(0.15)
    plan.dials.answers.declineRefund = share(0.15)
    plan.dials.answers.async = share(0.6)
    plan.dials.notifications.lose = share(0.5)
    plan.dials.answers.countsRefunds = false
    plan.disputed = share(0.6)
    return plan
  }

  /// The service that such a life repairs: some dozens of people, of whom about half were charged twice.
  public static func service(_ seed: UInt64) -> ReplaySettings {
    var settings = ReplaySettings()
    settings.seed = seed
    settings.subscribers = 40
    settings.months = 3
    settings.lost = 0.2...0.4
    settings.late = 0.2...0.3
    return settings
  }

  /// The partner that takes refunds: asked by our reference, and known to refuse some.
  static let capabilities: Capabilities = {
    var capabilities = ReplayPartner.capabilities
    capabilities.refusals.insert("CARRIER_BILLING_REFUND.REFUND_DENIED")
    return capabilities
  }()
}

/// What a repair came to. Money and people are counted from the partner's own book.
public struct RepairOutcome: Sendable, Equatable {
  /// People who were charged more than once for a period, by the book.
  public var charged = 0
  /// Periods of theirs, and charges too many.
  public var surplus = 0
  public var surplusAmount: Int64 = 0
  /// Whom the incident found; whom it left out; whom it named wrongly.
  public var found = 0
  public var missed = 0
  public var wronglyNamed = 0
  /// Versions of the cohort, and how many the last one added.
  public var versions = 0
  public var addedLater = 0
  /// Refunds in the book, and what they came to.
  public var refunds = 0
  public var givenBack: Int64 = 0
  /// Charges of which a bank took the money back.
  public var takenBack = 0
  /// Charges that were given back twice, or not at all; both by the book.
  public var paidTwice = 0
  public var leftOut = 0
  /// Where people stand at the end.
  public var whole = 0
  public var unreachable = 0
  public var held: Int64 = 0
  /// What went wrong meanwhile.
  public var crashes = 0
  public var unknown = 0
  public var refused = 0
  public var objections = 0
  public var noticedAt: Instant?
  public var containedAt: Instant?
  public var closedAt: Instant?
  /// What was promised and not kept; empty.
  public var problems: [String] = []

  public init() {}

  /// Of the carriers' repairs as one.
  init(joining parts: [RepairOutcome]) {
    for part in parts {
      charged += part.charged
      surplus += part.surplus
      surplusAmount += part.surplusAmount
      found += part.found
      missed += part.missed
      wronglyNamed += part.wronglyNamed
      versions = max(versions, part.versions)
      addedLater += part.addedLater
      refunds += part.refunds
      givenBack += part.givenBack
      takenBack += part.takenBack
      paidTwice += part.paidTwice
      leftOut += part.leftOut
      whole += part.whole
      unreachable += part.unreachable
      held += part.held
      crashes += part.crashes
      unknown += part.unknown
      refused += part.refused
      objections += part.objections
      noticedAt = [noticedAt, part.noticedAt].compactMap { $0 }.min()
      containedAt = [containedAt, part.containedAt].compactMap { $0 }.max()
      closedAt = [closedAt, part.closedAt].compactMap { $0 }.max()
      problems += part.problems
    }
  }
}
