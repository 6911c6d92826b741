import Billing
import Incidents
import Kernel
import Store
import TestSupport
import Testing

@Suite("Incidents: what is kept of them")
struct LearningTests {
  private func closed(_ ward: Ward) async throws -> Int64 {
    let incident = try await ward.begin()
    try await ward.find(incident)
    #expect(try await ward.finish(incident))
    return incident
  }

  @Test(
    "A lesson closes only when each action changed a control that a second person has seen",
    arguments: TestEngine.available)
  func lesson(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      let incident = try await closed(ward)
      let close = CloseLesson(incident: incident)
      #expect(await refused { _ = try await ward.perform(close) } == "noLesson")
      func write(_ differently: String) async throws {
        _ = try await ward.perform(
          WriteLesson(
            incident: incident, context: "Renewals", failed: "Notifications", did: "Stopped the partner",
            learned: "Silence is not failure", differently: differently))
      }
      try await write("")
      #expect(await refused { _ = try await ward.perform(close) } == "partsMissing")
      try await write("Outside failures are written into each requirement")
      #expect(await refused { _ = try await ward.perform(close) } == "noAction")
      let action = try await ward.perform(
        AddAction(
          incident: incident, text: "Say what happens when nothing comes", owner: "ann", due: ward.now + .days(30)))
      #expect(await refused { _ = try await ward.perform(close) } == "actionsOpen")
      #expect(await refused { _ = try await ward.perform(VerifyAction(action: action), by: Ward.bea) } == "notDone")
      let finish = FinishAction(action: action, kind: .checklist, control: "1")
      #expect(await refused { _ = try await ward.perform(finish) } == "noItem")
      let item = try await ward.perform(
        AddChecklistItem(area: .outside, text: "What happens when the partner is silent?", action: action))
      _ = try await ward.perform(FinishAction(action: action, kind: .checklist, control: "\(item)"))
      #expect(await refused { _ = try await ward.perform(VerifyAction(action: action)) } == "secondPerson")
      _ = try await ward.perform(VerifyAction(action: action), by: Ward.bea)
      let held = try await ward.store.read { tx in
        try Incident.find(incident, in: tx).map { try CloseLesson.obstacles($0, in: tx) }
      }
      #expect(held == [])
      #expect(try await ward.perform(close))
      #expect(await refused { try await write("too late") } == "isClosed")
    }
  }

  @Test("Two who write at once do not lose what the other wrote", arguments: TestEngine.available)
  func together(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      let incident = try await ward.begin()
      var mine = WriteLesson(
        incident: incident, context: "mine", failed: "", did: "", learned: "", differently: "")
      mine.asks = true
      _ = try await ward.perform(mine)
      var theirs = mine
      theirs.context = "theirs"
      #expect(await refused { _ = try await ward.perform(theirs, by: Ward.bea) } == "isNewer")
      theirs.seen = try await ward.store.read { tx in try LearningQuery.lesson(incident, in: tx) }?.writtenAt
      _ = try await ward.perform(theirs, by: Ward.bea)
      let lesson = try await ward.store.read { tx in try LearningQuery.lesson(incident, in: tx) }
      #expect(lesson?[.context] == "theirs" && lesson?.writtenBy == Ward.bea.description)
    }
  }

  @Test("A launch is signed by two people, and only when each item is answered", arguments: TestEngine.available)
  func launch(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      #expect(await refused { _ = try await ward.perform(OpenLaunch(title: "Carrier two")) } == "noItems")
      let first = try await ward.perform(
        AddChecklistItem(area: .scalability, text: "Is the expected scale written down?"))
      let second = try await ward.perform(AddChecklistItem(area: .wayBack, text: "How do we go back, and who can?"))
      let launch = try await ward.perform(OpenLaunch(title: "Carrier two"))
      // What comes later is asked of the next launch.
      _ = try await ward.perform(AddChecklistItem(area: .tests, text: "Is every language path tested?"))
      #expect(await refused { _ = try await ward.perform(SignLaunch(launch: launch)) } == "notAnswered")
      _ = try await ward.perform(AnswerItem(launch: launch, item: first, answer: .yes))
      let unexplained = AnswerItem(launch: launch, item: second, answer: .no)
      #expect(await refused { _ = try await ward.perform(unexplained) } == "noteMissing")
      _ = try await ward.perform(AnswerItem(launch: launch, item: second, answer: .no, note: "nobody has tried"))
      #expect(await refused { _ = try await ward.perform(SignLaunch(launch: launch)) } == "saidNo")
      _ = try await ward.perform(AnswerItem(launch: launch, item: second, answer: .yes, note: "tried on Monday"))
      #expect(try await !ward.perform(SignLaunch(launch: launch)))
      #expect(await refused { _ = try await ward.perform(SignLaunch(launch: launch)) } == "secondPerson")
      let late = AnswerItem(launch: launch, item: first, answer: .no, note: "on second thoughts")
      #expect(await refused { _ = try await ward.perform(late) } == "notOpen")
      #expect(try await ward.perform(SignLaunch(launch: launch), by: Ward.bea))
    }
  }

  @Test("An incident does not close before it is contained, its affected are approved, and those on the list are told")
  func notYet() async throws {
    try await Ward.open { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      do {
        _ = try await ward.perform(CloseIncident(incident: incident))
        Issue.record("it was closed")
      } catch let refusal as Refusal {
        #expect(refusal.message.contains("contained") && refusal.message.contains("approved"))
      }
    }
  }
}
