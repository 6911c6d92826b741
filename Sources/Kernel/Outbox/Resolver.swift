import Store
import Synchronization

extension Outbox {
  /// Finds out about the effects of a lane that are due for a question. The breaker does not hold this up: questions go on
  /// when new effects are stopped.
  /// - Returns: how many were looked at.
  public func resolve(_ lane: String) async throws -> Int {
    guard let counterpart = counterparts[lane] else { return 0 }
    let now = kernel.world.now()
    let (effects, isOpen) = try await claimOpen(lane, counterpart)
    guard !effects.isEmpty else { return 0 }
    try kernel.between(.resolving)
    var capabilities = counterpart.capabilities
    let until = now + lease(of: effects.count, capabilities) - capabilities.timeout
    // A repeat may be the request that arrives: on a lane that is stopped or broken we only ask.
    if !isOpen, case .byReference = capabilities.replay { capabilities.replay = .none }
    var steps: [Resolution.Step: [Effect]] = [:]
    for effect in effects {
      let step = Resolution.step(
        state: effect.state, sentAt: effect.sentAt ?? effect.preparedAt, tries: effect.tries, asked: effect.asked,
        capabilities: Self.believed(capabilities, kind: effect.kind, handlers), now: now)
      switch step {
      // Nobody can be asked about it: it is put off until the lane is open again.
      case .resend where !isOpen: steps[.wait(until: now), default: []].append(effect)
      case .wait: steps[.wait(until: now), default: []].append(effect)
      default: steps[step, default: []].append(effect)
      }
    }
    for (step, source) in [(Resolution.Step.resend, EvidenceSource.answer), (.query, .query), (.cancel, .cancel)] {
      guard let group = steps[step] else { continue }
      let asked = step == .resend ? try await countTry(group) : group
      let more = Mutex<[Testimony]>([])
      let replies = await Self.call(asked, limit: capabilities.concurrency, as: source) {
        [world = kernel.world] effect in
        switch step {
        case .resend:
          guard world.now() < until else { return Reply(.unknown(reason: "our turn was over before the repeat")) }
          return await counterpart.perform(effect.order)
        case .cancel: return await counterpart.cancel(effect.order)
        default:
          let findings = await Self.ask(counterpart, about: effect)
          // A partner that ignores our key may hold several captures: each is evidence of its own.
          if findings.testimonies.count > 1 { more.withLock { $0 += findings.testimonies } }
          return findings.reply
        }
      }
      let others = more.withLock { $0 }
      _ = try await keep(others, source: .query, lane: lane, raw: [])
      try await record(replies, source: source, lane: lane)
      try await reschedule(replies, source: source, capabilities)
    }
    let helpless = (steps[.park] ?? []) + (steps[.wait(until: now)] ?? [])
    if !helpless.isEmpty {
      let replies = helpless.map { ($0, Reply($0.state == .pending ? .pending : .unknown(reason: "nobody to ask"))) }
      try await reschedule(replies, source: .answer, capabilities)
    }
    try kernel.between(.resolved)
    return effects.count
  }

  /// What was sent once and has the counterpart's own id is asked for by it: such a read has no lag. What was repeated may
  /// be there more than once, and only a search by our reference finds that.
  private static func ask(_ counterpart: any Counterpart, about effect: Effect) async -> Findings {
    if effect.tries == 1, let id = effect.partnerID, let direct = counterpart as? any RetrievesTransactions {
      return Findings(await direct.retrieve(effect.order, transaction: id))
    }
    guard let finder = counterpart as? any FindsEveryEffect else {
      return Findings(await counterpart.query(effect.order))
    }
    return await finder.findAll(effect.order)
  }

  /// Takes effects that are due, and puts their next look a while ahead, so that nobody else asks meanwhile.
  private func claimOpen(_ lane: String, _ counterpart: any Counterpart) async throws -> ([Effect], isOpen: Bool) {
    let capabilities = counterpart.capabilities
    return try await kernel.change(by: .system("outbox"), canRepeat: true) { change in
      let gate = try change.tx.row("SELECT switch, breaker FROM lane WHERE name = \(lane)")
      let isOpen = try gate.map { try $0.text("switch") == "on" && $0.text("breaker") == "closed" } ?? false
      let due = try change.tx.rows(
        """
        SELECT id FROM effect WHERE lane = \(lane) AND state IN ('sent', 'unknown', 'pending')
          AND state <> 'sent' AND next_at <= \(change.now)
        ORDER BY next_at, id LIMIT \(batch(for: capabilities)) \(.skipLocked)
        """)
      guard !due.isEmpty else { return ([], isOpen) }
      let next = change.now + lease(of: due.count, capabilities)
      // By the key alone: a state named beside it would let PostgreSQL walk through everything in that state.
      let effects = try change.tx.rows(
        """
        UPDATE effect SET next_at = \(next) WHERE id \(in: try due.map { try $0.integer("id") })
        RETURNING \(name: Effect.columns)
        """
      ).map(Effect.init).sorted { $0.id < $1.id }
      return (effects, isOpen)
    }
  }

  /// A repeat is counted before it leaves: its answer is evidence of its own.
  private func countTry(_ effects: [Effect]) async throws -> [Effect] {
    let ids = effects.map(\.id)
    try await kernel.change(by: .system("outbox"), canRepeat: false) { change in
      _ = try change.tx.execute(
        "UPDATE effect SET tries = tries + 1, resent_at = \(change.now) WHERE id \(in: ids)")
    }
    return effects.map { effect in
      var copy = effect
      copy.tries += 1
      copy.resentAt = kernel.world.now()
      return copy
    }
  }

  private static let openColumns: [Column] = [
    .integer("id"), .integer("asked"), .integer("absent"), .integer("next_at"), .text("owner"), .integer("deadline"),
  ]

  /// What the evidence left open gets its next date, or its person.
  private func reschedule(
    _ replies: [(Effect, Reply)], source: EvidenceSource, _ capabilities: Capabilities
  ) async throws {
    try await kernel.change(by: .system("outbox"), canRepeat: true) { [handlers] change in
      let rows = replies.compactMap { effect, reply -> [SQLValue]? in
        var item = Weighed(effect: effect, evidence: 0, verdict: reply.about(effect, asked: source))
        let believed = Self.believed(capabilities, kind: effect.kind, handlers)
        Resolution.schedule(&item, source: source, capabilities: believed, now: change.now)
        guard !(item.state ?? item.verdict.state).isFinal else { return nil }
        let asked = source == .answer ? effect.asked : effect.asked + 1
        // One positive or garbled answer between two "not found" starts the count again.
        let absent = reply.verdict == .absent ? effect.absent + 1 : source == .query ? 0 : effect.absent
        return [
          .integer(effect.id), .integer(Int64(asked)), .integer(Int64(absent)), item.nextAt.sqlValue,
          (item.parked?.owner).sqlValue, (item.parked?.deadline).sqlValue,
        ]
      }
      try change.tx.update(
        "effect", Self.openColumns, rows: rows,
        set: """
          asked = \(column: "asked"), absent = \(column: "absent"), next_at = \(column: "next_at"),
          owner = COALESCE(effect.owner, \(column: "owner")), deadline = COALESCE(effect.deadline, \(column: "deadline"))
          """,
        where: "effect.id = \(column: "id") AND effect.rank < 5")
    }
  }
}
