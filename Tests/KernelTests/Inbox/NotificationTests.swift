import Kernel
import Store
import TestSupport
import Testing

@Suite("A notification")
struct NotificationTests {
  private func evidence(_ house: House, _ event: String) async throws -> String? {
    try await house.store.read { tx in
      try tx.row("SELECT state FROM evidence WHERE event_id = \(event)")?.text("state")
    }
  }

  @Test("that comes before the answer settles, and the answer changes nothing", arguments: TestEngine.available)
  func beforeAnswer(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .pending)
      house.partner.whileCalled {
        try? await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
        try? await house.apply()
      }
      try await house.send()
      let standing = try await house.standing("r1")
      #expect(standing.state == .done && standing.partnerID == "t1" && standing.nextAt == nil)
    }
  }

  @Test("that is told twice is kept once and applied once", arguments: TestEngine.available)
  func doubled(engine: TestEngine) async throws {
    let listener = Listener()
    try await House.open(on: engine, handlers: [listener]) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .pending)
      try await house.send()
      for _ in 0..<3 {
        try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
        try await house.apply()
      }
      let kept = try await house.count("SELECT count(*) FROM evidence WHERE source = 'notification'")
      #expect(kept == 1)
      let told = try await house.count("SELECT count(*) FROM counter WHERE name = 'news/r1/done/new'")
      let value = try await house.count("SELECT COALESCE(max(value), 0) FROM counter WHERE name = 'news/r1/done/new'")
      #expect(told == 1 && value == 1)
    }
  }

  @Test("tells the part of every capture, and of one as news only", arguments: TestEngine.available)
  func twoCaptures(engine: TestEngine) async throws {
    let listener = Listener()
    try await House.open(on: engine, handlers: [listener]) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .pending)
      try await house.send()
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
      try await house.receive(ScriptedPartner.message("e2", "r1", "t2", "done"))
      try await house.apply()
      let news = try await house.count("SELECT COALESCE(max(value), 0) FROM counter WHERE name = 'news/r1/done/new'")
      let more = try await house.count("SELECT COALESCE(max(value), 0) FROM counter WHERE name = 'news/r1/done/known'")
      #expect(news == 1 && more == 1)
    }
  }

  @Test("of another lane under our reference is not applied", arguments: TestEngine.available)
  func otherLane(engine: TestEngine) async throws {
    let stranger = ScriptedPartner(lane: "other")
    try await House.open(on: engine, others: [stranger]) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .unknown(reason: "time-out"))
      try await house.send()
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"), lane: "other")
      try await house.apply()
      let state = try await house.state("r1")
      #expect(state == .unknown)
      let kept = try await evidence(house, "e1")
      #expect(kept == "waiting")
      // The same event id from the lane it belongs to is another event.
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
      try await house.apply()
      let settled = try await house.state("r1")
      #expect(settled == .done)
    }
  }

  @Test("that names only the partner's id belongs to the charge it was accepted for", arguments: TestEngine.available)
  func bare(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue(["r1", "r2"])
      house.partner.answers(.perform, reply: Reply(.pending, transaction: "t1"))
      house.partner.answers(.perform, reply: Reply(.pending, transaction: "t2"))
      try await house.send()
      try await house.receive(ScriptedPartner.message("e1", nil, "t2", "done"))
      try await house.apply()
      let states = [try await house.state("r1"), try await house.state("r2")]
      #expect(states == [.pending, .done])
    }
  }

  @Test("that names only the partner's id, and comes before the answer, waits for it", arguments: TestEngine.available)
  func bareBeforeAnswer(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, reply: Reply(.pending, transaction: "t1"))
      house.partner.whileCalled {
        try? await house.receive(ScriptedPartner.message("e1", nil, "t1", "done"))
        try? await house.apply()
      }
      try await house.send()
      let waiting = try await evidence(house, "e1")
      #expect(waiting == "waiting")
      try await house.apply()
      let state = try await house.state("r1")
      #expect(state == .done)
    }
  }

  @Test("with only the partner's id is not taken from another lane with the same id", arguments: TestEngine.available)
  func bareOtherLane(engine: TestEngine) async throws {
    let stranger = ScriptedPartner(lane: "other")
    try await House.open(on: engine, others: [stranger]) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, reply: Reply(.pending, transaction: "t1"))
      try await house.send()
      try await house.receive(ScriptedPartner.message("e1", nil, "t1", "done"), lane: "other")
      try await house.apply()
      let state = try await house.state("r1")
      #expect(state == .pending)
    }
  }

  @Test("about something that is not there yet is kept until it is", arguments: TestEngine.available)
  func tooEarly(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "refused", code: "declined"))
      try await house.apply()
      let kept = try await evidence(house, "e1")
      #expect(kept == "waiting")
      try await house.enqueue("r1")
      try await house.apply()
      let applied = try await evidence(house, "e1")
      #expect(applied == "applied")
    }
  }

  @Test("with a bad signature is counted, and nothing of it is kept", arguments: TestEngine.available)
  func badSignature(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      for _ in 0..<2 {
        await #expect(throws: InboundRejection.badSignature) {
          try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done", signature: "bad"))
        }
      }
      let kept = try await house.count("SELECT count(*) FROM evidence")
      let counted = try await house.count("SELECT value FROM counter WHERE name = 'inbox.rejected.card.badSignature'")
      #expect(kept == 0 && counted == 2)
    }
  }

  @Test("that is too large, or for a partner that is not there, is refused")
  func refused() async throws {
    try await House.open(on: .sqlite) { house in
      let large = InboundMessage(
        headers: ["signature": "good"], body: Array(repeating: 65, count: Outbox.messageLimit + 1))
      let tooLarge = await #expect(throws: Refusal.self) { try await house.receive(large) }
      #expect(tooLarge?.code == "tooLarge")
      let noLane = await #expect(throws: Refusal.self) {
        try await house.receive(ScriptedPartner.message("e1", "r1", nil, "done"), lane: "nobody")
      }
      #expect(noLane?.code == "noLane")
    }
  }
}

/// Counts what a part is told, in the transaction that saves it.
struct Listener: EffectHandler {
  let kind = "charge"

  func changed(_ outcomes: [EffectNews], in change: Change) throws {
    for outcome in outcomes {
      let name = "news/\(outcome.effect.reference)/\(outcome.state.rawValue)/\(outcome.isNew ? "new" : "known")"
      try change.tx.execute(
        "INSERT INTO counter (name, value) VALUES (\(name), 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1"
      )
    }
  }
}
