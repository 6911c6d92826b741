import Kernel

/// What one simulated life is like. Everything else follows from it: the same plan, the same life.
public struct SimulationPlan: Sendable, Equatable {
  public var seed: UInt64
  public var subscribers: Int
  /// So long renewals fall due; afterwards what is open comes to its end.
  public var days: Int64
  public var start: Instant
  /// A crash at about one in so many points between two steps; 0: none.
  public var crashOneIn: UInt64
  /// A commit of unknown outcome at about one in so many; half of these happened. 0: none.
  public var unknownCommitOneIn: UInt64
  /// People act at about one in so many moments: they give money back, cancel, pause, stop a partner, decide what nobody
  /// could find out. 0: never.
  public var personOneIn: UInt64
  /// A second worker does all that is due during about one in so many calls of the first. 0: there is none.
  public var secondWorkerOneIn: UInt64
  /// What the partners leave undone in this life. The other chances stay as they are, so that a life can be made simpler
  /// step by step.
  public var without: Set<Misdeed> = []

  /// What a partner can do wrong.
  public enum Misdeed: String, Sendable, CaseIterable {
    case losesNotifications, delaysNotifications, doublesNotifications, reordersNotifications
    case answersLate, failsAfterCharge, garblesAfterCharge, resetsAfterCharge, failsBeforeCharge
    case declines, isDown, answersLater, queryLags, failsQuestions, bringsStatementsLate, withholdsStatements
    case namesOnlyItsOwnID, tellsBeginnings, declinesRefunds
    /// Against what it promised: money is taken twice under one reference; what was declined is taken after all.
    case chargesTwice, changesItsMind
    /// The payer's bank takes money back; whoever charged has no part in that.
    case bankTakesBack
  }

  /// A month's end; the nights when clocks change in Europe, in America and on Lord Howe; a leap day; New Year's Eve.
  static let starts: [Instant] = [
    Instant(seconds: 1_769_850_000),  // 2026-01-31T09:00:00Z
    Instant(seconds: 1_774_656_000),  // 2026-03-28T00:00:00Z
    Instant(seconds: 1_772_841_600),  // 2026-03-07T00:00:00Z
    Instant(seconds: 1_775_217_600),  // 2026-04-03T12:00:00Z
    Instant(seconds: 1_792_800_000),  // 2026-10-24T00:00:00Z
    Instant(seconds: 1_835_352_000),  // 2028-02-28T12:00:00Z
    Instant(seconds: 1_798_740_000),  // 2026-12-31T18:00:00Z
  ]

  /// The life of this seed: how many people, how long, from when, and how often what goes wrong are drawn from it as well, so
  /// that quiet and wild lives, short and long ones come up.
  public init(seed: UInt64) {
    self.seed = seed
    var random = SplitMix64(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    subscribers = 2 + Int(random.next() % 9)
    days = 20 + Int64(random.next() % 30)
    start = Self.starts[Int(random.next() % UInt64(Self.starts.count))]
    crashOneIn = [0, 15, 40, 60, 200][Int(random.next() % 5)]
    unknownCommitOneIn = [0, 30, 80, 300][Int(random.next() % 4)]
    personOneIn = [0, 5, 15][Int(random.next() % 3)]
    secondWorkerOneIn = [0, 2, 6][Int(random.next() % 3)]
    // Half of the lives have partners that do what they promised, however badly: there nobody may be charged twice at all.
    if random.chance(0.5) { without = [.chargesTwice, .changesItsMind] }
  }

  /// In one line, for people.
  public var words: String {
    let faults = Misdeed.allCases.filter { !without.contains($0) }.map(\.rawValue)
    return "\(subscribers) subscribers, \(days) days from \(start.iso8601), "
      + (crashOneIn == 0 ? "no crash" : "a crash in \(crashOneIn) steps") + ", "
      + (unknownCommitOneIn == 0 ? "no unknown commit" : "an unknown commit in \(unknownCommitOneIn)")
      + (personOneIn == 0 ? "" : ", a person acts in one of \(personOneIn) moments")
      + (secondWorkerOneIn == 0 ? "" : ", a second worker during one of \(secondWorkerOneIn) calls")
      + (without.isEmpty
        ? "" : "; the partners do only: \(faults.isEmpty ? "nothing wrong" : faults.joined(separator: ", "))")
  }
}
