import Store

extension Outbox {
  /// Takes in a notification: verifies it, keeps it as it came, and says so. What it means is found out afterwards.
  /// - Returns: how many pieces of evidence were new.
  /// - Throws: `InboundRejection` for what is not to be believed, `Refusal` for a lane that does not exist.
  public func receive(_ message: InboundMessage, lane: String) async throws -> Int {
    guard let counterpart = counterparts[lane] else {
      throw Refusal(.missing, "noLane", "There is no partner of that name.")
    }
    guard message.body.count <= Self.messageLimit else {
      throw Refusal(.limit, "tooLarge", "A notification may have \(Self.messageLimit) bytes.")
    }
    let testimonies: [Testimony]
    do {
      testimonies = try counterpart.open(message, now: kernel.world.now())
    } catch {
      try await countRejection(lane, error)
      throw error
    }
    let new = try await keep(testimonies, source: .notification, lane: lane, raw: message.body)
    try kernel.between(.received)
    return new
  }

  /// 256 KiB: more than any partner's notification has.
  public static let messageLimit = 256 * 1024

  /// Keeps evidence without weighing it yet. The same event twice is kept once.
  public func keep(
    _ testimonies: [Testimony], source: EvidenceSource, lane: String, raw: [UInt8]
  ) async throws -> Int {
    guard !testimonies.isEmpty else { return 0 }
    return try await kernel.change(by: .init(.partner, lane), canRepeat: true) { change in
      try Self.keep(testimonies, source: source, lane: lane, raw: raw, in: change)
    }
  }

  /// As above, inside a change that saves more with it.
  static func keep(
    _ testimonies: [Testimony], source: EvidenceSource, lane: String, raw: [UInt8], in change: Change
  ) throws -> Int {
    try keep(testimonies.map { ($0, raw) }, source: source, lane: lane, in: change)
  }

  /// Keeps what came in one piece and says several things: each with its own words.
  public static func keep(
    _ testimonies: [(Testimony, raw: [UInt8])], source: EvidenceSource, lane: String, in change: Change
  ) throws -> Int {
    let ids = try change.ids(testimonies.count)
    let rows = zip(ids, testimonies).map { id, kept -> [SQLValue] in
      let (testimony, raw) = kept
      return [
        .integer(id), .text(lane), .text(source.rawValue),
        .text(testimony.eventID.isEmpty ? "bytes/\(PartnerText.digest(raw))" : testimony.eventID),
        testimony.reference.sqlValue, testimony.transaction.sqlValue, .text(testimony.verdict.word),
        testimony.verdict.code.sqlValue, testimony.amount.sqlValue, testimony.currency.sqlValue,
        testimony.occurredAt.sqlValue, change.now.sqlValue, .null,
        .text(testimony.kind == Testimony.informative ? "foreign" : "new"), .blob(raw),
      ]
    }
    return try change.tx.insert(into: "evidence", evidenceColumns, rows: rows, onConflict: .ignore)
  }

  private func countRejection(_ lane: String, _ rejection: InboundRejection) async throws {
    let name =
      switch rejection {
      case .unsigned: "unsigned"
      case .badSignature: "badSignature"
      case .stale: "stale"
      case .unreadable: "unreadable"
      }
    try await kernel.change(by: .system("inbox"), canRepeat: false) { change in
      _ = try change.tx.execute(
        """
        INSERT INTO counter (name, value) VALUES (\("inbox.rejected.\(lane).\(name)"), 1)
        ON CONFLICT (name) DO UPDATE SET value = counter.value + 1
        """)
    }
  }

  /// Weighs evidence that came in. What belongs to nothing known waits and is matched again; it is never dropped.
  /// - Returns: how many pieces were taken up.
  public func applyInbox() async throws -> Int {
    let count: Int
    do { count = try await apply(limit: batch) } catch StoreError.constraint {
      // One piece that breaks a rule must not hold up the others: one by one, and the one that breaks it is put aside.
      count = try await applyOneByOne()
    }
    if count > 0 { try kernel.between(.applied) }
    return count
  }

  /// The condition is said twice because SQLite takes a partial index only for the words that it was made with.
  private func apply(limit: Int) async throws -> Int {
    try await kernel.change(by: .system("inbox"), canRepeat: true) { [self] change in
      let rows = try change.tx.rows(
        """
        SELECT id, lane, source, reference, partner_id, says, code, amount, currency, received_at FROM evidence
        WHERE state = 'new' AND state IN ('new', 'waiting') AND \(scope.holds("lane"))
        ORDER BY id LIMIT \(limit) \(.skipLocked)
        """)
      try apply(rows, in: change)
      return rows.count
    }
  }

  private func applyOneByOne() async throws -> Int {
    for done in 0..<batch {
      do { if try await apply(limit: 1) == 0 { return done } } catch StoreError.constraint {
        try await kernel.change(by: .system("inbox"), canRepeat: true) { [scope] change in
          _ = try change.tx.execute(
            """
            UPDATE evidence SET state = 'stuck' WHERE id = (
              SELECT id FROM evidence WHERE state = 'new' AND state IN ('new', 'waiting') AND \(scope.holds("lane"))
              ORDER BY id LIMIT 1)
            """)
        }
      }
    }
    return batch
  }

  /// Looks again whether evidence that waits belongs to an effect by now.
  public func matchWaiting() async throws -> Int {
    try await kernel.change(by: .system("inbox"), canRepeat: true) { [self] change in
      let columns: SQL =
        "e.id, e.lane, e.source, e.reference, e.partner_id, e.says, e.code, e.amount, e.currency, e.received_at"
      let rows = try change.tx.rows(
        """
        SELECT \(columns) FROM evidence AS e JOIN effect AS f ON f.reference = e.reference AND f.lane = e.lane
        WHERE e.state = 'waiting' AND e.state IN ('new', 'waiting') AND \(scope.holds("e.lane"))
        UNION ALL
        SELECT \(columns) FROM evidence AS e JOIN evidence AS a ON a.lane = e.lane AND a.partner_id = e.partner_id
          AND a.source IN ('answer', 'query') AND a.says IN ('pending', 'done') AND a.partner_id IS NOT NULL
        WHERE e.state = 'waiting' AND e.state IN ('new', 'waiting') AND e.reference IS NULL AND \(scope.holds("e.lane"))
        LIMIT \(batch)
        """)
      try apply(rows, in: change)
      return rows.count
    }
  }

  private func apply(_ rows: [Row], in change: Change) throws {
    guard !rows.isEmpty else { return }
    let known = try KnownEffects(rows, in: change.tx)

    var weighed: [Weighed] = []
    var matches: [[SQLValue]] = []
    var delays = LaneDelays()
    for row in rows {
      let id = try row.integer("id")
      let lane = try row.text("lane")
      // A reference of another lane is no proof: one partner must not be able to speak for another.
      guard let effect = try known.effect(of: row), effect.lane == lane else {
        matches.append([.integer(id), .null, .text("waiting")])
        continue
      }
      matches.append([.integer(id), .integer(effect.id), .text("applied")])
      let verdict = Verdict(word: try row.text("says"), code: try row.textOrNull("code"))
      if try row.text("source") == EvidenceSource.notification.rawValue, effect.state == .pending, verdict.state.isFinal
      {
        let received = try row.instant("received_at")
        delays.add(lane: lane, from: effect.sentAt, to: received)
        if let sent = effect.sentAt {
          change.observe("amends_notification_delay_seconds", [("lane", lane)], received - sent)
        }
      }
      var item = Weighed(
        effect: effect, evidence: id, verdict: verdict, partnerID: try row.textOrNull("partner_id"),
        amount: try row.integerOrNull("amount"), currency: try row.textOrNull("currency"))
      if let capabilities = counterparts[lane]?.capabilities {
        let believed = Self.believed(capabilities, kind: effect.kind, handlers)
        Resolution.schedule(&item, source: .notification, capabilities: believed, now: change.now)
      }
      weighed.append(item)
    }
    try change.tx.update(
      "evidence", [.integer("id"), .integer("effect"), .text("state")], rows: matches,
      set: "effect = \(column: "effect"), state = \(column: "state")", where: "evidence.id = \(column: "id")")
    try Self.weigh(weighed, handlers, in: change)
    try delays.save(in: change)
  }
}

/// The effects that a batch of evidence speaks of: by our reference, or by the partner's id where it names no reference.
private struct KnownEffects {
  private var byReference: [String: Effect] = [:]
  private var byPartnerID: [String: Effect] = [:]

  init(_ rows: [Row], in tx: Transaction) throws {
    let references = Set(try rows.compactMap { try $0.textOrNull("reference") })
    let effects = try tx.rows(
      "SELECT \(name: Effect.columns) FROM effect WHERE reference \(in: references.sorted())"
    ).map(Effect.init)
    for effect in effects { byReference[effect.reference] = effect }

    let nameless = try rows.filter { try $0.textOrNull("reference") == nil }
    for (lane, rows) in Dictionary(grouping: nameless, by: { (try? $0.text("lane")) ?? "" }) {
      let ids = Set(try rows.compactMap { try $0.textOrNull("partner_id") }).sorted()
      guard !ids.isEmpty else { continue }
      // The answer that first gave the id says which effect it belongs to.
      let found = try tx.rows(
        """
        SELECT a.partner_id AS named, \(name: Effect.columns) FROM evidence AS a JOIN effect ON effect.id = a.effect
        WHERE a.lane = \(lane) AND a.partner_id \(in: ids)
          AND a.source IN ('answer', 'query') AND a.says IN ('pending', 'done') AND a.partner_id IS NOT NULL
        """)
      for row in found { byPartnerID[key(lane, try row.text("named"))] = try Effect(row) }
    }
  }

  func effect(of row: Row) throws -> Effect? {
    if let reference = try row.textOrNull("reference") { return byReference[reference] }
    guard let id = try row.textOrNull("partner_id") else { return nil }
    return byPartnerID[key(try row.text("lane"), id)]
  }

  private func key(_ lane: String, _ id: String) -> String { "\(lane)\t\(id)" }
}

/// How long notifications took, in buckets of powers of two of a second, by hour.
struct LaneDelays {
  private struct Key: Hashable {
    let lane: String
    let hour: Int64
    let bucket: Int64
  }

  private var counts: [Key: Int64] = [:]

  mutating func add(lane: String, from sent: Instant?, to received: Instant) {
    guard let sent else { return }
    counts[Key(lane: lane, hour: received.seconds / 3_600, bucket: Self.bucket(of: received - sent)), default: 0] += 1
  }

  /// Bucket n holds delays from 2^(n-1) to 2^n seconds; bucket 0 what took less than a second.
  static func bucket(of span: Span) -> Int64 {
    let seconds = max(0, span.microseconds / 1_000_000)
    return Int64(Int64.bitWidth - seconds.leadingZeroBitCount)
  }

  func save(in change: Change) throws {
    for (key, count) in counts.sorted(by: {
      ($0.key.lane, $0.key.hour, $0.key.bucket) < ($1.key.lane, $1.key.hour, $1.key.bucket)
    }) {
      try change.tx.execute(
        """
        INSERT INTO lane_delay (lane, hour, bucket, count) VALUES (\(key.lane), \(key.hour), \(key.bucket), \(count))
        ON CONFLICT (lane, hour, bucket) DO UPDATE SET count = lane_delay.count + excluded.count
        """)
    }
  }
}
