import Billing
import Incidents
import Kernel
import Store
import TestSupport
import Testing

/// People who were charged twice, and whose bank took something back.
@Suite("Incidents: a person disputed and is to be refunded")
struct DisputedTests {
  /// The bank takes back a payment of somebody, by the partner's own number of it.
  private func takesBack(_ ward: Ward, _ name: String, _ role: String) async throws {
    let payment = try await ward.store.read { tx in
      try tx.row(
        """
        SELECT partner_id, amount FROM capture WHERE role = \(role)
          AND customer = (SELECT id FROM customer WHERE reference = \(name)) ORDER BY id LIMIT 1
        """)
    }
    let transaction = try #require(try payment?.text("partner_id"))
    let testimony = Testimony(
      eventID: "return/\(transaction)", reference: nil, transaction: transaction, kind: "return",
      verdict: .reversed(by: "ret-\(transaction)"), amount: try payment?.integer("amount"), currency: "EUR",
      occurredAt: ward.now)
    _ = try await ward.engine.outbox.keep([testimony], source: .notification, lane: "card", raw: [])
    try await ward.settle()
  }

  private func evidence(_ ward: Ward) async throws -> [String] {
    try await ward.store.read { tx in
      try tx.rows("SELECT evidence FROM remedy WHERE kind = 'charges.refund' ORDER BY id LIMIT 100").compactMap {
        try $0.textOrNull("evidence")
      }
    }
  }

  @Test(
    "Whose bank was first is affected and already whole, whichever of the two it took", arguments: TestEngine.available,
    ["surplus", "due"])
  func before(engine: TestEngine, role: String) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(2, twice: 2)
      try await takesBack(ward, "p1", role)
      let incident = try await ward.begin()
      let cohort = try await ward.find(incident)
      let items = try await ward.store.read { tx in
        try tx.rows("SELECT back, evidence FROM cohort_item WHERE cohort = \(cohort) ORDER BY back DESC LIMIT 10").map {
          (try $0.integer("back"), try $0.text("evidence"))
        }
      }
      #expect(items.map(\.0) == [Ward.price, 0])
      #expect(items[0].1.contains("chargeback:") && !items[1].1.contains("chargeback:"))
      try await ward.run(incident)
      #expect(try await ward.states(incident) == ["p1": "whole", "p2": "whole"])
      let given = [try await ward.givenBack("p1"), try await ward.givenBack("p2")]
      #expect(given == [0, 1])
      #expect(try await evidence(ward).filter { $0.hasPrefix("chargeback:") }.count == 1)
      #expect(try await ward.finish(incident))
    }
  }

  @Test(
    "Between allowing and carrying out: the carrying out gives only what is left", arguments: TestEngine.available,
    ["surplus", "due"])
  func between(engine: TestEngine, role: String) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(2, twice: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      let rule = try await ward.allow(incident)
      try await takesBack(ward, "p1", role)
      _ = try await ward.perform(RunRemedies(rule: rule))
      try await ward.settle()
      let given = [try await ward.givenBack("p1"), try await ward.givenBack("p2")]
      #expect(given == [0, 1])
      #expect(try await ward.states(incident) == ["p1": "whole", "p2": "whole"])
      let gone = try await ward.count("SELECT count(*) FROM chargeback WHERE owner IS NOT NULL")
      #expect(gone == 0, "there is nothing for finance to look at")
      #expect(try await ward.finish(incident))
    }
  }

  @Test(
    "While the refund is under way: its end is found out, and nobody is paid by us a second time",
    arguments: TestEngine.available, ["surplus", "due"])
  func underWay(engine: TestEngine, role: String) async throws {
    for verdict in [Verdict.done, .refused(code: "declined")] {
      try await Ward.open(on: engine) { ward in
        try await ward.people(1, twice: 1)
        let incident = try await ward.begin()
        try await ward.find(incident)
        ward.partner.answers("refund", .unknown(reason: "time-out"))
        try await ward.run(incident)
        try await takesBack(ward, "p1", role)
        #expect(try await ward.states(incident) == ["p1": "told"])
        ward.partner.finds(Reply(verdict, transaction: "t-refund"))
        try await ward.pass(.hours(1), step: .minutes(5))
        #expect(try await ward.states(incident) == ["p1": "whole"], "\(verdict)")
        #expect(ward.partner.orders("refund").count == 1)
        // Only where both happened, or the period is unpaid now, finance has something to look at.
        let open = try await ward.count("SELECT count(*) FROM chargeback WHERE owner IS NOT NULL")
        #expect(open == (verdict == .done ? 1 : 0))
        #expect(try await ward.finish(incident))
      }
    }
  }

  @Test(
    "After the refund: both happened, finance is asked, and the person stays whole", arguments: TestEngine.available)
  func after(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(1, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      try await takesBack(ward, "p1", "surplus")
      #expect(try await ward.states(incident) == ["p1": "whole"])
      #expect(try await ward.count("SELECT twice FROM chargeback WHERE owner = 'finance'") == Ward.price)
      #expect(try await ward.finish(incident))
    }
  }
}
