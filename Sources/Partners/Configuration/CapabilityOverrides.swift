import Kernel

/// What this partner, or our contract with it, proves otherwise than its adapter assumes. What is left out stays as the
/// adapter has it.
public struct CapabilityOverrides: Codable, Sendable, Equatable {
  /// For how long a repeated request is answered with the first result; 0: a repeat is a second effect.
  public var replayWindowSeconds: Int64?
  /// Whether the partner can be asked about our reference.
  public var queries: Bool?
  /// For how long after sending a "not found" may still be wrong.
  public var queryLagSeconds: Int64?
  /// How often a statement comes; 0: never.
  public var statementEverySeconds: Int64?
  /// For how long after a statement's period a line for it may still come.
  public var statementLateSeconds: Int64?
  /// How long the final notification may take; 0: the partner sends none.
  public var notifiesWithinSeconds: Int64?
  /// Further codes that are final refusals. A code listed by mistake invites a second charge.
  public var moreRefusals: [String]?
  /// Codes of the adapter's list that are not final here.
  public var fewerRefusals: [String]?
  /// Calls under way at once, from one process.
  public var concurrency: Int?
  /// Calls started a second, over all processes.
  public var ratePerSecond: Int?
  /// How long a call may take before its outcome is UNKNOWN.
  public var timeoutMilliseconds: Int64?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case replayWindowSeconds, queries, queryLagSeconds, statementEverySeconds, statementLateSeconds
    case notifiesWithinSeconds, moreRefusals, fewerRefusals, concurrency, ratePerSecond, timeoutMilliseconds
  }

  public init() {}

  func apply(to base: Capabilities) throws(ConfigurationError) -> Capabilities {
    var result = base
    if let seconds = replayWindowSeconds {
      let window = try Self.span(seconds, "replayWindowSeconds")
      result.replay = seconds == 0 ? .none : .byReference(window: window)
    }
    result.query = try query(base.query)
    result.statement = try statement(base.statement)
    if let seconds = notifiesWithinSeconds {
      let span = try Self.span(seconds, "notifiesWithinSeconds")
      result.notifiesWithin = seconds == 0 ? nil : span
    }
    result.refusals.formUnion(moreRefusals ?? [])
    result.refusals.subtract(fewerRefusals ?? [])
    if let concurrency { result.concurrency = try Self.count(concurrency, "concurrency") }
    if let ratePerSecond { result.ratePerSecond = try Self.count(ratePerSecond, "ratePerSecond") }
    if let milliseconds = timeoutMilliseconds {
      guard (1...600_000).contains(milliseconds) else {
        throw ConfigurationError("timeoutMilliseconds is \(milliseconds), not 1 to 600000")
      }
      result.timeout = .milliseconds(milliseconds)
    }
    return result
  }

  private func query(_ base: Capabilities.Query) throws(ConfigurationError) -> Capabilities.Query {
    if queries == false {
      if queryLagSeconds != nil { throw ConfigurationError("queryLagSeconds is given for a partner without queries") }
      return .none
    }
    if let seconds = queryLagSeconds { return .byReference(lag: try Self.span(seconds, "queryLagSeconds")) }
    if queries == true, base == .none { throw ConfigurationError("queries need a queryLagSeconds") }
    return base
  }

  private func statement(_ base: Capabilities.Statement) throws(ConfigurationError) -> Capabilities.Statement {
    switch (statementEverySeconds, statementLateSeconds, base) {
    case (nil, nil, _): return base
    case (0, nil, _): return .none
    case (let every?, let late?, _) where every > 0:
      return .periodic(
        every: try Self.span(every, "statementEverySeconds"), late: try Self.span(late, "statementLateSeconds"))
    case (nil, let late?, .periodic(let every, _)):
      return .periodic(every: every, late: try Self.span(late, "statementLateSeconds"))
    case (let seconds?, nil, .periodic(_, let late)):
      return .periodic(every: try Self.span(seconds, "statementEverySeconds"), late: late)
    default:
      throw ConfigurationError("a statement needs both statementEverySeconds and statementLateSeconds")
    }
  }

  /// Ten years at most, so that nothing overflows when it is turned into microseconds.
  private static func span(_ seconds: Int64, _ name: String) throws(ConfigurationError) -> Span {
    guard (0...315_360_000).contains(seconds) else {
      throw ConfigurationError("\(name) is \(seconds), not 0 to 315360000")
    }
    return .seconds(seconds)
  }

  private static func count(_ value: Int, _ name: String) throws(ConfigurationError) -> Int {
    guard (1...1_000_000).contains(value) else { throw ConfigurationError("\(name) is \(value), not 1 to 1000000") }
    return value
  }
}
