import Kernel
import Store
import TestSupport
import Testing

extension House {
  /// Sends one effect whose answer is lost: it is UNKNOWN.
  func loseAnswer(_ reference: String, slot: String? = nil) async throws {
    try await enqueue(reference, slot: slot)
    partner.answers(.perform, .unknown(reason: "time-out"))
    try await send()
    let state = try await state(reference)
    #expect(state == .unknown)
  }

  /// Looks `times` times, `pause` apart.
  func resolve(times: Int, every pause: Span) async throws {
    for _ in 0..<times {
      clock.move(pause)
      _ = try await outbox.resolve("card")
    }
  }
}

@Suite("An effect whose outcome is not known")
struct ResolvingTests {
  @Test(
    "is asked about, and ends as the partner says", arguments: TestEngine.available,
    [Verdict.done, .refused(code: "declined")])
  func asked(engine: TestEngine, verdict: Verdict) async throws {
    try await House.open(on: engine) { house in
      try await house.loseAnswer("r1")
      house.partner.answers(.query, verdict)
      try await house.resolve(times: 1, every: .minutes(1))
      let state = try await house.state("r1")
      #expect(state == (verdict == .done ? .done : .refused))
      #expect(house.partner.calls(.perform) == 1 && house.partner.calls(.query) == 1)
    }
  }

  @Test("is asked about by the partner's own id where an answer gave it", arguments: TestEngine.available)
  func retrieved(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, reply: Reply(.pending, transaction: "pay-1"))
      try await house.send()
      house.partner.answers(.retrieve, .done)
      try await house.resolve(times: 1, every: .minutes(1))
      let state = try await house.state("r1")
      #expect(state == .done)
      #expect(house.partner.calls(.retrieve) == 1 && house.partner.calls(.query) == 0)
    }
  }

  @Test("is searched for by our reference once it was repeated", arguments: TestEngine.available)
  func repeatedAndSearched(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(replay: .byReference(window: .hours(10)))) { house in
      try await house.loseAnswer("r1")
      house.partner.answers(.perform, reply: Reply(.pending, transaction: "pay-2"))
      house.partner.answers(.query, .done)
      try await house.resolve(times: 2, every: .minutes(2))
      #expect(house.partner.calls(.perform) == 2)
      #expect(house.partner.calls(.retrieve) == 0 && house.partner.calls(.query) == 1)
    }
  }

  @Test("is not believed to be absent before the lag is over and three reads agree", arguments: TestEngine.available)
  func absent(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(query: .byReference(lag: .hours(3)))) { house in
      try await house.loseAnswer("r1")
      for _ in 0..<8 { house.partner.answers(.query, .absent) }
      // Four reads within the lag of three hours agree; that proves nothing yet.
      for pause in [Span.seconds(10), .minutes(1), .minutes(6), .minutes(70)] {
        house.clock.move(pause)
        _ = try await house.outbox.resolve("card")
        let state = try await house.state("r1")
        #expect(state == .unknown)
      }
      #expect(house.partner.calls(.query) == 4)
      try await house.resolve(times: 1, every: .days(2))
      let standing = try await house.standing("r1")
      #expect(standing.state == .refused)
    }
  }

  @Test("is absent only after three reads in a row, however late", arguments: TestEngine.available)
  func threeReads(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.loseAnswer("r1")
      // A garbled answer in between begins the count again.
      house.partner.answers(.query, .absent, .absent, .unknown(reason: "garbled"), .absent, .absent, .absent)
      for read in 1...6 {
        try await house.resolve(times: 1, every: .days(2))
        let state = try await house.state("r1")
        #expect(state == (read == 6 ? .refused : .unknown), "read \(read)")
      }
    }
  }

  @Test("is sent again under the same reference where replay is promised", arguments: TestEngine.available)
  func replay(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(replay: .byReference(window: .hours(24)))) { house in
      try await house.loseAnswer("r1")
      house.partner.answers(.perform, .done)
      try await house.resolve(times: 1, every: .minutes(1))
      let state = try await house.state("r1")
      #expect(state == .done)
      #expect(house.partner.calls == [.init(verb: .perform, reference: "r1"), .init(verb: .perform, reference: "r1")])
    }
  }

  @Test("is not sent again outside the window of the promise", arguments: TestEngine.available)
  func outsideWindow(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(replay: .byReference(window: .hours(2)))) { house in
      try await house.loseAnswer("r1")
      // Inside the window by the clock, but within the margin at its end: two clocks differ.
      house.clock.move(.minutes(115))
      house.partner.answers(.query, .unknown(reason: "time-out"), .done)
      _ = try await house.outbox.resolve("card")
      try await house.resolve(times: 1, every: .days(1))
      #expect(house.partner.calls(.perform) == 1 && house.partner.calls(.query) == 2)
      let state = try await house.state("r1")
      #expect(state == .done)
    }
  }

  @Test("is sent four times at most, and then asked about", arguments: TestEngine.available)
  func resendLimit(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(replay: .byReference(window: .days(30)))) { house in
      try await house.loseAnswer("r1")
      try await house.resolve(times: 10, every: .hours(25))
      // The first sending and three repeats.
      #expect(house.partner.calls(.perform) == 4)
      #expect(house.partner.calls(.query) == 7)
      #expect(Set(house.partner.calls.map(\.reference)) == ["r1"])
    }
  }

  @Test("stays unknown when its repeat did not leave", arguments: TestEngine.available)
  func repeatNotSent(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(replay: .byReference(window: .hours(24)))) { house in
      try await house.loseAnswer("r1")
      house.partner.answers(.perform, .notSent(reason: "connection refused"))
      try await house.resolve(times: 1, every: .minutes(1))
      #expect(house.partner.calls(.perform) == 2)
      let state = try await house.state("r1")
      #expect(state == .unknown)
    }
  }

  @Test("counts the lag from the last repeat, which may be the one that took effect", arguments: TestEngine.available)
  func lagAfterRepeat(engine: TestEngine) async throws {
    let capabilities = Capabilities.proving(
      replay: .byReference(window: .hours(24)), query: .byReference(lag: .hours(30)))
    try await House.open(on: engine, capabilities) { house in
      try await house.loseAnswer("r1")
      try await house.resolve(times: 3, every: .hours(2))
      #expect(house.partner.calls(.perform) == 4)
      for _ in 0..<5 { house.partner.answers(.query, .absent) }
      // More than 30 hours after the first sending, less than that after the last repeat.
      house.clock.move(.hours(25))
      for _ in 0..<3 {
        _ = try await house.outbox.resolve("card")
        house.clock.move(.minutes(30))
      }
      let early = try await house.state("r1")
      #expect(early == .unknown)
      try await house.resolve(times: 3, every: .days(2))
      let late = try await house.state("r1")
      #expect(late == .refused)
    }
  }

  @Test(
    "is cancelled where that is possible, in turns with the question: a refused cancellation proves nothing",
    arguments: TestEngine.available)
  func cancelled(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(cancel: true)) { house in
      try await house.loseAnswer("r1")
      house.partner.answers(.cancel, .refused(code: "declined"), .absent, .notSent(reason: "no route"), .cancelled)
      try await house.resolve(times: 10, every: .days(2))
      #expect(house.partner.calls(.query) == 7 && house.partner.calls(.cancel) == 3)
      let open = try await house.state("r1")
      #expect(open == .unknown)
      try await house.resolve(times: 2, every: .days(2))
      let state = try await house.state("r1")
      #expect(state == .cancelled)
    }
  }

  @Test("is not asked about by two at once", arguments: TestEngine.available)
  func oneAsks(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.loseAnswer("r1")
      house.clock.move(.minutes(1))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 { group.addTask { _ = try await house.outbox.resolve("card") } }
        try await group.waitForAll()
      }
      #expect(house.partner.calls(.query) == 1)
    }
  }

  @Test("is asked about also when its first answer said: accepted", arguments: TestEngine.available)
  func pending(engine: TestEngine) async throws {
    try await House.open(on: engine, .proving(replay: .byReference(window: .days(2)))) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .pending)
      try await house.send()
      let accepted = try await house.standing("r1")
      #expect(accepted.state == .pending && accepted.nextAt == house.clock.now + .seconds(30))
      house.partner.answers(.query, .pending, .done)
      try await house.resolve(times: 2, every: .hours(2))
      let state = try await house.state("r1")
      // What was accepted is never sent again, whatever was promised.
      #expect(state == .done && house.partner.calls(.perform) == 1)
    }
  }
}
