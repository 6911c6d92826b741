import Store

/// How calls to a lane went, for its breaker.
struct LaneCount: Sendable {
  var sent = 0
  var done = 0
  var refused = 0
  var pending = 0
  var unknown = 0
  /// Settled only because we asked: a notification that should have come did not.
  var asked = 0

  mutating func add(_ verdict: Verdict) {
    switch verdict {
    case .done: done += 1
    case .refused, .cancelled, .absent: refused += 1
    case .pending: pending += 1
    // A connection refused is no refusal of the payer's: it counts against the partner.
    case .unknown, .notSent, .reversed, .restored: unknown += 1
    }
  }

  var answered: Int { done + refused + pending + unknown }
}

/// Decides how many effects may leave on a lane now: the switch, the breaker, the ramp after an outage, the rate limit. The
/// lane's row is locked meanwhile, so that all processes share one allowance and a switch holds from its commit on.
enum LaneGate {
  /// Counts are kept in windows of this length, and looked at over `lookback`.
  static let window = Span.seconds(10)
  static let lookback = Span.seconds(60)
  /// Fewer calls than this say nothing about a partner.
  static let minimum = 20
  /// Open at this share of unknown outcomes, in percent. Declines do not count.
  static let threshold = 50
  /// How long it stays open: doubled each time, up to ten minutes.
  static let firstPause = Span.seconds(30)
  static let longestPause = Span.minutes(10)
  /// Calls that are tried one after the other before the flow begins again. They are measured by the same `threshold` as
  /// all others: a partner that loses one answer in four is worth its flow, and would hardly ever lose none of five.
  static let probes = 5
  /// Shares of the full rate after an outage, in percent, each for `stage`.
  static let ramp = [1, 5, 25, 100]
  static let stage = Span.seconds(60)

  /// - Parameters:
  ///   - hold: how long a lease on this lane lasts.
  ///   - passing: kinds that leave although the lane is stopped.
  /// - Returns: how many may leave now; of which kinds, if not of all.
  static func allow(
    _ wanted: Int, lane: String, capabilities: Capabilities, hold: Span, passing: [String] = [], in change: Change
  ) throws -> (count: Int, kinds: [String]?) {
    guard
      let row = try change.tx.row(
        "SELECT switch, breaker, opened, until, ramp, ramp_at, tokens, filled_at FROM lane WHERE name = \(lane) \(.forUpdate)"
      ), case let isOn = try row.text("switch") == "on", isOn || !passing.isEmpty
    else { return (0, nil) }
    var lane = try LaneState(row, name: lane)
    try ClockSetBack.mend(&lane, hold: hold, in: change)
    let counts = try counts(of: lane, in: change)
    var allowed = lane.allowance(after: counts, now: change.now)
    allowed = lane.take(min(allowed, wanted), rate: capabilities.ratePerSecond, now: change.now)
    try lane.save(in: change)
    return (allowed, isOn ? nil : passing)
  }

  static func count(_ count: LaneCount, lane: String, in change: Change) throws {
    let at = change.now.microseconds / window.microseconds * window.microseconds
    try change.tx.execute(
      """
      INSERT INTO lane_window (lane, at, sent, done, refused, pending, unknown, asked)
      VALUES (\(lane), \(at), \(count.sent), \(count.done), \(count.refused), \(count.pending), \(count.unknown),
        \(count.asked))
      ON CONFLICT (lane, at) DO UPDATE SET sent = lane_window.sent + excluded.sent, done = lane_window.done + excluded.done,
        refused = lane_window.refused + excluded.refused, pending = lane_window.pending + excluded.pending,
        unknown = lane_window.unknown + excluded.unknown, asked = lane_window.asked + excluded.asked
      """)
  }

  private static func counts(of lane: LaneState, in change: Change) throws -> LaneCount {
    let recovered = lane.until ?? Instant(microseconds: 0)
    let since = lane.breaker == .halfOpen ? recovered : max(change.now - lookback, recovered)
    let row = try change.tx.row(
      """
      SELECT CAST(COALESCE(sum(sent), 0) AS BIGINT) AS sent, CAST(COALESCE(sum(done), 0) AS BIGINT) AS done,
        CAST(COALESCE(sum(refused), 0) AS BIGINT) AS refused, CAST(COALESCE(sum(pending), 0) AS BIGINT) AS pending,
        CAST(COALESCE(sum(unknown), 0) AS BIGINT) AS unknown
      FROM lane_window WHERE lane = \(lane.name) AND at >= \(since)
      """)
    guard let row else { return LaneCount() }
    return LaneCount(
      sent: try row.int("sent"), done: try row.int("done"), refused: try row.int("refused"),
      pending: try row.int("pending"), unknown: try row.int("unknown"))
  }
}

/// A lane's row, and its rules as pure functions.
struct LaneState {
  enum Breaker: String { case closed, open, halfOpen }

  var name: String
  var breaker: Breaker
  /// How often it opened in a row.
  var opened: Int
  /// Open: until when. Afterwards: what happened before this is not counted any more. At the start of a window.
  var until: Instant?
  var ramp: Int
  var rampAt: Instant?
  var tokens: Int
  var filledAt: Instant

  init(_ row: Row, name: String) throws {
    self.name = name
    breaker = Breaker(rawValue: try row.text("breaker")) ?? .closed
    opened = try row.int("opened")
    until = try row.instantOrNull("until")
    ramp = try row.int("ramp")
    rampAt = try row.instantOrNull("ramp_at")
    tokens = try row.int("tokens")
    filledAt = try row.instant("filled_at")
  }

  init(name: String, breaker: Breaker = .closed) {
    self.name = name
    self.breaker = breaker
    opened = 0
    ramp = 100
    tokens = 0
    filledAt = Instant(microseconds: 0)
  }

  mutating func allowance(after counts: LaneCount, now: Instant) -> Int {
    switch breaker {
    case .open:
      guard let until, now >= until else { return 0 }
      breaker = .halfOpen
      return 1
    case .halfOpen:
      if counts.unknown * 100 >= LaneGate.probes * LaneGate.threshold {
        open(now)
        return 0
      }
      // Each probe is answered before the next one leaves.
      if counts.sent > counts.answered { return 0 }
      if counts.answered < LaneGate.probes { return 1 }
      breaker = .closed
      ramp = LaneGate.ramp[0]
      rampAt = now + LaneGate.stage
      return .max
    case .closed:
      if counts.answered >= LaneGate.minimum, counts.unknown * 100 >= counts.answered * LaneGate.threshold {
        open(now)
        return 0
      }
      while let at = rampAt, now >= at {
        let next = LaneGate.ramp.first { $0 > ramp } ?? 100
        ramp = next
        rampAt = next == 100 ? nil : at + LaneGate.stage
        if next == 100 { opened = 0 }
      }
      return .max
    }
  }

  private mutating func open(_ now: Instant) {
    breaker = .open
    let pause = LaneGate.firstPause * (1 << Int64(min(opened, 10)))
    opened += 1
    let end = now + min(pause, LaneGate.longestPause)
    let length = LaneGate.window.microseconds
    until = Instant(microseconds: (end.microseconds + length - 1) / length * length)
    ramp = LaneGate.ramp[0]
    rampAt = nil
  }

  /// A token bucket that holds one second's worth.
  mutating func take(_ wanted: Int, rate: Int, now: Instant) -> Int {
    let perSecond = max(1, rate * ramp / 100)
    let elapsed = max(0, min((now - filledAt).microseconds, 1_000_000))
    let filled = min(perSecond, tokens + Int(elapsed) * perSecond / 1_000_000)
    // A fraction of a token is not lost: the clock of the bucket only moves when it gained something.
    if filled > tokens || elapsed == 1_000_000 { filledAt = now }
    tokens = filled
    let taken = max(0, min(wanted, tokens))
    tokens -= taken
    return taken
  }

  func save(in change: Change) throws {
    try change.tx.execute(
      """
      UPDATE lane SET breaker = \(breaker.rawValue), opened = \(opened), until = \(until), ramp = \(ramp),
        ramp_at = \(rampAt), tokens = \(tokens), filled_at = \(filledAt) WHERE name = \(name)
      """)
  }
}

/// Stops new effects of one lane at once, or lets them go again. What is under way is still found out about.
public struct SwitchLane: Command {
  public static let name = "switchLane"
  public static let allowed: Set<Actor.Role> = [.operator, .system]

  public var lane: String
  public var on: Bool
  public var reason: String

  public init(lane: String, on: Bool, reason: String) {
    self.lane = lane
    self.on = on
    self.reason = reason
  }

  public func run(in change: Change) throws -> Bool {
    guard (3...500).contains(reason.count) else {
      throw Refusal(.invalid, "reasonMissing", "Say why, in 3 to 500 characters: it stands in the journal.")
    }
    let state = on ? "on" : "off"
    // After a stop the flow begins again in steps, as after an outage.
    let ramp = on ? LaneGate.ramp[0] : 100
    let changed = try change.tx.execute(
      """
      UPDATE lane SET switch = \(state), reason = \(reason), switched_by = \(change.actor.description),
        switched_at = \(change.now), ramp = \(ramp), ramp_at = \(on ? change.now + LaneGate.stage : nil)
      WHERE name = \(lane) AND switch <> \(state)
      """)
    if changed == 0, try change.tx.row("SELECT name FROM lane WHERE name = \(lane)") == nil {
      throw Refusal(.missing, "noLane", "There is no partner \(lane).")
    }
    if changed > 0 { change.record(LaneSwitched(lane: lane, on: on, reason: reason)) }
    return changed > 0
  }
}

struct LaneSwitched: Fact {
  static let kind = "laneSwitched"
  let lane: String
  let on: Bool
  let reason: String
  var subject: String { "lane:\(lane)" }
  var body: FactBody { ["on": .number(on ? 1 : 0), "reason": .text(reason)] }
}
