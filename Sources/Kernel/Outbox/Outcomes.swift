import Store

extension Outbox {
  static let evidenceColumns: [Column] = [
    .integer("id"), .text("lane"), .text("source"), .text("event_id"), .text("reference"), .text("partner_id"),
    .text("says"), .text("code"), .integer("amount"), .text("currency"), .integer("occurred_at"),
    .integer("received_at"), .integer("effect"), .text("state"), .blob("raw"),
  ]

  /// Saves what calls brought: the evidence as it came, the effects' new states, what the parts make of it. Running it
  /// twice changes nothing the second time. A reply that breaks a rule of the database must not hold up the others: then they
  /// are saved one by one, and that one is set aside.
  func record(_ replies: [(Effect, Reply)], source: EvidenceSource, lane: String) async throws {
    do { try await save(replies, source: source, lane: lane) } catch StoreError.constraint {
      for reply in replies {
        do { try await save([reply], source: source, lane: lane) } catch StoreError.constraint {
          try await setAside(reply.0, reply.1, source: source, lane: lane)
        }
      }
    }
  }

  /// What was said is kept, and weighed again after somebody has mended the cause (`RetryStuck`); until then the effect waits
  /// for a person, and is asked about once a day.
  private func setAside(_ effect: Effect, _ reply: Reply, source: EvidenceSource, lane: String) async throws {
    let capabilities = counterparts[lane]?.capabilities
    try await kernel.change(by: .init(.partner, lane), canRepeat: true) { change in
      let verdict = reply.about(effect, asked: source)
      try change.tx.insert(
        into: "evidence", Self.evidenceColumns,
        rows: [Self.evidence(try change.id(), effect, reply, verdict, source, state: "stuck", in: change)],
        onConflict: .ignore)
      let deadline = change.now + Resolution.decideWithin
      try change.tx.execute(
        """
        UPDATE effect SET state = 'unknown', rank = 2, lease = NULL, code = 'answerSetAside', next_at = \(deadline),
          owner = COALESCE(owner, \(capabilities.map(Resolution.owner) ?? "operations")),
          deadline = COALESCE(deadline, \(deadline))
        WHERE id = \(effect.id) AND rank BETWEEN 1 AND 2
        """)
      // The gate waits for the answer of each probe.
      var count = LaneCount()
      count.add(reply.verdict)
      if source == .answer { try LaneGate.count(count, lane: lane, in: change) }
    }
  }

  private static func evidence(
    _ id: Int64, _ effect: Effect, _ reply: Reply, _ verdict: Verdict, _ source: EvidenceSource, state: String,
    in change: Change
  ) -> [SQLValue] {
    let number = source == .answer ? effect.tries : effect.asked + 1
    return [
      .integer(id), .text(effect.lane), .text(source.rawValue),
      .text("\(source.rawValue)/\(effect.reference)/\(number)"),
      .text(effect.reference), reply.transaction.sqlValue, .text(verdict.word), verdict.code.sqlValue,
      reply.amount.sqlValue, reply.currency.sqlValue, .null, change.now.sqlValue, .integer(effect.id), .text(state),
      .blob(reply.raw),
    ]
  }

  private func save(_ replies: [(Effect, Reply)], source: EvidenceSource, lane: String) async throws {
    guard let counterpart = counterparts[lane] else { return }
    let capabilities = counterpart.capabilities
    try await kernel.change(by: .init(.partner, lane), canRepeat: true) { [handlers] change in
      let ids = try change.ids(replies.count)
      var count = LaneCount()
      var rows: [[SQLValue]] = []
      var weighed: [Weighed] = []
      for (id, (effect, reply)) in zip(ids, replies) {
        let verdict = reply.about(effect, asked: source)
        rows.append(Self.evidence(id, effect, reply, verdict, source, state: "applied", in: change))
        count.add(reply.verdict)
        var item = Weighed(
          effect: effect, evidence: id, verdict: verdict, partnerID: reply.transaction, amount: reply.amount,
          currency: reply.currency, nextAt: nil)
        let believed = Self.believed(capabilities, kind: effect.kind, handlers)
        Resolution.schedule(&item, source: source, capabilities: believed, now: change.now)
        weighed.append(item)
      }
      try change.tx.insert(into: "evidence", Self.evidenceColumns, rows: rows, onConflict: .ignore)
      try Self.weigh(weighed, handlers, in: change)
      let silent = weighed.count { $0.effect.state == .pending && ($0.state ?? $0.verdict.state).isFinal }
      switch source {
      case .answer: try LaneGate.count(count, lane: lane, in: change)
      case .query where silent > 0: try LaneGate.count(LaneCount(asked: silent), lane: lane, in: change)
      default: break
      }
    }
  }

  private static let stateColumns: [Column] = [
    .integer("id"), .text("state"), .integer("rank"), .text("code"), .text("partner_id"), .integer("next_at"),
    .integer("ended_at"), .text("owner"), .integer("deadline"),
  ]
  private static let turnColumns = stateColumns + [.integer("live")]

  /// Raises the effects' states as far as the evidence goes, and tells the parts. The same for answers, notifications,
  /// queries and statements: what counts is what is said, not when it came.
  static func weigh(_ items: [Weighed], _ handlers: [String: any EffectHandler], in change: Change) throws {
    let late = try successesAfterRefusal(items, in: change)
    // Of several refused attempts of one slot that turn out to have happened, the first counts.
    var taken: Set<String> = []
    var going: [[SQLValue]] = []
    var turning: [[SQLValue]] = []
    // Of several pieces about one effect the one that says most decides; a tie goes to the first.
    var strongest: [Int64: (Weighed, EffectState)] = [:]
    for item in items.sorted(by: { $0.effect.id < $1.effect.id }) {
      var state = item.state ?? item.verdict.state
      if state == .done, let isLive = late[item.effect.id], strongest[item.effect.id]?.1 != .done,
        isLive || !taken.insert(item.effect.slot).inserted
      {
        state = .surplus
      }
      if let (_, known) = strongest[item.effect.id], known.rank >= state.rank { continue }
      strongest[item.effect.id] = (item, state)
    }
    for (item, state) in strongest.values.sorted(by: { $0.0.effect.id < $1.0.effect.id }) {
      let row: [SQLValue] = [
        .integer(item.effect.id), .text(state.rawValue), .integer(Int64(state.rank)), item.verdict.code.sqlValue,
        item.partnerID.sqlValue, state.isFinal ? .null : (item.nextAt?.sqlValue ?? .null),
        state.isFinal ? change.now.sqlValue : .null, state.isFinal ? .null : (item.parked?.owner.sqlValue ?? .null),
        state.isFinal ? .null : (item.parked?.deadline.sqlValue ?? .null),
      ]
      // What is refused gives its slot free, and takes it again when it turns out to have happened.
      if state.isLive, late[item.effect.id] == nil {
        going.append(row)
      } else {
        turning.append(row + [.integer(state.isLive ? 1 : 0)])
      }
    }
    let set: SQL = """
      state = \(column: "state"), rank = \(column: "rank"), code = \(column: "code"),
      partner_id = COALESCE(\(column: "partner_id"), effect.partner_id), next_at = \(column: "next_at"),
      ended_at = \(column: "ended_at"), owner = \(column: "owner"), deadline = \(column: "deadline"), lease = NULL
      """
    let higher: SQL = "effect.id = \(column: "id") AND effect.rank < \(column: "rank")"
    let raised = try change.tx.updateKeys("effect", stateColumns, rows: going, set: set, where: higher)
    let turned = try change.tx.updateKeys(
      "effect", turnColumns, rows: turning, set: "\(set), live = \(column: "live")", where: higher)
    for id in raised + turned {
      guard let (item, state) = strongest[id] else { continue }
      change.count(
        "amends_effect_outcomes_total",
        [("lane", item.effect.lane), ("kind", item.effect.kind), ("outcome", state.rawValue)])
    }
    try tell(items, strongest.mapValues(\.1), Set(raised + turned), handlers, in: change)
  }

  /// Successes of effects that were refused before, and whether their slot has another live effect: then it happened twice. A
  /// later attempt that has not left yet is not needed any more.
  private static func successesAfterRefusal(_ items: [Weighed], in change: Change) throws -> [Int64: Bool] {
    let done = items.filter { $0.verdict == .done }.map(\.effect.id)
    guard !done.isEmpty else { return [:] }
    let refused = try change.tx.rows("SELECT slot FROM effect WHERE id \(in: done) AND rank = 5")
    guard !refused.isEmpty else { return [:] }
    try withdraw(Set(try refused.map { try $0.text("slot") }).sorted(), code: "overtaken", in: change)
    let rows = try change.tx.rows(
      """
      SELECT late.id, (SELECT count(*) FROM effect AS other WHERE other.slot = late.slot AND other.id <> late.id
        AND other.live = 1) AS live
      FROM effect AS late WHERE late.id \(in: done) AND late.rank = 5
      """)
    return try rows.reduce(into: [:]) { $0[try $1.integer("id")] = try $1.integer("live") > 0 }
  }

  private static func tell(
    _ items: [Weighed], _ states: [Int64: EffectState], _ changed: Set<Int64>, _ handlers: [String: any EffectHandler],
    in change: Change
  ) throws {
    var told: Set<Int64> = []
    var outcomes: [String: [EffectNews]] = [:]
    for item in items {
      let state = states[item.effect.id] ?? .unknown
      // The strongest piece carries the news; every other success is passed on too, as it may be a second capture; and what
      // was undone is news of its own, whatever the state.
      let carriesNews = changed.contains(item.effect.id) && (item.state ?? item.verdict.state).rank == state.rank
      let isNew = carriesNews && told.insert(item.effect.id).inserted
      guard isNew || item.verdict == .done || item.verdict.isAfterwards else { continue }
      outcomes[item.effect.kind, default: []].append(
        EffectNews(
          effect: item.effect, state: state, isNew: isNew, verdict: item.verdict, code: item.verdict.code,
          partnerID: item.partnerID,
          amount: item.amount, currency: item.currency, evidence: item.evidence))
    }
    for kind in outcomes.keys.sorted() { try handlers[kind]?.changed(outcomes[kind] ?? [], in: change) }
  }
}
