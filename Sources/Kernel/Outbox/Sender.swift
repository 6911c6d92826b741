import Metrics
import Store
import Synchronization
import Tracing

/// Where a worker's moving cursor stands in a lane. Reading on from the last row taken, instead of from the first row due,
/// keeps dead rows of an old snapshot out of the way (docs/decisions/004).
public struct SendCursor: Sendable {
  var dueAt: Int64 = -1
  var id: Int64 = -1
  var scans = 0

  public init() {}

  mutating func advance(past effects: [Row], limit: Int) throws {
    scans += 1
    if let last = effects.last {
      dueAt = try last.integer("due_at")
      id = try last.integer("id")
    }
    // From the start again when nothing more lies ahead, and now and then for what was put in behind.
    if effects.count < limit || scans % 64 == 0 { self = SendCursor() }
  }
}

extension Outbox {
  /// Sends the next effects of a lane: commits *sent* under a lease, calls, commits the outcomes.
  /// - Returns: how many were sent.
  public func send(_ lane: String, cursor: inout SendCursor) async throws -> Int {
    guard let counterpart = counterparts[lane], counterpart.capabilities.owner == .us else { return 0 }
    let began = kernel.world.now()
    let (effects, next) = try await lease(lane, counterpart, cursor)
    cursor = next
    guard !effects.isEmpty else { return 0 }
    // Measured from before the lease is written, so that ours ends first.
    let until = began + lease(of: effects.count, counterpart.capabilities) - counterpart.capabilities.timeout
    try kernel.between(.sent)
    let replies = await Self.call(effects, limit: counterpart.capabilities.concurrency) {
      [world = kernel.world] effect in
      // A process that was stopped for a while no longer owns what it leased: others may have found out about it meanwhile.
      guard world.now() < until else { return Reply(.unknown(reason: "our lease was over before the call")) }
      return await counterpart.perform(effect.order)
    }
    try kernel.between(.called)
    try await record(replies, source: .answer, lane: lane)
    try kernel.between(.recorded)
    return effects.count
  }

  /// Marks effects as sent before the first byte leaves. After a crash they are found by `next_at`, and are UNKNOWN.
  private func lease(
    _ lane: String, _ counterpart: any Counterpart, _ cursor: SendCursor
  ) async throws -> ([Effect], SendCursor) {
    let token = Int64(bitPattern: kernel.world.random() >> 1)
    let capabilities = counterpart.capabilities
    do {
      return try await kernel.change(by: .system("outbox"), canRepeat: false) { change in
        var cursor = cursor
        let batch = batch(for: capabilities)
        let (allowed, kinds) = try LaneGate.allow(
          batch, lane: lane, capabilities: capabilities, hold: lease(of: batch, capabilities),
          passing: passingKinds, in: change)
        guard allowed > 0 else { return ([], cursor) }
        let only: SQL = kinds.map { "AND kind \(in: $0)" } ?? ""
        let due = try change.tx.rows(
          """
          SELECT due_at, id FROM effect
          WHERE lane = \(lane) AND state = 'prepared' AND due_at <= \(change.now)
            AND (due_at, id) > (\(cursor.dueAt), \(cursor.id)) \(only)
          ORDER BY due_at, id LIMIT \(allowed) \(.skipLocked)
          """)
        try cursor.advance(past: due, limit: allowed)
        guard !due.isEmpty else { return ([], cursor) }
        let until = change.now + lease(of: due.count, capabilities)
        let effects = try change.tx.rows(
          """
          UPDATE effect SET state = 'sent', rank = 1, sent_at = \(change.now), lease = \(token), next_at = \(until),
            tries = tries + 1
          WHERE id \(in: try due.map { try $0.integer("id") }) AND rank = 0
          RETURNING \(name: Effect.columns)
          """
        ).map(Effect.init)
        try LaneGate.count(.init(sent: effects.count), lane: lane, in: change)
        return (effects.sorted { $0.id < $1.id }, cursor)
      }
    } catch StoreError.commitUnknown {
      // Whether they are ours is read again under the token before anybody is called.
      let effects = try await kernel.store.read { tx in
        try tx.rows(
          """
          SELECT \(name: Effect.columns) FROM effect
          WHERE lane = \(lane) AND state IN ('sent', 'unknown', 'pending') AND state = 'sent' AND lease = \(token)
          """
        ).map(Effect.init)
      }
      return (effects.sorted { $0.id < $1.id }, SendCursor())
    }
  }

  /// The kinds that leave on a stopped lane.
  private var passingKinds: [String] { handlers.values.filter(\.leavesStoppedLane).map(\.kind).sorted() }

  /// How many effects one step takes: at most what is over in five minutes if every call times out, `concurrency` at a time.
  /// So long may what a killed worker held stay unseen.
  func batch(for capabilities: Capabilities) -> Int {
    let rounds = max(1, Span.minutes(5).microseconds / max(1, capabilities.timeout.microseconds))
    return min(batch, capabilities.concurrency * Int(rounds))
  }

  /// Whether one step took about as much as it may: more is waiting, and need not gather first.
  public func isFull(_ count: Int, _ lane: String) -> Bool {
    guard let capabilities = counterparts[lane]?.capabilities else { return false }
    return count * 4 >= batch(for: capabilities) * 3
  }

  /// How long so many calls may take at worst, and then it is written down.
  func lease(of count: Int, _ capabilities: Capabilities) -> Span {
    let rounds = Int64((count + capabilities.concurrency - 1) / capabilities.concurrency)
    return capabilities.timeout * (rounds + 1) + .seconds(10)
  }

  /// Calls for every effect, `limit` at a time, and gives the replies in the order of the effects.
  static func call(
    _ effects: [Effect], limit: Int, as source: EvidenceSource = .answer,
    _ call: @escaping @Sendable (Effect) async -> Reply
  ) async -> [(Effect, Reply)] {
    // Once for a batch, all of one lane: there are thousands of calls a second.
    let watch = CallWatch(effects.first?.lane ?? "", source)
    let body: @Sendable (Effect) async -> Reply = { effect in
      let start = ContinuousClock.now
      let reply = await withSpan(watch.name, ofKind: .client) { span in
        let reply = await call(effect)
        span.attributes["amends.verdict"] = reply.verdict.word
        return reply
      }
      watch.timer(reply.verdict.word).record(since: start)
      return reply
    }
    guard limit > 1 else {
      var replies: [(Effect, Reply)] = []
      for effect in effects { replies.append((effect, await body(effect))) }
      return replies
    }
    return await withTaskGroup(of: (Int, Reply).self) { group in
      var replies = [Reply?](repeating: nil, count: effects.count)
      var next = 0
      func start() {
        guard next < effects.count else { return }
        let (index, effect) = (next, effects[next])
        next += 1
        group.addTask { (index, await body(effect)) }
      }
      for _ in 0..<min(limit, effects.count) { start() }
      for await (index, reply) in group {
        replies[index] = reply
        start()
      }
      return zip(effects, replies).map { ($0, $1 ?? Reply(.unknown(reason: "no reply"))) }
    }
  }

  /// Finds effects whose sender died: they were sent, nobody knows what became of them, and their time is over.
  ///
  /// What is claimed is changed by its key: a state named beside the key would let PostgreSQL walk through everything in
  /// that state instead, and ask the inner question again for each of them.
  /// - Returns: how many became UNKNOWN.
  public func scanForCrashes() async throws -> Int {
    try await kernel.change(by: .system("outbox"), canRepeat: true) { [lanes, batch] change in
      var found = 0
      for lane in lanes {
        let count = try change.tx.execute(
          """
          WITH dead (id) AS MATERIALIZED (
            SELECT id FROM effect WHERE lane = \(lane) AND state IN ('sent', 'unknown', 'pending') AND state = 'sent'
              AND next_at <= \(change.now) ORDER BY next_at, id LIMIT \(batch) \(.skipLocked))
          UPDATE effect SET state = 'unknown', rank = 2, next_at = \(change.now), lease = NULL, code = 'noOutcomeRecorded'
          WHERE id IN (SELECT id FROM dead) AND rank = 1
          """)
        // Answered, for the gate that waits for its probes; but that we died says nothing against the partner. Counted as unknown, a
        // worker that is killed with a full batch would open the breaker.
        if count > 0 { try LaneGate.count(.init(pending: count), lane: lane, in: change) }
        found += count
      }
      return found
    }
  }
}

/// How calls of one kind to one lane are told to those who watch.
private final class CallWatch: Sendable {
  let name: String
  private let labels: [(String, String)]
  private let timers = Mutex<[String: Metrics.Timer]>([:])

  init(_ lane: String, _ source: EvidenceSource) {
    name = "\(source.rawValue) \(lane)"
    labels = [("lane", lane), ("call", source.rawValue)]
  }

  func timer(_ verdict: String) -> Metrics.Timer {
    timers.withLock { timers in
      if let known = timers[verdict] { return known }
      let new = Metrics.Timer(label: "amends_partner_call_seconds", dimensions: labels + [("verdict", verdict)])
      timers[verdict] = new
      return new
    }
  }
}
