import Billing
import Incidents
import Kernel
import Store
import TestSupport
import Testing

/// From the search to the closing, an incident passes some hundred places at which a crash makes a difference: before a commit,
/// after it, between two steps. It is lived once for each of them, and dies there.
@Suite("Incidents: a crash at every point")
struct CrashTests {
  @Test(
    "Wherever it dies, nobody is left out and nobody is paid twice", arguments: TestEngine.available)
  func everywhere(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      ward.partner.answersHonestly()
      var places: [String] = []
      // Every incident has people and a window of its own, so that one database serves for all.
      while let place = try await Self.live(ward, round: places.count) {
        places.append(place)
        try #require(places.count < 500)
      }
      #expect(places.count > 60, "it passes \(places.count) places")
      for point in [CrashPoint.searched, .remedied, .sent, .called, .recorded, .heard] {
        #expect(places.contains("\(point)"), "it never died at \(point)")
      }
    }
  }

  /// - Returns: where it died; nil: it has fewer places.
  private static func live(_ ward: Ward, round: Int) async throws -> String? {
    // No window reaches into another.
    let at = ward.now - .days(95) + .hours(4 * Int64(round))
    let names = ["a", "b", "c"].map { "\($0)\(round)" }
    for name in names { try await ward.subscribe(name) }
    try await ward.past(names[0], times: 2, at: at)
    try await ward.past(names[1], times: 3, at: at)
    let before = ward.partner.orders("refund").count
    // Of one refund the outcome is not known.
    ward.partner.answers("refund", .done, .unknown(reason: "time-out"))

    ward.faults.die(atPlace: round)
    let rule = HarmRule(starts: at - .minutes(1), ends: at + .hours(3))
    let incident = try await ward.begin("round:\(round)")
    try await ward.find(incident, rule: rule)
    _ = try await ward.perform(RunRemedies(rule: try await ward.allow(incident)))
    // In the middle another file comes: somebody who was known, and somebody who was not.
    _ = try await ward.insisting { try await ward.loop.makeWhole.run() }
    try await ward.past(names[0], times: 2, period: 1, at: at)
    try await ward.past(names[2], times: 2, at: at)
    try await ward.find(incident, rule: rule, reason: "another file came")
    for look in 0..<40 {
      try await ward.insisting { try await ward.settle() }
      if Set(try await ward.states(incident).values) == ["whole"] { break }
      // What was never called is believed after three looks, and asked for anew.
      ward.pass(look < 12 ? .seconds(31) : .minutes(15))
    }
    #expect(try await ward.finish(incident))
    let place = ward.faults.disarm()

    let states = try await ward.states(incident)
    #expect(states == [names[0]: "whole", names[1]: "whole", names[2]: "whole"], "round \(round), \(place ?? "")")
    for (name, owed) in zip(names, [2, 2, 1]) {
      let count = try await ward.givenBack(name)
      #expect(count == owed, "round \(round): \(name) was given \(count) of \(owed), dying \(place ?? "nowhere")")
    }
    #expect(ward.partner.orders("refund").count == before + 5)
    #expect(
      try await ward.count(
        "SELECT count(*) FROM remedy WHERE incident = \(incident) AND kind = 'charges.refund' AND state = 'done'") == 5)
    return place
  }
}
