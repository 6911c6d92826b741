import Billing
import Incidents
import Kernel
import Store
import TestSupport
import Testing

@Suite("Incidents: making people whole")
struct RemedyTests {
  @Test(
    "A rule is tried, allowed by somebody else within a limit, and carried out once", arguments: TestEngine.available)
  func once(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(5, twice: 3)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let rule = try await ward.perform(
        TryRemedy(incident: incident, steps: Ward.refundAndTell, assumptions: "every further charge goes back"))
      #expect(
        try await ward.count("SELECT amount FROM remedy_total WHERE rule = \(rule) AND unit = 'EUR'") == 3 * Ward.price)
      let limits = ["EUR": 3 * Ward.price]
      #expect(await refused { _ = try await ward.perform(RunRemedies(rule: rule)) } == "notApproved")
      #expect(await refused { _ = try await ward.perform(ApproveRemedy(rule: rule, limits: limits)) } == "secondPerson")
      let less = ApproveRemedy(rule: rule, limits: ["EUR": 3 * Ward.price - 1])
      #expect(await refused { _ = try await ward.perform(less, by: Ward.bea) } == "overLimit")
      _ = try await ward.perform(ApproveRemedy(rule: rule, limits: limits), by: Ward.bea)
      _ = try await ward.perform(RunRemedies(rule: rule))
      try await ward.settle()
      #expect(try await ward.states(incident) == ["p1": "whole", "p2": "whole", "p3": "whole"])
      #expect(ward.partner.orders("refund").count == 3)
      try await ward.settle()
      #expect(ward.partner.orders("refund").count == 3)
      #expect(try await ward.finish(incident))
    }
  }

  @Test("Two operators start it at once: it is done once", arguments: TestEngine.available)
  func twoOperators(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(8, twice: 8)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let rule = try await ward.allow(incident)
      let codes = await withTaskGroup(of: String?.self) { group in
        for actor in [Ward.ann, Ward.carl] {
          group.addTask {
            await refused {
              _ = try await ward.perform(RunRemedies(rule: rule), by: actor)
              try await ward.settle()
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(codes.compactMap { $0 } == ["isRunning"])
      try await ward.settle()
      #expect(ward.partner.orders("refund").count == 8)
      #expect(try await ward.count("SELECT count(*) FROM affected WHERE state = 'whole'") == 8)
    }
  }

  @Test(
    "A crash at each point of a run leaves nobody out and pays nobody twice", arguments: TestEngine.available,
    [CrashPoint.remedied, .sent, .called, .recorded, .heard])
  func crash(engine: TestEngine, point: CrashPoint) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(4, twice: 4)
      let incident = try await ward.begin()
      try await ward.find(incident)
      _ = try await ward.perform(RunRemedies(rule: try await ward.allow(incident)))
      ward.faults.die(at: point)
      await #expect(throws: FaultSwitch.Died.self) { try await ward.settle() }
      // What was called and not recorded is asked about: the partner has done it.
      for order in ward.partner.orders("refund") {
        ward.partner.finds(Reply(.done, transaction: "t-\(order.reference)"))
      }
      if point == .sent { for _ in 0..<12 { ward.partner.finds(Reply(.absent)) } }
      try await ward.pass(.hours(3), step: .minutes(2))
      #expect(Set(try await ward.states(incident).values) == ["whole"])
      for name in ["p1", "p2", "p3", "p4"] {
        let count = try await ward.givenBack(name)
        // A refund that was never called is asked for by a new reference.
        #expect(count == 1, "\(name) was asked for \(count) times")
      }
    }
  }

  @Test("A refund of unknown outcome is found out before anybody is called whole", arguments: TestEngine.available)
  func unknown(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      ward.partner.answers("refund", .unknown(reason: "time-out"))
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["p1": "told"])
      #expect(await refused { _ = try await ward.finish(incident) } == "notYet")
      let order = try #require(ward.partner.orders("refund").first)
      ward.partner.finds(Reply(.done, transaction: "t-\(order.reference)"))
      try await ward.pass(.minutes(10), step: .minutes(1))
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(ward.partner.orders("refund").count == 1)
      #expect(try await ward.perform(CloseIncident(incident: incident)))
    }
  }

  @Test(
    "What the engine gave back by itself is the evidence, and goes back no second time", arguments: TestEngine.available
  )
  func engineFirst(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.subscribe("p1", paidUntil: ward.now - .hours(1))
      try await ward.settle()
      let order = try #require(ward.partner.orders("charge").first)
      // The partner took it twice under one reference, and says so.
      let testimony = Testimony(
        eventID: "n2", reference: order.reference, transaction: "second", kind: "notice", verdict: .done, amount: nil,
        currency: nil, occurredAt: ward.now)
      ward.partner.answers("refund", .unknown(reason: "time-out"))
      _ = try await ward.engine.outbox.keep([testimony], source: .notification, lane: "card", raw: [])
      try await ward.settle()
      #expect(ward.partner.orders("refund").count == 1)

      // While that refund is under way, the incident waits for the same one.
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["p1": "told"])
      let refund = try #require(ward.partner.orders("refund").first)
      ward.partner.finds(Reply(.done, transaction: "t-\(refund.reference)"))
      try await ward.pass(.minutes(10), step: .minutes(1))
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(ward.partner.orders("refund").count == 1)
    }
  }

  @Test(
    "What was given back before anybody looked is whole at once, with that refund as evidence",
    arguments: TestEngine.available)
  func givenBackBefore(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let capture = try await ward.count("SELECT id FROM capture WHERE role = 'surplus'")
      let refund = try await ward.perform(RefundPayment(capture: capture, amount: nil, reason: "support saw it"))
      try await ward.settle()
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      #expect(ward.partner.orders("refund").count == 1)
      let evidence = try await ward.store.read { tx in
        try tx.row("SELECT evidence FROM remedy WHERE kind = 'charges.refund'")?.text("evidence")
      }
      #expect(evidence == "refund:\(refund)")
      #expect(try await ward.states(incident) == ["p1": "whole"])
    }
  }

  @Test(
    "Found again in the middle of a run: who joins is made whole too, and nobody twice", arguments: TestEngine.available
  )
  func cohortAgain(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(3, twice: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      #expect(ward.partner.orders("refund").count == 2)
      // One of them once more, and one who is new.
      try await ward.past("p1", times: 2, period: 1)
      try await ward.past("p3", times: 3, period: 1)
      #expect(await refused { _ = try await ward.finish(incident) } == "notYet")
      try await ward.find(incident, reason: "another file came")
      try await ward.settle()
      #expect(ward.partner.orders("refund").count == 5)
      #expect(try await ward.states(incident) == ["p1": "whole", "p2": "whole", "p3": "whole"])
      #expect(try await ward.perform(CloseIncident(incident: incident)))
    }
  }

  @Test("A run stops before it passes what was allowed", arguments: TestEngine.available)
  func limit(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(3, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let rule = try await ward.allow(incident, limit: Ward.price)
      try await ward.past("p2", times: 2, period: 1)
      try await ward.find(incident, reason: "another file came")
      _ = try await ward.perform(RunRemedies(rule: rule))
      try await ward.settle()
      #expect(ward.partner.orders("refund").isEmpty)
      let why = try await ward.store.read { tx in
        try tx.row("SELECT stopped FROM remedy_rule WHERE id = \(rule) AND state = 'stopped'")?.text("stopped")
      }
      #expect(why?.contains("limit") == true)
      // Tried and allowed anew, it goes on.
      try await ward.run(incident)
      #expect(ward.partner.orders("refund").count == 2)
    }
  }

  @Test("What support gives back meanwhile counts, also where only a part is owed", arguments: TestEngine.available)
  func partGivenMeanwhile(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.overcharge("p1", by: 100)
      let incident = try await ward.begin()
      try await ward.find(incident, "charges.anotherAmount")
      let rule = try await ward.allow(incident)
      let capture = try await ward.count("SELECT id FROM capture")
      // Support gives the same 100 by hand before the run comes to it.
      _ = try await ward.perform(
        RefundPayment(capture: capture, amount: 100, reason: "too much was taken"), by: Ward.bea)
      _ = try await ward.perform(RunRemedies(rule: rule))
      try await ward.settle()
      #expect(ward.partner.orders("refund").count == 1)
      #expect(try await ward.count("SELECT given_back FROM capture") == 100)
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(try await ward.finish(incident))
    }
  }

  @Test(
    "A refund of support's that may still fail is waited for, and what is missing then is given",
    arguments: TestEngine.available)
  func anotherRefundOpen(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let capture = try await ward.count("SELECT id FROM capture WHERE role = 'surplus'")
      ward.partner.answers("refund", .unknown(reason: "time-out"))
      _ = try await ward.perform(RefundPayment(capture: capture, amount: 300, reason: "a part of it"), by: Ward.bea)
      try await ward.settle()
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["p1": "told"])
      ward.partner.finds(Reply(.refused(code: "declined")))
      ward.pass(.minutes(10))
      try await ward.settle()
      let remedy = try await ward.count("SELECT id FROM remedy WHERE code = 'anotherRefundIsUnderWay'")
      _ = try await ward.perform(RetryRemedy(remedy: remedy, reason: "the other one was refused"), by: Ward.bea)
      try await ward.settle()
      #expect(try await ward.count("SELECT given_back FROM capture WHERE role = 'surplus'") == Ward.price)
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(try await ward.finish(incident))
    }
  }

  @Test(
    "A later version that finds more for the same thing gives the rest, by the same remedy",
    arguments: TestEngine.available)
  func moreIsOwed(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.overcharge("p1", by: 100)
      let incident = try await ward.begin()
      try await ward.find(incident, "charges.anotherAmount")
      try await ward.run(incident)
      #expect(try await ward.count("SELECT given_back FROM capture") == 100)
      // It comes out that they had cancelled before.
      try await ward.kernel.change(by: Ward.ann, canRepeat: false) { change in
        _ = try change.tx.execute(
          """
          UPDATE subscription SET state = 'cancelled', due_at = NULL, ended_at = \(ward.now - .days(5)), end_reason = 'cancelled'
          """)
      }
      try await ward.find(incident, "charges.afterCancelling", reason: "they had cancelled")
      try await ward.settle()
      #expect(try await ward.count("SELECT given_back FROM capture") == Ward.price + 100)
      #expect(ward.partner.orders("refund").count == 2)
      #expect(try await ward.count("SELECT count(*) FROM remedy WHERE kind = 'charges.refund'") == 1)
      #expect(try await ward.finish(incident))
    }
  }

  @Test(
    "What the partner refuses for good is paid by other means, and then the person is whole",
    arguments: TestEngine.available)
  func paidOtherwise(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      ward.partner.answers("refund", .refused(code: "declined"))
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["p1": "told"])
      let capture = try await ward.count("SELECT id FROM capture WHERE role = 'surplus'")
      let paid = RefundPayment(
        capture: capture, amount: nil, reason: "bank transfer 4711 of 2 March", isPaidOtherwise: true)
      _ = try await ward.perform(paid, by: Ward.bea)
      #expect(await refused { _ = try await ward.perform(paid, by: Ward.bea) } == "tooMuch")
      let remedy = try await ward.count("SELECT id FROM remedy WHERE state = 'refused'")
      _ = try await ward.perform(RetryRemedy(remedy: remedy, reason: "paid by bank transfer"), by: Ward.bea)
      try await ward.settle()
      #expect(ward.partner.orders("refund").count == 1)
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(try await ward.finish(incident))
      _ = try await ward.engine.alerts.run()
      #expect(
        try await ward.count(
          "SELECT count(*) FROM alert WHERE name IN ('surplus', 'refundsRefused') AND cleared_at IS NULL")
          == 0)
    }
  }

  @Test("What a run may not give it does not use up either", arguments: TestEngine.available)
  func limitOfAnother(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let rule = try await ward.perform(
        TryRemedy(incident: incident, steps: Ward.refundAndTell, assumptions: "The first charge was meant."))
      _ = try await ward.perform(ApproveRemedy(rule: rule, limits: ["EUR": 5_000]), by: Ward.bea)
      // Somebody who pays in another currency comes to it, for whom nothing was allowed.
      try await ward.subscribe("p2")
      try await ward.past("p2", times: 2)
      try await ward.kernel.change(by: Ward.ann, canRepeat: false) { change in
        _ = try change.tx.execute(
          "UPDATE capture SET currency = 'JPY' WHERE customer = (SELECT id FROM customer WHERE reference = 'p2')")
      }
      try await ward.find(incident, reason: "another file came")
      for _ in 0..<3 {
        _ = try await ward.perform(RunRemedies(rule: rule))
        try await ward.settle()
      }
      #expect(try await ward.count("SELECT CAST(sum(spent) AS BIGINT) FROM remedy_total WHERE rule = \(rule)") == 0)
      #expect(ward.partner.orders("refund").isEmpty)
    }
  }

  @Test("The database holds that a remedy is there once")
  func unique() async throws {
    try await Ward.open { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      await #expect(throws: StoreError.self) {
        try await ward.kernel.change(by: Ward.ann, canRepeat: false) { change in
          _ = try change.tx.execute(
            """
            INSERT INTO remedy (id, incident, affected, rule, kind, about, amount, unit, state, reference, tells, made_at)
            SELECT \(try change.id()), incident, affected, rule, kind, about, amount, unit, 'underWay', 1, tells, made_at
            FROM remedy WHERE kind = 'charges.refund'
            """)
        }
      }
    }
  }

  @Test("Free periods put the next charge off, once", arguments: TestEngine.available)
  func freePeriods(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let before = try await ward.count("SELECT due_at FROM subscription")
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident, Ward.refundAndTell + [RemedyRule.Step("charges.freePeriods", quantity: 1)])
      let after = try await ward.count("SELECT due_at FROM subscription")
      #expect((27...62).contains((after - before) / 86_400_000_000))
      #expect(try await ward.states(incident) == ["p1": "whole"])
      try await ward.find(incident, reason: "once more")
      try await ward.settle()
      #expect(try await ward.count("SELECT due_at FROM subscription") == after)
    }
  }
}
