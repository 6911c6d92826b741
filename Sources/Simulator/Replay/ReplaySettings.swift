import Kernel

/// One year of one service, and how its partner fails. Everything else follows from these and the seed.
public struct ReplaySettings: Sendable, Equatable {
  /// At the end; a fifth of them are there at the start, as many join each month.
  public var subscribers = 100_000
  public var months = 12
  public var seed: UInt64 = 20_260_303
  /// How long the first way waits for a notification before it asks again.
  public var patience = Span.hours(24)
  /// How often it asks for one period in all.
  public var tries = 4
  /// Shares (0…1) of the notifications that never leave the partner: when it begins to fail, and at the end.
  public var lost = 0.01...0.04
  /// As `lost`, of those held back for one to 36 hours.
  public var late = 0.03...0.12
  /// How many notifications the partner manages in an hour, as a share of those of a morning at the end: beyond it loses the
  /// share above. 0: no limit.
  public var capacity = 0.6
  /// How often the engine looks around while nothing is open. Its own dates, such as that of a question, come in between.
  public var quiet = Span.hours(6)

  /// More would take tens of gigabytes.
  public static let most = 1_000_000
  public static let mostMonths = 60

  /// From so many subscribers on, half of them are with a second carrier of the same kind. Each carrier's people are lived
  /// through in a database of their own, side by side: a writer alone keeps one core busy.
  public static let manySubscribers = 2_000

  public init() {}

  /// The carriers' shares, each a replay of its own.
  var carriers: [ReplaySettings] {
    guard subscribers >= Self.manySubscribers else { return [self] }
    return [subscribers - subscribers / 2, subscribers / 2].enumerated().map { index, share in
      var part = self
      part.subscribers = share
      part.seed = seed &+ UInt64(index)
      return part
    }
  }

  func check() throws(Refusal) {
    guard (1...Self.most).contains(subscribers) else {
      throw Refusal(.invalid, "badSubscribers", "A replay has 1 to \(Self.most) subscribers.")
    }
    guard (1...Self.mostMonths).contains(months) else {
      throw Refusal(.invalid, "badMonths", "A replay lasts 1 to \(Self.mostMonths) months.")
    }
    let shares = [lost.lowerBound, lost.upperBound, late.lowerBound, late.upperBound]
    guard shares.allSatisfy((0...1).contains) else {
      throw Refusal(.invalid, "badShare", "A share of notifications is 0 to 1.")
    }
    guard (0...100).contains(capacity) else {
      throw Refusal(.invalid, "badCapacity", "The partner's capacity is 0 to 100 mornings' notifications an hour.")
    }
    guard (.minutes(10) ... .hours(24)).contains(quiet) else {
      throw Refusal(.invalid, "badQuiet", "Looks are 10 minutes to 24 hours apart.")
    }
    // What is asked for a period must have come to its end before the next period begins.
    guard (1...10).contains(tries), patience >= .minutes(1), patience * Int64(tries) <= .days(27) else {
      throw Refusal(.invalid, "badPatience", "All tries of a period must fit into 27 days.")
    }
  }
}
