import Kernel
import Store
import TestSupport
import Testing

@Suite("An effect that no machine can find out about")
struct ParkingTests {
  private static let blind = Capabilities.proving(query: .none, notifiesWithin: nil)
  private static let clerk = Actor(.operator, "clerk")

  @Test("waits for a named person by a date, and is never sent again", arguments: TestEngine.available)
  func parked(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.blind) { house in
      try await house.loseAnswer("r1")
      try await house.resolve(times: 5, every: .days(1))
      try await house.send()
      let standing = try await house.standing("r1")
      #expect(standing.state == .unknown && standing.owner == "finance" && standing.deadline != nil)
      #expect(house.partner.calls.count == 1)
    }
  }

  @Test("after a crash waits for a person as well", arguments: TestEngine.available)
  func parkedAfterCrash(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.blind) { house in
      try await house.enqueue("r1")
      try await house.store.write { tx in
        _ = try tx.execute(
          "UPDATE effect SET state = 'sent', rank = 1, sent_at = prepared_at, tries = 1, next_at = prepared_at")
      }
      _ = try await house.outbox.scanForCrashes()
      _ = try await house.outbox.resolve("card")
      let standing = try await house.standing("r1")
      #expect(standing.state == .unknown && standing.owner == "finance" && standing.deadline != nil)
      #expect(house.partner.calls.isEmpty)
    }
  }

  @Test("waits for its statement first, and for a person when that is overdue", arguments: TestEngine.available)
  func statement(engine: TestEngine) async throws {
    let capabilities = Capabilities.proving(
      query: .none, statement: .periodic(every: .days(1), late: .days(4)), notifiesWithin: nil)
    try await House.open(on: engine, capabilities) { house in
      try await house.loseAnswer("r1")
      try await house.resolve(times: 1, every: .days(3))
      let waiting = try await house.standing("r1")
      #expect(waiting.owner == nil && waiting.nextAt != nil)
      try await house.resolve(times: 1, every: .days(3))
      let parked = try await house.standing("r1")
      #expect(parked.owner == "finance" && parked.deadline != nil)
    }
  }

  @Test("is still settled by a notification that comes after all", arguments: TestEngine.available)
  func lateNotification(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.blind) { house in
      try await house.loseAnswer("r1")
      house.clock.move(.days(40))
      try await house.receive(ScriptedPartner.message("e1", "r1", "t1", "done"))
      try await house.apply()
      let standing = try await house.standing("r1")
      #expect(standing.state == .done && standing.owner == nil && standing.deadline == nil)
    }
  }

  @Test(
    "ends by a person's word, with a reason that stands in the journal", arguments: TestEngine.available, [true, false])
  func decided(engine: TestEngine, happened: Bool) async throws {
    try await House.open(on: engine, Self.blind) { house in
      try await house.loseAnswer("r1")
      _ = try await house.kernel.perform(
        DecideEffect(
          reference: "r1", happened: happened, partnerID: happened ? "t1" : nil, reason: "seen in their portal"),
        by: Self.clerk, key: "k")
      try await house.apply()
      let standing = try await house.standing("r1")
      #expect(standing.state == (happened ? .done : .refused))
      let facts = try await house.count(
        "SELECT count(*) FROM fact WHERE kind = 'effectDecided' AND actor = 'operator:clerk'")
      #expect(facts == 1)
      let late = await #expect(throws: Refusal.self) {
        _ = try await house.kernel.perform(
          DecideEffect(reference: "r1", happened: true, partnerID: "t2", reason: "changed my mind"), by: Self.clerk,
          key: "l")
      }
      #expect(late?.code == "alreadyKnown")
    }
  }

  @Test("is decided by the last word as long as none was taken up", arguments: TestEngine.available)
  func corrected(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.blind) { house in
      try await house.loseAnswer("r1")
      func decide(_ happened: Bool, _ transaction: String?) async throws {
        _ = try await house.kernel.perform(
          DecideEffect(reference: "r1", happened: happened, partnerID: transaction, reason: "seen in their portal"),
          by: Self.clerk, key: "k\(transaction ?? "")")
      }
      try await decide(true, "slip")
      // As if it had broken a rule of the database.
      try await house.store.write { tx in
        _ = try tx.execute("UPDATE evidence SET state = 'stuck' WHERE source = 'person'")
      }
      try await decide(true, "another slip")
      try await decide(false, nil)
      try await house.apply()
      #expect(try await house.standing("r1").state == .refused)
      #expect(try await house.count("SELECT count(*) FROM evidence WHERE source = 'person' AND state = 'foreign'") == 2)
    }
  }

  @Test("is not decided by a transaction that belongs to something else", arguments: TestEngine.available)
  func takenTransaction(engine: TestEngine) async throws {
    try await House.open(on: engine, Self.blind) { house in
      try await house.enqueue("r0")
      house.partner.answers(.perform, reply: Reply(.done, transaction: "t0"))
      try await house.send()
      try await house.loseAnswer("r1")
      let refusal = await #expect(throws: Refusal.self) {
        _ = try await house.kernel.perform(
          DecideEffect(reference: "r1", happened: true, partnerID: "t0", reason: "seen in their portal"),
          by: Self.clerk, key: "k")
      }
      #expect(refusal?.code == "transactionTaken" && refusal?.message.contains("r0") == true)
    }
  }

  @Test("is decided by nobody without a reason, and not as happened without the partner's transaction")
  func refusedDecisions() async throws {
    try await House.open(on: .sqlite, Self.blind) { house in
      try await house.loseAnswer("r1")
      let decisions = [
        ("reasonMissing", DecideEffect(reference: "r1", happened: false, partnerID: nil, reason: " ")),
        ("transactionMissing", DecideEffect(reference: "r1", happened: true, partnerID: nil, reason: "seen it")),
        ("noEffect", DecideEffect(reference: "r9", happened: false, partnerID: nil, reason: "seen it")),
      ]
      for (code, decision) in decisions {
        let refusal = await #expect(throws: Refusal.self) {
          _ = try await house.kernel.perform(decision, by: Self.clerk, key: code)
        }
        #expect(refusal?.code == code)
      }
      let state = try await house.state("r1")
      #expect(state == .unknown)
    }
  }
}
