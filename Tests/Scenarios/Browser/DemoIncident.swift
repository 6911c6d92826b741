import Billing
import Foundation
import Incidents
import Kernel
import Store

@testable import Server

/// An incident in the midst of its way: members of the demo were charged twice by the system before this one. They are found and
/// approved, the money is on its way, one of them says that it is not right; and something was learned.
struct DemoIncident {
  let kernel: Kernel
  let parts: HarmParts

  private static let olu = Actor(.operator, "olu")
  private static let fatma = Actor(.finance, "fatma")
  /// What people wrote, which no language translates.
  static let names = [
    "People were charged twice on one evening", "A second carrier", "What happens when a partner’s file comes twice?",
  ]

  private var desk: IncidentDesk { IncidentDesk(kernel: kernel, parts: parts) }

  private func perform<C: Command>(_ command: C, by actor: Actor = Self.olu) async throws -> C.Output {
    try await desk.perform(command, by: actor, key: "test/\(UUID().uuidString)")
  }

  private func perform<C: UsesParts>(_ command: C, by actor: Actor = Self.olu) async throws -> C.Output {
    try await desk.perform(command, by: actor, key: "test/\(UUID().uuidString)")
  }

  func happen() async throws {
    try await past()
    let incident = try await perform(
      OpenIncident(
        kind: "charges.twice", about: "lane:carrier", title: Self.names[0], severity: 1,
        began: kernel.world.now() - .days(3), tell: ["the partner", "support"]))
    _ = try await perform(TickTold(incident: incident, whom: "support"))
    _ = try await perform(NoteIncident(incident: incident, text: "The partner sent its evening file twice."))
    _ = try await perform(
      ApplyContainment(
        incident: incident, kind: "charges.stopPartner", target: "debit", reason: "until its file is understood"))
    try await makeGood(incident)
    try await learn(incident)
  }

  /// What the system before this one took, from five of them twice.
  private func past() async throws {
    let now = kernel.world.now()
    let charges = (0..<5).flatMap { index in
      (0..<2).map { turn in
        PastCharge(
          customer: "member-\(1_000 + index)", period: 0, starts: now - .days(70), ends: now - .days(40),
          lane: "carrier", transaction: "past-\(index)-\(turn)", amount: index % 5 == 0 ? 390 : 1_200, currency: "EUR",
          at: now - .days(70) + .hours(Int64(turn)))
      }
    }
    _ = try await ImportPastCharges(kernel: kernel).save(charges, by: Self.olu)
  }

  private func makeGood(_ incident: Int64) async throws {
    let now = kernel.world.now()
    let loop = IncidentLoop(kernel: kernel, parts: parts)
    let rule = HarmRule(starts: now - .days(100), ends: now, parameters: ["partner": "carrier"])
    let cohort = try await perform(
      FindAffected(incident: incident, finder: "charges.twice", rule: rule, reason: "the partner’s evening file"))
    while try await loop.search.run() > 0 {}
    _ = try await perform(ApproveCohort(cohort: cohort), by: Self.fatma)
    let steps = [RemedyRule.Step("charges.refund", percent: 100), RemedyRule.Step("apology")]
    let remedy = try await perform(
      TryRemedy(incident: incident, steps: steps, assumptions: "The first charge was meant; the others go back whole."))
    _ = try await perform(ApproveRemedy(rule: remedy, limits: ["EUR": 10_000]), by: Self.fatma)
    _ = try await perform(RunRemedies(rule: remedy))
    while try await loop.makeWhole.run() > 0 {}
    let second = try await kernel.store.read { tx in
      try tx.integer("SELECT id FROM customer WHERE reference = 'member-1001'") ?? 0
    }
    _ = try await perform(
      Object(incident: incident, person: "customer:\(second)", text: "It was three times, not two."),
      by: Actor(.subscriber, "\(second)"))
  }

  private func learn(_ incident: Int64) async throws {
    _ = try await perform(
      WriteLesson(
        incident: incident, context: "Renewals of an evening, taken from a file of the partner.",
        failed: "The file came twice, and nothing noticed that it was the same.",
        did: "Stopped the partner, found everybody charged twice, gave the money back.",
        learned: "A partner’s file may come again, as a message may.", differently: ""))
    let due = kernel.world.now() + .days(30)
    let first = try await perform(
      Incidents.AddAction(incident: incident, text: "Ask at each launch what comes twice.", owner: "Olu", due: due))
    _ = try await perform(
      Incidents.AddAction(
        incident: incident, text: "Refuse a file that has the number of an earlier one.", owner: "Fatma",
        due: due - .days(40)))
    let item = try await perform(
      AddChecklistItem(area: .outside, text: "What happens when a partner’s file comes twice?", action: first))
    _ = try await perform(FinishAction(action: first, kind: .checklist, control: "\(item)"))
    _ = try await perform(VerifyAction(action: first), by: Self.fatma)
    _ = try await perform(AddChecklistItem(area: .wayBack, text: "How do we go back, and who can do it at night?"))
    let scale = try await perform(AddChecklistItem(area: .scalability, text: "Is the expected scale written down?"))
    let launch = try await perform(OpenLaunch(title: Self.names[1]))
    _ = try await perform(AnswerItem(launch: launch, item: item, answer: .yes, note: "refused by its number"))
    _ = try await perform(
      AnswerItem(launch: launch, item: scale, answer: .no, note: "nobody has asked the second carrier yet"))
  }
}
