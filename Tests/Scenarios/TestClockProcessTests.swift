import Foundation
import TestSupport
import Testing

/// A year in a minute, from the command line, beside a server that runs.
@Suite("Test clocks from the command line", .serialized)
struct TestClockProcessTests {
  @Test("A clock is made, somebody lives by it, and a year of theirs is renewed", arguments: TestEngine.available)
  func year(engine: TestEngine) async throws {
    try await withDatabase(on: engine) { database in
      try await ProcessTests.withHouse(database: database, cards: nil) { house in
        let migrated = try await house.amends("migrate")
        #expect(migrated.code == 0, "\(migrated.text)")
        let server = try house.start("serve", "--port", "\(house.serverPort)")
        try await server.says("listens on")
        let client = try await APIProcessTests.Client(
          house, role: "operator", scopes: ["readSubscribers", "changeSubscriptions", "offerPlans", "useTestClocks"])

        let made = try await house.amends("test-clock", "add", "a year", "--at", "2030-01-31T12:00:00Z")
        #expect(made.code == 0 && made.text.contains("stands at 2030-01-31T12:00:00Z"), "\(made.text)")
        let clock = String(try #require(made.text.firstMatch(of: #/The test clock (\d+) /#)).1)
        let subscription = try await subscribe(client, clock: clock)

        let moved = try await house.amends("test-clock", "advance", clock, "--to", "2030-03-01T00:00:00Z")
        #expect(moved.code == 0, "\(moved.text)")
        #expect(moved.text == "The test clock \(clock) stands at 2030-03-01T00:00:00Z.\n", "\(moved.text)")
        // Renewed on the last day of February, for a month from the day on which it began.
        let now = try await client.get("subscriptions/\(subscription)")
        #expect(now.contains(#""paidUntil":"2030-03-31T12:00:00Z""#), "\(now)")
        let charges = try await client.get("charges?subscription=\(subscription)&state=settled")
        #expect(charges.matches(of: #/"state":"settled"/#).count == 2, "\(charges)")

        // What is refused says why, and a script can tell it from success.
        let back = try await house.amends("test-clock", "advance", clock, "--to", "2030-02-01T00:00:00Z")
        #expect(back.code == 77, "\(back.text)")
        #expect(back.text.contains("stands at 2030-03-01T00:00:00Z and never goes back."), "\(back.text)")
        let far = try await house.amends("test-clock", "advance", clock, "--to", "2040-01-01T00:00:00Z")
        #expect(far.code == 77 && far.text.contains("two years at most"), "\(far.text)")
        for act in [["advance", "4711", "--to", "2030-04-01T00:00:00Z"], ["show", "4711"]] {
          let unknown = try await Program.run(
            ["test-clock"] + act + house.options, in: house.folder, environment: ProcessTests.secrets)
          #expect(unknown.code == 77 && unknown.text.contains("There is no such test clock."), "\(unknown.text)")
        }
        let odd = try await house.amends("test-clock", "advance", clock, "--to", "tomorrow")
        #expect(odd.code == 64 && odd.text.contains("--to is a time such as 2030-01-31T12:00:00Z."), "\(odd.text)")

        // Nothing of that moved it.
        let shown = try await house.amends("test-clock", "show", clock, "--json")
        #expect(shown.code == 0 && shown.text.contains(#""now":"2030-03-01T00:00:00Z""#), "\(shown.text)")
        let list = try await house.amends("test-clock", "list")
        #expect(list.code == 0 && list.text.contains("\(clock)\t2030-03-01T00:00:00Z\ta year"), "\(list.text)")
        // Nobody real was asked for money.
        #expect(try await house.truth().captures == 0)
      }
    }
  }

  /// Somebody who is not real and pays each month.
  /// - Returns: the subscription's number.
  private func subscribe(_ client: APIProcessTests.Client, clock: String) async throws -> String {
    try await client.post(
      "plans",
      #"{"code": "club", "product": "club", "name": "Club", "every": "P1M", "price": {"amount": 999, "currency": "EUR"}}"#
    )
    let customer = try await client.post(
      "customers", #"{"reference": "test-1", "name": "Ada", "zone": "UTC", "testClock": "\#(clock)"}"#)
    return try await client.post(
      "subscriptions",
      """
      {"customer": "\(customer)", "plan": "club", "currency": "EUR",
       "method": {"partner": "test", "token": "tok_ok", "label": "Test card"}}
      """)
  }
}
