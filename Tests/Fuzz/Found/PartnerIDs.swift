import Kernel
import Store
import TestSupport
import Testing

@testable import Partners

@Suite("Found: ids that are long, alike or hold a NUL")
struct PartnerIDs {
  @Test(
    "Two events of a source with a long name were one; both are kept, and each once", arguments: TestEngine.available)
  func longSource(engine: TestEngine) async throws {
    try await FuzzCompany.open(on: engine) { company in
      let references = try await company.charges("carrier", 2)
      let source = "urn:operator:" + String(repeating: "a", count: 300)
      for (index, reference) in references.enumerated() {
        let event = Sample.carrierEvent("carrier-billing.v0.payment-completed", reference: reference, id: "e-\(index)")
          .replacing("urn:operator", with: source).replacing("pay-1", with: "pay-\(index)")
        let message = InboundMessage(headers: Sample.signCarrier(Array(event.utf8)), body: Array(event.utf8))
        #expect(try await company.engine.outbox.receive(message, lane: "carrier") == 1)
        #expect(try await company.engine.outbox.receive(message, lane: "carrier") == 0)
      }
      try await company.weigh()
      for reference in references { #expect(try await company.state(reference) == "done") }
    }
  }

  @Test(
    "A NUL, or marks that pile up on one character, were more than PostgreSQL takes: the message is kept all the same",
    arguments: TestEngine.available)
  func oddTransaction(engine: TestEngine) async throws {
    try await FuzzCompany.open(on: engine) { company in
      let references = try await company.charges("card", 3)
      let marks = "e" + String(repeating: "\u{301}", count: 20_000)
      for (reference, id) in zip(references, [#"pi\u0000one"#, #"pi\u0000two"#, marks]) {
        let intent = Sample.intent(reference).replacing("pi_1", with: id)
        let body = Array(Sample.event("payment_intent.succeeded", intent, id: "evt-\(id)").utf8)
        let message = InboundMessage(headers: Sample.signCard(body), body: body)
        #expect(try await company.engine.outbox.receive(message, lane: "card") == 1)
      }
      try await company.weigh()
      for reference in references { #expect(try await company.state(reference) == "done") }
      try await company.stillWorks()
    }
  }

  @Test(
    "Events without an id were one, and events with a very long one refused: all are kept, and each once",
    arguments: TestEngine.available)
  func noID(engine: TestEngine) async throws {
    try await FuzzCompany.open(on: engine) { company in
      func receive(_ event: String, _ lane: String) async throws -> Int {
        let body = Array(event.utf8)
        let headers = lane == "card" ? Sample.signCard(body) : Sample.signCarrier(body)
        return try await company.engine.outbox.receive(InboundMessage(headers: headers, body: body), lane: lane)
      }
      for (index, reference) in try await company.charges("card", 2).enumerated() {
        let intent = Sample.intent(reference).replacing("pi_1", with: "pi_\(index)")
        let event = Sample.event("payment_intent.succeeded", intent, id: "")
        #expect(try await receive(event, "card") == 1)
        #expect(try await receive(event, "card") == 0)
      }
      let ids = ["", String(repeating: "i", count: 600)]
      for (id, reference) in zip(ids, try await company.charges("carrier", 2)) {
        let event = Sample.carrierEvent("carrier-billing.v0.payment-completed", reference: reference, id: id)
          .replacing("pay-1", with: "pay-\(id.count)")
        #expect(try await receive(event, "carrier") == 1)
        #expect(try await receive(event, "carrier") == 0)
      }
      try await company.weigh()
      let left = try await company.store.read { tx in
        try tx.integer("SELECT count(*) FROM effect WHERE state <> 'done'") ?? -1
      }
      #expect(left == 0)
    }
  }

  @Test("The same id is the same in an answer and in a notification, however long it is")
  func same() {
    for id in ["", "pi_1", "a\0b", String(repeating: "ß", count: 400)] {
      let told = Testimony(
        eventID: "e", reference: nil, transaction: id, kind: "charge", verdict: .done, amount: nil, currency: nil,
        occurredAt: nil)
      #expect(told.transaction == Reply(.done, transaction: id).transaction)
      #expect(told.transaction?.utf8.count ?? 0 <= 200)
    }
  }
}
