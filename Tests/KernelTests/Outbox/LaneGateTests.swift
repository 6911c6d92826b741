import Kernel
import Store
import TestSupport
import Testing

extension House {
  /// Effects `first` to `last`, answered all alike, sent in one go.
  @discardableResult
  func send(_ numbers: ClosedRange<Int>, answered verdict: Verdict) async throws -> Int {
    try await enqueue(numbers.map { "r\($0)" })
    for _ in numbers { partner.answers(.perform, verdict) }
    return try await send()
  }

  func lane() async throws -> (breaker: String, ramp: Int64) {
    let row = try #require(
      try await store.read { tx in try tx.row("SELECT breaker, ramp FROM lane WHERE name = 'card'") })
    return (try row.text("breaker"), try row.integer("ramp"))
  }
}

@Suite("The gate of a lane")
struct LaneGateTests {
  private static let clerk = Actor(.operator, "clerk")

  private func turn(_ house: House, on: Bool, key: String) async throws -> Bool {
    try await house.kernel.perform(
      SwitchLane(lane: "card", on: on, reason: "the partner asked for it"), by: Self.clerk, key: key)
  }

  @Test("forgets its counts after two days, and no sooner", arguments: TestEngine.available)
  func forgets(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.send(1...3, answered: .done)
      for (pause, left) in [(Span.days(1), 1), (.days(2), 0)] as [(Span, Int64)] {
        house.clock.move(pause)
        try await house.outbox.forgetCounts()
        let windows = try await house.store.read { tx in try tx.integer("SELECT count(*) FROM lane_window") }
        #expect(windows == left)
      }
    }
  }

  @Test(
    "holds from the commit of its switch on, and what is under way is still asked about",
    arguments: TestEngine.available)
  func switched(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.loseAnswer("r1")
      let stopped = try await turn(house, on: false, key: "off")
      #expect(stopped)
      try await house.enqueue("r2")
      let sent = try await house.send()
      #expect(sent == 0)
      house.partner.answers(.query, .done)
      try await house.resolve(times: 1, every: .minutes(1))
      let asked = try await house.state("r1")
      #expect(asked == .done)
      let again = try await turn(house, on: false, key: "off again")
      #expect(!again)
      _ = try await turn(house, on: true, key: "on")
      let resumed = try await house.send()
      #expect(resumed == 1)
      let facts = try await house.count("SELECT count(*) FROM fact WHERE kind = 'laneSwitched'")
      #expect(facts == 2)
    }
  }

  @Test("lets a stopped lane's unknown charge be asked about, but not be sent again", arguments: TestEngine.available)
  func noResendWhenStopped(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(replay: .byReference(window: .days(2)))) { house in
      try await house.loseAnswer("r1")
      _ = try await turn(house, on: false, key: "off")
      try await house.resolve(times: 2, every: .minutes(1))
      // A repeat of a request that never arrived is a new charge, on a lane that somebody stopped.
      #expect(house.partner.calls(.perform) == 1)
    }
  }

  @Test("is not switched without a reason, and not for a lane that is not there")
  func switchRefused() async throws {
    try await House.open(on: .sqlite) { house in
      for (lane, reason, code) in [("card", "", "reasonMissing"), ("nobody", "just so", "noLane")] {
        let refusal = await #expect(throws: Refusal.self) {
          _ = try await house.kernel.perform(
            SwitchLane(lane: lane, on: false, reason: reason), by: Self.clerk, key: code)
        }
        #expect(refusal?.code == code)
      }
    }
  }

  @Test("never opens for declines, however many", arguments: TestEngine.available)
  func declines(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      for round in 0..<5 {
        let sent = try await house.send(round * 40 + 1...round * 40 + 40, answered: .refused(code: "declined"))
        #expect(sent == 40)
        house.clock.move(.seconds(2))
      }
      let lane = try await house.lane()
      #expect(lane.breaker == "closed")
    }
  }

  @Test("opens when half of the outcomes are unknown, and not for fewer than twenty", arguments: TestEngine.available)
  func opens(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.send(1...9, answered: .done)
      try await house.send(10...19, answered: .unknown(reason: "time-out"))
      let few = try await house.send(20...20, answered: .unknown(reason: "time-out"))
      #expect(few == 1)
      // 20 answered, 11 of them unknown.
      let stopped = try await house.send(21...30, answered: .done)
      #expect(stopped == 0)
      let lane = try await house.lane()
      #expect(lane.breaker == "open")
    }
  }

  @Test("does not open for what a worker that died left behind", arguments: TestEngine.available)
  func ownCrash(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue((1...40).map { "r\($0)" })
      try await house.store.write { tx in
        _ = try tx.execute(
          "UPDATE effect SET state = 'sent', rank = 1, sent_at = prepared_at, tries = 1, next_at = prepared_at")
      }
      #expect(try await house.outbox.scanForCrashes() == 40)
      let sent = try await house.send(41...60, answered: .done)
      #expect(sent == 20)
      #expect(try await house.lane().breaker == "closed")
    }
  }

  @Test("stays shut below half", arguments: TestEngine.available)
  func belowHalf(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.send(1...11, answered: .done)
      try await house.send(12...20, answered: .unknown(reason: "time-out"))
      let sent = try await house.send(21...30, answered: .done)
      #expect(sent == 10)
    }
  }

  @Test(
    "tries one by one after its pause, then ramps up from 1 to 5, 25 and 100 percent", arguments: TestEngine.available)
  func recovers(engine: TestEngine) async throws {
    var capabilities = Capabilities.proving(ratePerSecond: 400)
    capabilities.concurrency = 64
    try await House.open(on: engine, capabilities) { house in
      try await house.send(1...30, answered: .unknown(reason: "time-out"))
      try await house.enqueue((100...2_000).map { "r\($0)" })
      let shut = try await house.send()
      #expect(shut == 0)
      house.clock.move(.seconds(25))
      let early = try await house.send()
      #expect(early == 0)
      house.clock.move(.seconds(20))
      // Two of five are lost: fewer than half.
      house.partner.answers(.perform, .done)
      for _ in 0..<2 { house.partner.answers(.perform, .unknown(reason: "time-out")) }
      for _ in 0..<2_000 { house.partner.answers(.perform, .done) }
      for probe in 1...5 {
        let sent = try await house.send()
        #expect(sent == 1, "probe \(probe)")
        house.clock.move(.seconds(1))
      }
      // 400 a second are allowed in full.
      for (percent, expected) in [(1, 4), (5, 20), (25, 100), (100, 400)] {
        let sent = try await house.send()
        let lane = try await house.lane()
        #expect(sent == expected && lane.ramp == Int64(percent), "\(percent) %")
        house.clock.move(.seconds(61))
      }
    }
  }

  @Test("opens again for longer when half of its probes fail", arguments: TestEngine.available)
  func probesFail(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.send(1...30, answered: .unknown(reason: "time-out"))
      try await house.enqueue((100...110).map { "r\($0)" })
      try await house.send()
      house.clock.move(.seconds(45))
      for probe in 1...3 {
        let sent = try await house.send()
        #expect(sent == 1, "probe \(probe)")
      }
      let none = try await house.send()
      #expect(none == 0)
      let reopened = try await house.lane()
      #expect(reopened.breaker == "open")
      house.clock.move(.seconds(45))
      let stillShut = try await house.send()
      #expect(stillShut == 0)
      house.clock.move(.seconds(30))
      let second = try await house.send()
      #expect(second == 1)
    }
  }

  @Test("waits for the answer of a probe before the next one leaves", arguments: TestEngine.available)
  func oneProbe(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.send(1...30, answered: .unknown(reason: "time-out"))
      try await house.enqueue((100...110).map { "r\($0)" })
      try await house.send()
      house.clock.move(.seconds(45))
      let before = house.partner.calls.count
      house.partner.whileCalled {
        let second = try? await house.send()
        #expect(second == 0)
      }
      house.partner.answers(.perform, .done)
      try await house.send()
      #expect(house.partner.calls.count == before + 1)
    }
  }

  @Test(
    "lets no more through in a second than the partner takes, over several senders", arguments: TestEngine.available)
  func rate(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(ratePerSecond: 10)) { house in
      try await house.enqueue((1...60).map { "r\($0)" })
      for _ in 0..<60 { house.partner.answers(.perform, .done) }
      let first = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 { group.addTask { try await house.send() } }
        return try await group.reduce(0, +)
      }
      #expect(first == 10)
      let none = try await house.send()
      #expect(none == 0)
      house.clock.move(.milliseconds(500))
      let half = try await house.send()
      #expect(half == 5)
      // What was not used in an hour is not saved up.
      house.clock.move(.hours(1))
      let full = try await house.send()
      #expect(full == 10)
    }
  }
}
