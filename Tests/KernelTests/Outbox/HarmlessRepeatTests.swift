import Kernel
import Store
import TestSupport
import Testing

/// A part whose effects may happen twice, such as a mail.
struct Letters: EffectHandler {
  let kind = "letter"
  let mayHappenTwice = true

  func changed(_ outcomes: [EffectNews], in change: Change) throws {}
}

@Suite("An effect that may happen twice")
struct HarmlessRepeatTests {
  static let harmless = Capabilities.proving(replay: .harmless(times: 3, window: .days(5)), query: .none)

  private func open(
    on engine: TestEngine, _ capabilities: Capabilities = Self.harmless, kind: String = "letter",
    _ body: (House) async throws -> Void
  ) async throws {
    try await House.open(on: engine, capabilities, handlers: [Letters(), Listener()]) { house in
      try await house.kernel.change(by: .system("test"), canRepeat: false) { change in
        change.enqueue(NewEffect(lane: "card", kind: kind, slot: "slot:1", payload: "{}", reference: "r1"))
      }
      house.partner.answers(.perform, .unknown(reason: "time-out"))
      try await house.send()
      let state = try await house.state("r1")
      #expect(state == .unknown)
      try await body(house)
    }
  }

  @Test("is repeated under its reference until it is done, later each time", arguments: TestEngine.available)
  func repeated(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      let first = try await house.standing("r1")
      #expect(first.nextAt == house.clock.now + .seconds(30))
      house.partner.answers(.perform, .unknown(reason: "time-out"), .done)
      try await house.resolve(times: 1, every: .seconds(31))
      let second = try await house.standing("r1")
      #expect(second.nextAt == house.clock.now + .minutes(5))
      try await house.resolve(times: 1, every: .minutes(6))
      let state = try await house.state("r1")
      #expect(state == .done)
      #expect(house.partner.calls == Array(repeating: .init(verb: .perform, reference: "r1"), count: 3))
    }
  }

  @Test("is sent as often as was said and no more, and then a person is told", arguments: TestEngine.available)
  func atMost(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      try await house.resolve(times: 10, every: .hours(2))
      let standing = try await house.standing("r1")
      #expect(standing.state == .unknown && standing.owner == "operations" && standing.deadline != nil)
      #expect(house.partner.calls(.perform) == 3)
    }
  }

  @Test("is not repeated after its window", arguments: TestEngine.available)
  func window(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      try await house.resolve(times: 2, every: .days(6))
      let standing = try await house.standing("r1")
      #expect(standing.owner == "operations" && house.partner.calls(.perform) == 1)
    }
  }

  @Test("waits while its lane is stopped, and goes on afterwards", arguments: TestEngine.available)
  func stopped(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      let person = Actor(.operator, "cli")
      _ = try await house.kernel.perform(
        SwitchLane(lane: "card", on: false, reason: "their change"), by: person, key: "stop")
      try await house.resolve(times: 3, every: .hours(2))
      let waiting = try await house.standing("r1")
      #expect(waiting.state == .unknown && waiting.owner == nil && house.partner.calls(.perform) == 1)
      _ = try await house.kernel.perform(SwitchLane(lane: "card", on: true, reason: "mended"), by: person, key: "go")
      house.partner.answers(.perform, .done)
      try await house.resolve(times: 1, every: .hours(2))
      let state = try await house.state("r1")
      #expect(state == .done && house.partner.calls(.perform) == 2)
    }
  }

  @Test(
    "Money is never repeated on a lane whose settings say that it does no harm", arguments: TestEngine.available,
    ["charge", "refund", "newcomer"])
  func money(engine: TestEngine, kind: String) async throws {
    try await open(on: engine, kind: kind) { house in
      try await house.resolve(times: 10, every: .hours(2))
      let standing = try await house.standing("r1")
      #expect(standing.state == .unknown && standing.owner == "finance")
      #expect(house.partner.calls == [.init(verb: .perform, reference: "r1")])
    }
  }

  @Test("Money on such a lane is asked about, where the partner can be asked")
  func asked() async throws {
    var capabilities = Self.harmless
    capabilities.query = .byReference(lag: .minutes(2))
    try await open(on: .sqlite, capabilities, kind: "charge") { house in
      house.partner.answers(.query, .done)
      try await house.resolve(times: 1, every: .minutes(1))
      let state = try await house.state("r1")
      #expect(state == .done && house.partner.calls(.perform) == 1 && house.partner.calls(.query) == 1)
    }
  }
}
