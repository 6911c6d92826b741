import Store

/// A change under way: the transaction, the moment, and what will be saved with it. Facts and effects are written when
/// the body has ended, all of them in two statements.
public final class Change {
  public let tx: Transaction
  public private(set) var now: Instant
  public let actor: Actor
  private let identifiers: Identifiers
  private let random: @Sendable () -> UInt64
  let teller: TellPerson?
  private var facts: [any Fact] = []
  private var effects: [NewEffect] = []
  private(set) var tally = Tally()

  init(
    _ tx: Transaction, now: Instant, actor: Actor, identifiers: Identifiers, random: @escaping @Sendable () -> UInt64,
    teller: TellPerson?
  ) {
    self.tx = tx
    self.now = now
    self.actor = actor
    self.identifiers = identifiers
    self.random = random
    self.teller = teller
  }

  /// Before anything else is done in it: it happens at another moment.
  func happens(at moment: Instant) { now = moment }

  /// A new row id.
  public func id() throws -> Int64 { try ids(1).lowerBound }

  /// `count` new row ids, one after the other.
  public func ids(_ count: Int) throws -> Range<Int64> {
    guard let taken = identifiers.take(Int64(count)) else { throw IdentifiersExhausted(count: Int64(count)) }
    return taken
  }

  /// A new reference for the outside world.
  public func reference() -> String { Reference.make(at: now, random: random) }

  /// Says what happened, in the journal, for ever.
  public func record(_ fact: some Fact) { facts.append(fact) }

  /// Asks somebody outside to do something, after the commit.
  public func enqueue(_ effect: NewEffect) { effects.append(effect) }

  /// Counts something for those who watch the service, once this is saved. Labels from short lists only.
  public func count(_ name: String, _ labels: [(String, String)] = [], by amount: Int = 1) {
    tally.count(name, labels, amount)
  }

  /// As above: how long something took.
  public func observe(_ name: String, _ labels: [(String, String)] = [], _ span: Span) {
    tally.observe(name, labels, span)
  }

  /// Writes what was recorded and enqueued so far; the kernel does it at the end. A change of a million rows does it
  /// in between, to hold no more than a batch in memory.
  public func flush() throws {
    try Journal.append(facts, in: self)
    try Outbox.insert(effects, in: self)
    facts.removeAll(keepingCapacity: true)
    effects.removeAll(keepingCapacity: true)
  }
}
