import Billing
import Incidents
import Kernel
import Store
import TestSupport
import Testing

@Suite("Incidents: finding the affected")
struct CohortTests {
  @Test(
    "Finds everybody charged twice, and nobody else, with what is owed and a sample from outside",
    arguments: TestEngine.available)
  func finds(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(6, twice: 3)
      // Twice for two periods, three times for one.
      try await ward.past("p1", times: 3, period: 1)
      // Long before the window.
      try await ward.subscribe("old")
      try await ward.past("old", times: 2, period: -1, at: ward.now - .days(102))
      let incident = try await ward.begin()
      let cohort = try await ward.find(incident)
      #expect(try await ward.states(incident) == ["p1": "affected", "p2": "affected", "p3": "affected"])
      let total = try #require(
        try await ward.store.read { tx in
          try tx.row("SELECT people, items, amount, back FROM cohort_total WHERE cohort = \(cohort) AND unit = 'EUR'")
        })
      #expect(try total.integer("people") == 3)
      #expect(try total.integer("items") == 5)
      #expect(try total.integer("amount") == 5 * Ward.price)
      #expect(try total.integer("back") == 0)
      let outside = try await ward.store.read { tx in
        try tx.rows("SELECT person, why FROM cohort_outside WHERE cohort = \(cohort) LIMIT 100").map {
          (try $0.text("person"), try $0.text("why"))
        }
      }
      let old = try await ward.person("old")
      #expect(outside.contains { $0.0 == old && $0.1.contains("outside of the window") })
      #expect(outside.contains { $0.1.contains("once") })
    }
  }

  @Test("The search goes on where it stood after a crash, and finds nobody twice", arguments: TestEngine.available)
  func resumes(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(5, twice: 5)
      let incident = try await ward.begin()
      let cohort = try await ward.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: ward.rule, reason: "the first look"))
      ward.faults.die(at: .searched)
      await #expect(throws: FaultSwitch.Died.self) { _ = try await ward.loop.search.run() }
      async let one = ward.loop.settle()
      async let two = ward.loop.settle()
      _ = try await (one, two)
      #expect(try await ward.count("SELECT items FROM cohort WHERE id = \(cohort)") == 5)
      #expect(try await ward.count("SELECT count(*) FROM cohort_item WHERE cohort = \(cohort)") == 5)
    }
  }

  @Test("A version is approved by somebody else, once it is searched to its end", arguments: TestEngine.available)
  func fourEyes(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(2, twice: 1)
      let incident = try await ward.begin()
      let cohort = try await ward.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: ward.rule, reason: "the first look"))
      let approve = ApproveCohort(cohort: cohort)
      #expect(await refused { _ = try await ward.perform(approve, by: Ward.bea) } == "notFrozen")
      while try await ward.loop.search.run() > 0 {}
      // The same person with another role is no second one.
      for role in [Ward.ann, Actor(.finance, "ann")] {
        #expect(await refused { _ = try await ward.perform(approve, by: role) } == "secondPerson")
      }
      // The database says so too.
      await #expect(throws: StoreError.self) {
        try await ward.kernel.change(by: Ward.ann, canRepeat: false) { change in
          _ = try change.tx.execute(
            "UPDATE cohort SET state = 'approved', approved_at = 1, approved_by = made_by WHERE id = \(cohort)")
        }
      }
      #expect(try await ward.perform(approve, by: Ward.bea) == 1)
    }
  }

  @Test("Found again, the difference is shown: who joined, who left, and why", arguments: TestEngine.available)
  func versions(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(4, twice: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.past("p3", times: 2, period: 1)
      let second = try await ward.find(incident, reason: "another file came")
      let changes = try await ward.store.read { tx in
        try tx.rows("SELECT person, what, why FROM cohort_change WHERE cohort = \(second) LIMIT 100").map {
          "\(try $0.text("person")) \(try $0.text("what")): \(try $0.text("why"))"
        }
      }
      #expect(changes == ["\(try await ward.person("p3")) added: the data changed since version 1"])
      #expect(try await ward.states(incident).keys.sorted() == ["p1", "p2", "p3"])

      // A narrower rule leaves people out: that is the evidence that nothing reached them.
      let narrow = HarmRule(starts: ward.now - .days(70), ends: ward.now)
      let third = try await ward.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: narrow, reason: "it began later"))
      while try await ward.loop.search.run() > 0 {}
      _ = try await ward.perform(ApproveCohort(cohort: third), by: Ward.bea)
      #expect(try await ward.states(incident) == ["p1": "unharmed", "p2": "unharmed", "p3": "affected"])
      let why = try await ward.store.read { tx in
        try tx.row("SELECT why FROM cohort_change WHERE cohort = \(third) AND what = 'removed' LIMIT 1")?.text("why")
      }
      #expect(why == "another rule than version 2")
      // And found once more they are affected again.
      try await ward.find(incident, reason: "it began earlier after all")
      #expect(try await ward.states(incident) == ["p1": "affected", "p2": "affected", "p3": "affected"])
    }
  }

  @Test("Finds those charged after cancelling, and not those who owed", arguments: TestEngine.available)
  func afterCancelling(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      for (name, ended) in [("cancelled", Int64(50)), ("current", 0)] {
        let id = try await ward.subscribe(name)
        for period in 0..<3 { try await ward.past(name, times: 1, period: Int64(period)) }
        guard ended > 0 else { continue }
        _ = try await ward.kernel.change(by: Ward.ann, canRepeat: true) { change in
          try change.tx.execute(
            """
            UPDATE subscription SET state = 'cancelled', due_at = NULL, ended_at = \(change.now - .days(ended)),
              end_reason = 'moved' WHERE id = \(id)
            """)
        }
      }
      let incident = try await ward.begin()
      let cohort = try await ward.find(incident, "charges.afterCancelling")
      #expect(try await ward.states(incident) == ["cancelled": "affected"])
      // Of its three periods the last one began after it was cancelled.
      #expect(try await ward.count("SELECT items FROM cohort WHERE id = \(cohort)") == 1)
    }
  }

  @Test("A window that ends before it begins, and a parameter that is not there, are refused")
  func badRule() async throws {
    try await Ward.open { ward in
      let incident = try await ward.begin()
      for (rule, finder, code) in [
        (HarmRule(starts: ward.now, ends: ward.now), "charges.twice", "badWindow"),
        (HarmRule(starts: ward.now - .days(1), ends: ward.now, parameters: ["x": "1"]), "charges.twice", "noParameter"),
        (ward.rule, "nothing", "noFinder"),
      ] {
        let act = FindAffected(incident: incident, finder: finder, rule: rule, reason: "look")
        #expect(await refused { _ = try await ward.perform(act) } == code)
      }
    }
  }

  @Test("Who was reached after the window, before it was contained, is not left out", arguments: TestEngine.available)
  func afterTheWindow(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident, rule: HarmRule(starts: ward.now - .days(100), ends: ward.now))
      try await ward.run(incident)
      ward.pass(.hours(1))
      try await ward.subscribe("p2")
      try await ward.past("p2", times: 2, at: ward.now)
      ward.pass(.hours(2))
      #expect(await refused { _ = try await ward.finish(incident) } == "notYet")
      try await ward.find(incident, reason: "until it was contained")
      try await ward.settle()
      #expect(try await ward.states(incident) == ["p1": "whole", "p2": "whole"])
      #expect(try await ward.perform(CloseIncident(incident: incident)))
    }
  }
}
