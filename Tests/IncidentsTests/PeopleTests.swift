import Billing
import Incidents
import Kernel
import Store
import TestSupport
import Testing

@Suite("Incidents: each person")
struct PeopleTests {
  @Test("What the partner refuses is tried again as the same remedy", arguments: TestEngine.available)
  func retry(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      ward.partner.answers("refund", .refused(code: "declined"))
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["p1": "told"])
      #expect(await refused { _ = try await ward.finish(incident) } == "notYet")
      let remedy = try await ward.count("SELECT id FROM remedy WHERE kind = 'charges.refund' AND state = 'refused'")
      _ = try await ward.perform(RetryRemedy(remedy: remedy, reason: "the account is open again"))
      #expect(
        await refused { _ = try await ward.perform(RetryRemedy(remedy: remedy, reason: "again")) } == "notRefused")
      try await ward.settle()
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(try await ward.count("SELECT count(*) FROM remedy WHERE kind = 'charges.refund'") == 1)
      #expect(try await ward.count("SELECT CAST(sum(given_back) AS BIGINT) FROM capture") == Ward.price)
    }
  }

  @Test(
    "Whom nobody reaches, by two means, has their money held, and gets it when they come",
    arguments: TestEngine.available)
  func unreachable(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.subscribe("silent")
      try await ward.past("silent", times: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      ward.partner.answers("refund", .refused(code: "declined"))
      try await ward.run(incident)
      let person = try await ward.person("silent")
      let give = DeclareUnreachable(incident: incident, person: person, reason: "nobody answers")
      #expect(await refused { _ = try await ward.perform(give) } == "notTried")
      let call = RecordContact(incident: incident, person: person, means: .phone, reached: false, note: "rang twice")
      _ = try await ward.perform(call)
      _ = try await ward.perform(give)
      #expect(try await ward.states(incident) == ["silent": "unreachable"])
      #expect(
        try await ward.count("SELECT amount FROM remedy WHERE state = 'held' AND kind = 'charges.refund'") == Ward.price
      )
      #expect(try await ward.finish(incident))
      // A year later they call.
      ward.pass(.days(365))
      let remedy = try await ward.count("SELECT id FROM remedy WHERE state = 'held' AND kind = 'charges.refund'")
      _ = try await ward.perform(RetryRemedy(remedy: remedy, reason: "they called"))
      try await ward.settle()
      #expect(try await ward.count("SELECT CAST(sum(given_back) AS BIGINT) FROM capture") == Ward.price)
      #expect(try await ward.count("SELECT count(*) FROM remedy WHERE state = 'done' AND kind = 'charges.refund'") == 1)
    }
  }

  @Test("Told by other means is told: the letter that could not be sent is settled", arguments: TestEngine.available)
  func toldByPhone(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.subscribe("silent")
      try await ward.past("silent", times: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["silent": "affected"])
      let person = try await ward.person("silent")
      _ = try await ward.perform(
        RecordContact(incident: incident, person: person, means: .phone, reached: true, note: "spoke to them"))
      #expect(try await ward.states(incident) == ["silent": "whole"])
    }
  }

  @Test(
    "“This is not right” becomes work with an owner and a date, and an answer ends it", arguments: TestEngine.available)
  func objection(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(2, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      let somebody = Actor(.subscriber, "7")
      let person = try await ward.person("p1")
      let act = Object(incident: incident, person: person, text: "It was three times.")
      let id = try await ward.perform(act, by: somebody)
      #expect(await refused { _ = try await ward.perform(act, by: somebody) } == "isOpen")
      #expect(try await ward.states(incident) == ["p1": "disputed"])
      #expect(await refused { _ = try await ward.finish(incident) } == "notYet")
      ward.pass(.days(8))
      _ = try await ward.engine.alerts.run()
      #expect(try await ward.count("SELECT count(*) FROM alert WHERE name = 'objectionsOverdue'") == 1)
      _ = try await ward.perform(
        AnswerObjection(objection: id, outcome: .right, answer: "We look at it once more."), by: Ward.bea)
      try await ward.settle()
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(ward.partner.orders("refund").count == 1)
      // Somebody who was left out can say so, and the incident does not close over them.
      let other = try await ward.perform(
        Object(incident: incident, person: try await ward.person("p2"), text: "Me too."), by: somebody)
      #expect(await refused { _ = try await ward.perform(CloseIncident(incident: incident)) } == "notYet")
      _ = try await ward.perform(
        AnswerObjection(objection: other, outcome: .wrong, answer: "There is one charge for the period."), by: Ward.bea)
      #expect(try await ward.states(incident) == ["p1": "whole", "p2": "unharmed"])
      #expect(try await ward.perform(CloseIncident(incident: incident)))
    }
  }

  @Test(
    "Said after the incident was closed, it is work too, and being right opens it again",
    arguments: TestEngine.available)
  func objectionAfterTheEnd(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      #expect(try await ward.finish(incident))
      let person = try await ward.person("p1")
      func say(_ text: String) async throws -> Int64 {
        try await ward.perform(Object(incident: incident, person: person, text: text), by: Actor(.subscriber, "7"))
      }
      let wrong = try await say("I wanted more.")
      #expect(try await ward.states(incident) == ["p1": "disputed"])
      _ = try await ward.perform(AnswerObjection(objection: wrong, outcome: .wrong, answer: "It was one charge."))
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(try await ward.count("SELECT count(*) FROM incident WHERE state = 'closed'") == 1)
      let right = try await say("It was another card.")
      // Another one is open for the same thing: one at a time.
      let other = try await ward.begin()
      let answer = AnswerObjection(objection: right, outcome: .right, answer: "We look at it once more.")
      #expect(await refused { _ = try await ward.perform(answer) } == "isOpen")
      try await ward.find(other)
      try await ward.run(other)
      #expect(try await ward.finish(other))
      _ = try await ward.perform(answer)
      #expect(try await ward.count("SELECT count(*) FROM incident WHERE id = \(incident) AND state = 'contained'") == 1)
      #expect(try await ward.states(incident) == ["p1": "told"])
      let rule = try await ward.count("SELECT id FROM remedy_rule WHERE incident = \(incident)")
      _ = try await ward.perform(RunRemedies(rule: rule))
      try await ward.settle()
      #expect(ward.partner.orders("refund").count == 1)
      #expect(try await ward.perform(CloseIncident(incident: incident)))
    }
  }

  @Test("Disputed while the refund is under way: it comes back once", arguments: TestEngine.available)
  func disputedAndRefunded(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      ward.partner.answers("refund", .unknown(reason: "time-out"))
      try await ward.run(incident)
      let id = try await ward.perform(
        Object(incident: incident, person: try await ward.person("p1"), text: "Where is it?"),
        by: Actor(.subscriber, "7"))
      let order = try #require(ward.partner.orders("refund").first)
      ward.partner.finds(Reply(.done, transaction: "t-\(order.reference)"))
      try await ward.pass(.minutes(10), step: .minutes(1))
      #expect(try await ward.states(incident) == ["p1": "disputed"])
      _ = try await ward.perform(
        AnswerObjection(objection: id, outcome: .right, answer: "It has gone back."), by: Ward.bea)
      try await ward.settle()
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(ward.partner.orders("refund").count == 1)
    }
  }

  @Test("Unharmed needs evidence, and is not for whoever got something", arguments: TestEngine.available)
  func unharmed(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(2, twice: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let first = try await ward.person("p1")
      let short = ProveUnharmed(incident: incident, person: first, evidence: "no")
      #expect(await refused { _ = try await ward.perform(short) } == "badText")
      _ = try await ward.perform(
        ProveUnharmed(incident: incident, person: first, evidence: "the bank took the second charge back on 3 March"))
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["p1": "unharmed", "p2": "whole"])
      #expect(ward.partner.orders("refund").count == 1)
      let late = ProveUnharmed(
        incident: incident, person: try await ward.person("p2"), evidence: "a long enough reason")
      #expect(await refused { _ = try await ward.perform(late) } == "wasGiven")
    }
  }

  @Test(
    "Unharmed by what was known then; what is found later is looked at, and made good", arguments: TestEngine.available)
  func unharmedThen(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let person = try await ward.person("p1")
      _ = try await ward.perform(
        ProveUnharmed(incident: incident, person: person, evidence: "the bank took the second charge back on 3 March"))
      try await ward.past("p1", times: 2, period: 1)
      #expect(await refused { _ = try await ward.finish(incident) } == "notYet")
      try await ward.find(incident, reason: "another file came")
      #expect(try await ward.states(incident) == ["p1": "affected"])
      try await ward.run(incident)
      // For the second thing, and not for the one that did no harm.
      #expect(ward.partner.orders("refund").count == 1)
      #expect(try await ward.count("SELECT count(*) FROM remedy WHERE kind = 'charges.refund'") == 1)
      #expect(try await ward.perform(CloseIncident(incident: incident)))
    }
  }
}
