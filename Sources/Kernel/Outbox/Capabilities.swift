/// What a counterpart can prove. What may be done about an UNKNOWN follows from this and from nothing else:
/// the engine knows no partner by name (docs/decisions/003).
public struct Capabilities: Sendable, Codable, Equatable {
  /// Whether sending the same reference and body again is answered with the first result instead of a second effect.
  public enum Replay: Sendable, Codable, Equatable {
    /// A repeat is a second effect (or nobody promised otherwise): never repeat.
    case none
    /// The counterpart keeps its answer under our reference for `window` after the first request.
    case byReference(window: Span)
    /// Nobody promises that a repeat is no second effect, but a second one does no harm: whoever gets it can tell by our
    /// reference that it is the same. At most `times` calls in all, until `window` after the first.
    ///
    /// Believed only for kinds of effects of which their part says the same (`EffectHandler.mayHappenTwice`): a partner's
    /// settings alone cannot make a charge repeat.
    case harmless(times: Int, window: Span)
  }

  /// Whether the counterpart can be asked about our own reference.
  public enum Query: Sendable, Codable, Equatable {
    case none
    /// `lag`: how long after sending a "not found" may still be wrong.
    case byReference(lag: Span)
  }

  /// Whether a list of what happened comes in a file.
  public enum Statement: Sendable, Codable, Equatable {
    case none
    /// `late`: how long after the end of a statement's period a line for it may still come.
    case periodic(every: Span, late: Span)
  }

  public enum Owner: String, Sendable, Codable { case us, partner }

  public var replay: Replay
  public var query: Query
  /// Cancelling by our reference is possible and confirmed.
  public var cancel: Bool
  public var statement: Statement
  /// Who starts a charge. A store that charges by itself is observed, never asked.
  public var owner: Owner
  /// The result may come later, by notification; `nil`: the answer to the call is the result.
  public var notifiesWithin: Span?
  /// Refusal codes that are final. Any other "failed" is UNKNOWN until confirmed.
  public var refusals: Set<String>
  /// Calls under way at once, from one process.
  public var concurrency: Int
  /// Calls started a second, over all processes.
  public var ratePerSecond: Int
  /// How long a call may take before its outcome is UNKNOWN.
  public var timeout: Span

  public init(
    replay: Replay, query: Query, cancel: Bool, statement: Statement, owner: Owner = .us, notifiesWithin: Span?,
    refusals: Set<String>, concurrency: Int = 64, ratePerSecond: Int = 10_000, timeout: Span = .seconds(7)
  ) {
    self.replay = replay
    self.query = query
    self.cancel = cancel
    self.statement = statement
    self.owner = owner
    self.notifiesWithin = notifiesWithin
    self.refusals = refusals
    self.concurrency = concurrency
    self.ratePerSecond = ratePerSecond
    self.timeout = timeout
  }
}
