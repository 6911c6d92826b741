import Store

/// Effects on the outside world, and the parts that wait to hear of them.
public struct Outbox: Sendable {
  let kernel: Kernel
  let counterparts: [String: any Counterpart]
  let handlers: [String: any EffectHandler]

  /// Effects that one step takes at most.
  public var batch = 1_000
  /// Whose messages are weighed: what is said on a test lane is for its own clock to hear.
  public var scope = LaneScope.real

  public init(kernel: Kernel, counterparts: [any Counterpart], handlers: [any EffectHandler]) {
    self.kernel = kernel
    self.counterparts = Dictionary(counterparts.map { ($0.lane, $0) }, uniquingKeysWith: { first, _ in first })
    self.handlers = Dictionary(handlers.map { ($0.kind, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public var lanes: [String] { counterparts.keys.sorted() }

  public func counterpart(_ lane: String) -> (any Counterpart)? { counterparts[lane] }

  /// Whether a second effect of this kind does no harm, as its part says (`EffectHandler.mayHappenTwice`).
  public func isHarmless(_ kind: String) -> Bool { handlers[kind]?.mayHappenTwice == true }

  /// What may be relied on for an effect of this kind. That a repeat is harmless is for the part to say as well.
  static func believed(
    _ capabilities: Capabilities, kind: String, _ handlers: [String: any EffectHandler]
  ) -> Capabilities {
    guard case .harmless = capabilities.replay, handlers[kind]?.mayHappenTwice != true else { return capabilities }
    var less = capabilities
    less.replay = .none
    return less
  }

  public func capabilities(of lane: String, kind: String) -> Capabilities? {
    counterparts[lane].map { Self.believed($0.capabilities, kind: kind, handlers) }
  }

  private static let columns: [Column] = [
    .integer("id"), .text("lane"), .text("kind"), .text("slot"), .text("reference"), .text("payload"), .text("state"),
    .integer("rank"), .integer("prepared_at"), .integer("due_at"),
  ]

  /// Writes effects down with the change that wants them. A second live effect for a slot breaks the unique index, and
  /// with it the whole change.
  static func insert(_ effects: [NewEffect], in change: Change) throws {
    guard !effects.isEmpty else { return }
    let ids = try change.ids(effects.count)
    try change.tx.insert(
      into: "effect", columns,
      rows: zip(ids, effects).map { id, effect in
        [
          .integer(id), .text(effect.lane), .text(effect.kind), .text(effect.slot),
          .text(effect.reference ?? change.reference()), .text(effect.payload), .text(EffectState.prepared.rawValue),
          .integer(0), change.now.sqlValue, (effect.dueAt ?? change.now).sqlValue,
        ]
      })
  }

  /// Takes back effects of these slots of which no byte has left. What was sent stays: its outcome is still found out.
  /// - Returns: the slots in which something was taken back.
  @discardableResult
  public static func withdraw(_ slots: [String], code: String, in change: Change) throws -> Set<String> {
    guard !slots.isEmpty else { return [] }
    let rows = try change.tx.rows(
      """
      UPDATE effect SET state = 'cancelled', rank = 5, live = 0, ended_at = \(change.now), code = \(code)
      WHERE slot \(in: slots) AND rank = 0 RETURNING slot
      """)
    return Set(try rows.map { try $0.text("slot") })
  }

  /// Makes sure that every lane has its row. Called once at start.
  public func prepareLanes() async throws {
    try await kernel.change(by: .system("outbox"), canRepeat: true) { [lanes] change in
      for lane in lanes { try change.tx.execute("INSERT INTO lane (name) VALUES (\(lane)) ON CONFLICT DO NOTHING") }
    }
  }

  /// Takes away counts of calls that nothing looks back at any more: a day is read at most.
  public func forgetCounts() async throws {
    try await kernel.change(by: .system("outbox"), canRepeat: true) { [lanes] change in
      for lane in lanes {
        try change.tx.execute("DELETE FROM lane_window WHERE lane = \(lane) AND at < \(change.now - .days(2))")
      }
    }
  }
}
