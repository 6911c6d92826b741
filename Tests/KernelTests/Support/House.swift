import Kernel
import Store
import TestSupport
import Testing

/// A kernel on a real database with one scripted partner, or several.
struct House: Sendable {
  let store: Store
  let clock: TestClock
  let kernel: Kernel
  let outbox: Outbox
  let partner: ScriptedPartner

  static func open(
    on engine: TestEngine, _ capabilities: Capabilities = .proving(), others: [ScriptedPartner] = [],
    handlers: [any EffectHandler] = [], faults: Faults = Faults(), _ body: (House) async throws -> Void
  ) async throws {
    var limits = StoreLimits()
    limits.connections = 5
    try await Turns.databases.hold {
      try await withStore(on: engine, limits: limits) { store in
        _ = try await store.migrate(KernelSchema.migrations)
        let clock = TestClock()
        let kernel = Kernel(store: store, world: clock.world, faults: faults)
        let partner = ScriptedPartner(capabilities)
        let outbox = Outbox(kernel: kernel, counterparts: [partner] + others, handlers: handlers)
        try await outbox.prepareLanes()
        try await body(House(store: store, clock: clock, kernel: kernel, outbox: outbox, partner: partner))
      }
    }
  }

  /// Writes effects down, each under the reference `r1`, `r2` and so on, for the slot of the same number unless one is given.
  func enqueue(_ references: [String], slot: String? = nil, lane: String = "card") async throws {
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      for reference in references {
        change.enqueue(
          NewEffect(
            lane: lane, kind: "charge", slot: slot ?? "slot:\(reference)", payload: "{}", reference: reference))
      }
    }
  }

  func enqueue(_ reference: String, slot: String? = nil, lane: String = "card") async throws {
    try await enqueue([reference], slot: slot, lane: lane)
  }

  @discardableResult
  func send(_ lane: String = "card") async throws -> Int {
    var cursor = SendCursor()
    return try await outbox.send(lane, cursor: &cursor)
  }

  func receive(_ message: InboundMessage, lane: String = "card") async throws {
    _ = try await outbox.receive(message, lane: lane)
  }

  /// Everything that has come in is weighed, as often as there is something.
  func apply() async throws {
    while try await outbox.applyInbox() > 0 {}
    while try await outbox.matchWaiting() > 0 {}
  }

  struct Standing: Sendable, Equatable {
    var state: EffectState
    var code: String?
    var partnerID: String?
    var owner: String?
    var deadline: Instant?
    var nextAt: Instant?
    var tries: Int
  }

  func standing(_ reference: String) async throws -> Standing {
    let row = try await store.read { tx in
      try tx.row(
        "SELECT state, code, partner_id, owner, deadline, next_at, tries FROM effect WHERE reference = \(reference)")
    }
    let found = try #require(row)
    return Standing(
      state: try #require(EffectState(rawValue: try found.text("state"))), code: try found.textOrNull("code"),
      partnerID: try found.textOrNull("partner_id"), owner: try found.textOrNull("owner"),
      deadline: try found.instantOrNull("deadline"), nextAt: try found.instantOrNull("next_at"),
      tries: try found.int("tries"))
  }

  func state(_ reference: String) async throws -> EffectState { try await standing(reference).state }

  func count(_ sql: SQL) async throws -> Int64 {
    try await store.read { tx in try tx.integer(sql) ?? -1 }
  }
}
