import Kernel
import Store
import Synchronization
import TestSupport
import Testing

private struct Crash: Error {}

@Suite("An effect that is sent")
struct SendingTests {
  @Test("goes from prepared over sent to done, and is sent once", arguments: TestEngine.available)
  func done(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1")
      let before = try await house.state("r1")
      #expect(before == .prepared)
      house.partner.whileCalled {
        let during = try? await house.state("r1")
        #expect(during == .sent)
      }
      house.partner.answers(.perform, reply: Reply(.done, transaction: "t1"))
      let sent = try await house.send()
      #expect(sent == 1)
      let after = try await house.standing("r1")
      #expect(after.state == .done && after.partnerID == "t1" && after.nextAt == nil)
      let again = try await house.send()
      #expect(again == 0 && house.partner.calls == [.init(verb: .perform, reference: "r1")])
    }
  }

  @Test("is not sent before it is due", arguments: TestEngine.available)
  func notDue(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.kernel.change(by: .system("test"), canRepeat: false) { change in
        change.enqueue(
          NewEffect(
            lane: "card", kind: "charge", slot: "s", payload: "{}", dueAt: change.now + .minutes(5), reference: "r1"))
      }
      let early = try await house.send()
      #expect(early == 0)
      house.clock.move(.minutes(5))
      let due = try await house.send()
      #expect(due == 1)
    }
  }

  @Test("leaves once when several senders look at the same moment", arguments: TestEngine.available)
  func manySenders(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue((1...50).map { "r\($0)" })
      // Unknown answers would open the breaker before the last sender looks.
      for _ in 1...50 { house.partner.answers(.perform, .done) }
      let sent = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<5 { group.addTask { try await house.send() } }
        return try await group.reduce(0, +)
      }
      #expect(sent == 50)
      #expect(Set(house.partner.calls.map(\.reference)).count == 50 && house.partner.calls.count == 50)
    }
  }

  /// The crash is at each point between the commit of *sent* and the commit of the outcome.
  @Test(
    "by a process that died is UNKNOWN, and is never sent again without a promise of replay",
    arguments: TestEngine.available, [CrashPoint.sent, .called])
  func crash(engine: TestEngine, point: CrashPoint) async throws {
    let isArmed = Mutex(false)
    var faults = Faults()
    faults.between = { if $0 == point, isArmed.withLock({ $0 }) { throw Crash() } }
    try await House.open(on: engine, .proving(replay: .none), faults: faults) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .done)
      isArmed.withLock { $0 = true }
      await #expect(throws: Crash.self) { try await house.send() }
      isArmed.withLock { $0 = false }
      let left = house.partner.calls(.perform)
      // Not before its lease is over: the sender may only be slow.
      let early = try await house.outbox.scanForCrashes()
      #expect(early == 0)
      // A lease is as long as its own calls may take: this one is one call's, however many the step might have taken.
      house.clock.move(house.partner.capabilities.timeout * 2 + .seconds(11))
      let found = try await house.outbox.scanForCrashes()
      #expect(found == 1)
      let state = try await house.state("r1")
      #expect(state == .unknown)
      for _ in 0..<8 {
        try await house.send()
        _ = try await house.outbox.resolve("card")
        house.clock.move(.days(1))
      }
      #expect(house.partner.calls(.perform) == left)
      #expect(house.partner.calls(.query) > 0)
    }
  }

  @Test(
    "is called although its commit was not answered, when it happened", arguments: TestEngine.available, [true, false])
  func commitUnknown(engine: TestEngine, happened: Bool) async throws {
    let failures = Mutex(0)
    let fail: @Sendable () throws -> Void = {
      let fails = failures.withLock { left in
        defer { left = max(0, left - 1) }
        return left > 0
      }
      if fails { throw StoreError.commitUnknown("cut") }
    }
    var faults = Faults()
    if happened { faults.afterCommit = fail } else { faults.beforeCommit = fail }
    try await House.open(on: engine, faults: faults) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .done)
      failures.withLock { $0 = 1 }
      let sent = try await house.send()
      #expect(sent == (happened ? 1 : 0))
      // Whatever happened: the next pass neither loses it nor calls twice.
      try await house.send()
      #expect(house.partner.calls(.perform) == 1)
      let state = try await house.state("r1")
      #expect(state == .done)
    }
  }

  @Test("has no twin in its slot while it lives", arguments: TestEngine.available)
  func slot(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1", slot: "obligation:1")
      for answer in [Verdict.pending, .done] {
        await #expect(throws: StoreError.self) { try await house.enqueue("r2", slot: "obligation:1") }
        house.partner.answers(.perform, answer)
        try await house.send()
      }
      await #expect(throws: StoreError.self) { try await house.enqueue("r2", slot: "obligation:1") }
      let count = try await house.count("SELECT count(*) FROM effect")
      #expect(count == 1)
    }
  }

  @Test("that was refused makes room for another attempt", arguments: TestEngine.available)
  func refused(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1", slot: "obligation:1")
      house.partner.answers(.perform, .refused(code: "declined"))
      try await house.send()
      let standing = try await house.standing("r1")
      #expect(standing.state == .refused && standing.code == "declined")
      try await house.enqueue("r2", slot: "obligation:1")
    }
  }

  @Test("by proof never left is refused", arguments: TestEngine.available)
  func notSent(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue("r1")
      house.partner.answers(.perform, .notSent(reason: "connection refused"))
      try await house.send()
      let state = try await house.state("r1")
      #expect(state == .refused)
    }
  }

  @Test("of a lane that charges by itself is never sent by us")
  func ownedByPartner() async throws {
    var capabilities = Capabilities.proving()
    capabilities.owner = .partner
    try await House.open(on: .sqlite, capabilities) { house in
      try await house.enqueue("r1")
      let sent = try await house.send()
      #expect(sent == 0 && house.partner.calls.isEmpty)
    }
  }

  /// A process can be stopped for an hour between two calls. What it has not sent yet is by then somebody else's.
  @Test("does not leave any more when its lease ran out before its turn came", arguments: TestEngine.available)
  func leaseRanOut(engine: TestEngine) async throws {
    try await House.open(on: engine) { house in
      try await house.enqueue(["r1", "r2"])
      for _ in 0..<12 { house.partner.answers(.query, .absent) }
      // During the first call the machine sleeps; another process finds both, asks about the second, and is told three
      // times that there is no such thing.
      let sleeps = Mutex(true)
      house.partner.whileCalled {
        let isFirst = sleeps.withLock { sleeps in
          defer { sleeps = false }
          return sleeps
        }
        guard isFirst else { return }
        house.clock.move(.hours(3))
        _ = try? await house.outbox.scanForCrashes()
        for _ in 0..<6 {
          _ = try? await house.outbox.resolve("card")
          house.clock.move(.hours(2))
        }
      }
      try await house.send()
      let second = try await house.state("r2")
      #expect(
        second != .refused || house.partner.calls.filter { $0.verb == .perform && $0.reference == "r2" }.isEmpty,
        "r2 was given up as absent, and was sent afterwards")
    }
  }
}
