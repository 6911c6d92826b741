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
  /// A share of those affected who cannot be reached by mail; half of them by nothing.
  public var hardToReach = 0.05
  /// How many say that it is not right, in the middle.
  public var objections = 3
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
