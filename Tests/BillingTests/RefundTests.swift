import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("Money given back")
struct RefundTests {
  /// A subscriber whose first month is paid, and the payment.
  private func paid(on engine: TestEngine, _ body: (Company, Company.Taken) async throws -> Void) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      try await company.subscribe()
      try await company.settle()
      let capture = try #require(try await company.captures().first)
      #expect(capture.role == "due" && capture.amount == 999)
      try await body(company, capture)
    }
  }

  private func refusal(of company: Company, _ capture: Int64, _ amount: Int64?, reason: String = "asked for") async
    -> String?
  {
    await #expect(throws: Refusal.self) {
      _ = try await company.perform(RefundPayment(capture: capture, amount: amount, reason: reason))
    }?.code
  }

  @Test("in parts and then the rest comes to the whole, and no further", arguments: TestEngine.available)
  func parts(engine: TestEngine) async throws {
    try await paid(on: engine) { company, capture in
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 400, reason: "half a month"))
      try await company.settle()
      let tooMuch = await refusal(of: company, capture.id, 600)
      #expect(tooMuch == "tooMuch")
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: nil, reason: "the rest"))
      try await company.settle()
      let refunds = try await company.refunds()
      #expect(refunds == ["request done 400", "request done 599"])
      let after = try await company.captures()
      #expect(after.map(\.givenBack) == [999])
      for amount in [nil, 1, 0, -5] as [Int64?] {
        let refused = await refusal(of: company, capture.id, amount)
        #expect(refused == "tooMuch")
      }
      #expect(company.partner.orders("refund").count == 2)
    }
  }

  @Test("names the payment it belongs to, and nothing is refunded without a reason", arguments: TestEngine.available)
  func original(engine: TestEngine) async throws {
    try await paid(on: engine) { company, capture in
      let noReason = await refusal(of: company, capture.id, 1, reason: "")
      #expect(noReason == "reasonMissing")
      let noCapture = await refusal(of: company, 987_654_321, 1)
      #expect(noCapture == "noCapture")
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 999, reason: "asked for"))
      try await company.settle()
      let order = try #require(company.partner.orders("refund").first?.order)
      #expect(order.payload.contains("\"original\":\"\(capture.transaction)\""))
    }
  }

  @Test("of unknown outcome is asked about and not sent twice", arguments: TestEngine.available)
  func unknown(engine: TestEngine) async throws {
    try await paid(on: engine) { company, capture in
      company.partner.answers("refund", .unknown(reason: "time-out"))
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 999, reason: "asked for"))
      try await company.settle()
      let open = try await company.refunds()
      #expect(open == ["request asked 999"])
      // What is asked for is reserved: nobody gives it back a second time meanwhile.
      let second = await refusal(of: company, capture.id, 1)
      #expect(second == "tooMuch")
      company.partner.finds(Reply(.done, transaction: "b1"))
      try await company.pass(.hours(1), step: .minutes(10))
      let refunds = try await company.refunds()
      #expect(refunds == ["request done 999"] && company.partner.orders("refund").count == 1)
    }
  }

  @Test("that never arrived is sent again under another reference, for the same money", arguments: TestEngine.available)
  func neverArrived(engine: TestEngine) async throws {
    try await paid(on: engine) { company, capture in
      company.partner.answers("refund", .notSent(reason: "connection refused"))
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 999, reason: "asked for"))
      try await company.settle()
      try await company.pass(.hours(2), step: .minutes(10))
      let refunds = try await company.refunds()
      let orders = company.partner.orders("refund").map(\.order)
      #expect(refunds == ["request done 999"] && Set(orders.map(\.reference)).count == 2)
      #expect(Set(orders.map(\.payload)).count == 1)
      let after = try await company.captures()
      #expect(after.map(\.givenBack) == [999])
    }
  }

  @Test("that the partner refused is free to be given back again", arguments: TestEngine.available)
  func refused(engine: TestEngine) async throws {
    try await paid(on: engine) { company, capture in
      company.partner.answers("refund", .refused(code: "declined"))
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 999, reason: "asked for"))
      try await company.settle()
      let first = try await company.captures()
      #expect(first.map(\.givenBack) == [0])
      let open: SQL = "SELECT count(*) FROM alert WHERE name = 'refundsRefused' AND cleared_at IS NULL"
      _ = try await company.engine.alerts.run()
      let alerts = try await company.count(open)
      #expect(alerts == 1)
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 999, reason: "asked again"))
      try await company.settle()
      let refunds = try await company.refunds()
      #expect(refunds == ["request refused 999", "request done 999"])
      _ = try await company.engine.alerts.run()
      let left = try await company.count(open)
      #expect(left == 0)
    }
  }

  @Test("that was refused and turns out to have happened uses the money up", arguments: TestEngine.available)
  func lateAfterRefusal(engine: TestEngine) async throws {
    try await paid(on: engine) { company, capture in
      company.partner.answers("refund", .refused(code: "declined"))
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 999, reason: "asked for"))
      try await company.settle()
      let reference = try #require(company.partner.orders("refund").first?.order.reference)
      try await company.hears("e1", reference, "b1", .done)
      let refunds = try await company.refunds()
      #expect(refunds == ["request done 999"])
      let after = try await company.captures()
      #expect(after.map(\.givenBack) == [999])
      let second = await refusal(of: company, capture.id, 999)
      #expect(second == "tooMuch", "the same money could be given back twice")
    }
  }

  @Test("twice, because an absence was wrong, is seen, and holds up nothing else", arguments: TestEngine.available)
  func lateAfterRepeat(engine: TestEngine) async throws {
    try await paid(on: engine) { company, capture in
      company.partner.answers("refund", .notSent(reason: "a proxy said so"))
      _ = try await company.perform(RefundPayment(capture: capture.id, amount: 999, reason: "asked for"))
      try await company.settle()
      try await company.pass(.hours(2), step: .minutes(10))
      let first = try #require(company.partner.orders("refund").first?.order.reference)
      try await company.hears("e1", first, "b1", .done)
      // No third one, and the inbox goes on.
      try await company.pass(.hours(2), step: .minutes(10))
      #expect(company.partner.orders("refund").count == 2)
      let stuck = try await company.count("SELECT count(*) FROM evidence WHERE state = 'new'")
      #expect(stuck == 0)
    }
  }

  @Test("for a second capture of one charge happens by itself, exactly once", arguments: TestEngine.available)
  func surplus(engine: TestEngine) async throws {
    try await paid(on: engine) { company, _ in
      let reference = try #require(company.partner.orders().first?.order.reference)
      for event in ["e1", "e2", "e3"] { try await company.hears(event, reference, "second", .done) }
      try await company.settle()
      try await company.hears("e4", reference, "second", .done)
      try await company.settle()
      let captures = try await company.captures()
      #expect(captures.map(\.role) == ["due", "surplus"] && captures.map(\.givenBack) == [0, 999])
      let refunds = try await company.refunds()
      #expect(refunds == ["surplus done 999"] && company.partner.orders("refund").count == 1)
    }
  }

  @Test("for two captures told at once leaves one that counts", arguments: TestEngine.available)
  func surplusTogether(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      try await company.subscribe()
      company.partner.answers("charge", .pending)
      try await company.settle()
      let reference = try #require(company.partner.orders().first?.order.reference)
      let testimonies = ["a", "b", "c"].map {
        Testimony(
          eventID: "e-" + $0, reference: reference, transaction: $0, kind: "charge", verdict: .done, amount: nil,
          currency: nil, occurredAt: nil)
      }
      _ = try await company.engine.outbox.keep(testimonies, source: .notification, lane: "card", raw: [])
      try await company.settle()
      let captures = try await company.captures()
      #expect(captures.map(\.role).sorted() == ["due", "surplus", "surplus"])
      let refunds = try await company.refunds()
      #expect(refunds == ["surplus done 999", "surplus done 999"])
    }
  }
}
