import Incidents
import Kernel
import Store
import TestSupport
import Testing

@testable import Billing

@Suite("Incidents: noticing and containing")
struct NoticeTests {
  @Test(
    "An alert opens one incident, however often it is raised, and says when it may have begun",
    arguments: TestEngine.available)
  func alert(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(3, twice: 1)
      _ = try await ward.engine.alerts.run()
      #expect(try await ward.loop.notice.run() == 1)
      ward.pass(.minutes(5))
      _ = try await ward.engine.alerts.run()
      #expect(try await ward.loop.notice.run() == 0)
      let incident = try #require(
        try await ward.store.read { tx in
          try tx.row("SELECT \(name: Incident.columns) FROM incident WHERE kind = 'charges.twice'").map(Incident.init)
        })
      #expect(incident.beganAt < incident.noticedAt)
      #expect(incident.severity == 1)
      #expect(try await ward.count("SELECT count(*) FROM incident") == 1)
      #expect(try await ward.count("SELECT count(*) FROM incident_tell WHERE told_at IS NULL") == 4)
      let told = try await ward.count("SELECT count(*) FROM fact WHERE subject = \("incident:\(incident.id)")")
      #expect(told == 2)
    }
  }

  @Test("One is open for a kind and what it is about", arguments: TestEngine.available)
  func once(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      _ = try await ward.begin()
      #expect(await refused { _ = try await ward.begin() } == "isOpen")
      _ = try await ward.begin("lane:other")
    }
  }

  @Test("A stopped partner is not charged, and gives back all the same", arguments: TestEngine.available)
  func stopPartner(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(2, twice: 1)
      try await ward.subscribe("due", paidUntil: ward.now - .hours(1))
      let incident = try await ward.begin()
      let id = try await ward.perform(
        ApplyContainment(incident: incident, kind: "charges.stopPartner", target: "card", reason: "it says nothing"))
      try await ward.find(incident)
      try await ward.run(incident)
      #expect(ward.partner.orders("charge").isEmpty)
      #expect(try await ward.givenBack("p1") == 1)
      // Applied twice it is one; undone, charges leave again.
      let again = try await ward.perform(
        ApplyContainment(incident: incident, kind: "charges.stopPartner", target: "card", reason: "it says nothing"))
      #expect(again == id)
      #expect(try await ward.perform(UndoContainment(containment: id, reason: "it is well again")))
      try await ward.pass(.minutes(10), step: .minutes(1))
      #expect(ward.partner.orders("charge").count == 1)
    }
  }

  @Test("What two incidents stopped goes on when both let it", arguments: TestEngine.available)
  func heldByTwo(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.subscribe("p1")
      var containments: [Int64] = []
      for about in ["one", "two"] {
        let incident = try await ward.begin(about)
        containments.append(
          try await ward.perform(
            ApplyContainment(incident: incident, kind: "charges.stopPartner", target: "card", reason: "stop")))
      }
      #expect(try await !ward.perform(UndoContainment(containment: containments[0], reason: "well again")))
      #expect(try await ward.count("SELECT count(*) FROM lane WHERE switch = 'off'") == 1)
      #expect(try await ward.perform(UndoContainment(containment: containments[1], reason: "well again")))
      #expect(try await ward.count("SELECT count(*) FROM lane WHERE switch = 'off'") == 0)
    }
  }

  @Test(
    "A stopped plan opens no period and sends nothing that waits, until it is undone", arguments: TestEngine.available)
  func stopPlan(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.subscribe("late", paidUntil: ward.now - .hours(1))
      // Refused once, it would be tried again tomorrow.
      ward.partner.answers("charge", .refused(code: "declined"))
      try await ward.settle()
      #expect(ward.partner.orders("charge").count == 1)
      try await ward.subscribe("due", anchor: ward.now + .hours(1))
      let incident = try await ward.begin()
      let id = try await ward.perform(
        ApplyContainment(incident: incident, kind: "charges.stopPlan", target: "monthly", reason: "a wrong price"))
      try await ward.pass(.days(3), step: .hours(6))
      #expect(ward.partner.orders("charge").count == 1)
      _ = try await ward.engine.alerts.run()
      #expect(try await ward.count("SELECT count(*) FROM alert WHERE name = 'renewalsLate'") == 0)
      _ = try await ward.perform(UndoContainment(containment: id, reason: "the price is right"))
      try await ward.pass(.days(1), step: .hours(6))
      #expect(ward.partner.orders("charge").count == 3)
    }
  }

  @Test(
    "A charge is not tried again with another payment method while its plan is stopped", arguments: TestEngine.available
  )
  func stopPlanHoldsMethods(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.subscribe("late", paidUntil: ward.now - .hours(1))
      ward.partner.answers("charge", .refused(code: "declined"))
      try await ward.settle()
      let incident = try await ward.begin()
      let id = try await ward.perform(
        ApplyContainment(incident: incident, kind: "charges.stopPlan", target: "monthly", reason: "a wrong price"))
      let subscription = try await ward.count("SELECT id FROM subscription")
      try await ward.kernel.change(by: Ward.ann, canRepeat: false) { change in
        try OpenCharges.tryAgain(of: subscription, in: change)
      }
      try await ward.pass(.days(3), step: .hours(6))
      #expect(ward.partner.orders("charge").count == 1)
      _ = try await ward.perform(UndoContainment(containment: id, reason: "the price is right"))
      try await ward.settle()
      #expect(ward.partner.orders("charge").count == 2)
    }
  }

  @Test("What somebody else had stopped stays stopped when an incident lets go", arguments: TestEngine.available)
  func stoppedBefore(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.subscribe("p1")
      _ = try await ward.perform(SwitchLane(lane: "card", on: false, reason: "restored; look first"), by: Ward.carl)
      func state() async throws -> Int64 { try await ward.count("SELECT count(*) FROM lane WHERE switch = 'off'") }
      func stop(_ incident: Int64) async throws -> Int64 {
        try await ward.perform(
          ApplyContainment(incident: incident, kind: "charges.stopPartner", target: "card", reason: "it charges twice"))
      }
      func letGo(_ containment: Int64) async throws -> Bool {
        try await ward.perform(UndoContainment(containment: containment, reason: "it is mended"))
      }
      let incident = try await ward.begin()
      #expect(try await letGo(try await stop(incident)) == false)
      #expect(try await state() == 1)
      // Of two incidents the second one lets it go on, although the first one stopped it.
      _ = try await ward.perform(SwitchLane(lane: "card", on: true, reason: "looked at"), by: Ward.carl)
      let first = try await stop(incident)
      let second = try await stop(try await ward.begin("lane:other"))
      #expect(try await letGo(first) == false)
      #expect(try await state() == 1)
      #expect(try await letGo(second))
      #expect(try await state() == 0)
    }
  }

  @Test("A containment needs a target that is there, and a reason")
  func badContainment() async throws {
    try await Ward.open { ward in
      try await ward.subscribe("p1")
      let incident = try await ward.begin()
      for (kind, target, reason, code) in [
        ("charges.stopPartner", "nobody", "because", "noTarget"), ("nothing", "card", "because", "noContainment"),
        ("charges.stopPartner", "card", "", "badText"),
      ] {
        let act = ApplyContainment(incident: incident, kind: kind, target: target, reason: reason)
        #expect(await refused { _ = try await ward.perform(act) } == code)
      }
    }
  }
}
