import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("Money that a payer's bank takes back")
struct ChargebackTests {
  /// A subscriber whose first month is paid, and the reference of the charge.
  private func paid(on engine: TestEngine, _ body: (Company, String) async throws -> Void) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      try await company.subscribe()
      try await company.settle()
      try await body(company, try #require(company.partner.orders().first?.order.reference))
    }
  }

  private func payment(_ company: Company) async throws -> Company.Taken {
    try #require(try await company.captures().first { $0.role == "due" })
  }

  private func refund(_ company: Company, _ amount: Int64?) async throws {
    _ = try await company.perform(
      RefundPayment(capture: try await payment(company).id, amount: amount, reason: "asked for"))
  }

  /// `[owner] twice` of each.
  private func chargebacks(_ company: Company) async throws -> [String] {
    try await company.store.read { tx in
      try tx.rows("SELECT owner, twice, capture FROM chargeback ORDER BY id LIMIT 100").map {
        let place = try $0.integerOrNull("capture") == nil ? "waits" : "counts"
        return "\(place) \(try $0.textOrNull("owner") ?? "nobody") \(try $0.integer("twice"))"
      }
    }
  }

  private func alerts(_ company: Company) async throws -> [String] {
    _ = try await company.engine.alerts.run()
    return try await company.store.read { tx in
      try tx.rows("SELECT message FROM alert WHERE name = 'chargedBack' AND cleared_at IS NULL ORDER BY id LIMIT 100")
        .map {
          try $0.text("message")
        }
    }
  }

  @Test(
    "is a fact of its own: the period stays settled, access stays, nobody is charged again, finance is asked",
    arguments: TestEngine.available)
  func counts(engine: TestEngine) async throws {
    try await paid(on: engine) { company, reference in
      let subscription = try await company.count("SELECT id FROM subscription")
      let before = try await company.entitlement(subscription)
      try await company.takesBack("ret-1", reference)
      try await company.takesBack("ret-1", reference, event: "told again")
      try await company.pass(.days(3))
      let taken = try await payment(company)
      #expect(taken.takenBack == 999 && taken.givenBack == 0)
      #expect(try await company.owed().map(\.state) == ["settled"])
      #expect(company.partner.orders().count == 1)
      #expect(try await company.entitlement(subscription).allowed == before.allowed)
      #expect(try await chargebacks(company) == ["counts finance 0"])
      let facts = try await company.count("SELECT count(*) FROM fact WHERE kind = 'chargedBack'")
      #expect(facts == 1)
      let said = try await alerts(company)
      #expect(said.count == 1 && said[0].contains("not paid after all"))

      let id = try await company.count("SELECT id FROM chargeback")
      let noReason = await #expect(throws: Refusal.self) {
        _ = try await company.perform(DecideChargeback(chargeback: id, reason: ""))
      }
      #expect(noReason?.code == "reasonMissing")
      _ = try await company.perform(DecideChargeback(chargeback: id, reason: "paid in cash on 5 March"))
      #expect(try await alerts(company).isEmpty)
      let twice = await #expect(throws: Refusal.self) {
        _ = try await company.perform(DecideChargeback(chargeback: id, reason: "once more"))
      }
      #expect(twice?.code == "notWaiting")
    }
  }

  @Test("leaves no more to be given back than is left", arguments: TestEngine.available)
  func left(engine: TestEngine) async throws {
    try await paid(on: engine) { company, reference in
      try await company.takesBack("ret-1", reference, amount: 700)
      let much = await #expect(throws: Refusal.self) { try await refund(company, 300) }
      #expect(much?.code == "tooMuch")
      try await refund(company, nil)
      try await company.settle()
      #expect(try await company.refunds() == ["request done 299"])
      let none = await #expect(throws: Refusal.self) { try await refund(company, nil) }
      #expect(none?.code == "tooMuch")
      #expect(try await chargebacks(company) == ["counts finance 0"])
    }
  }

  @Test("between asking for a refund and sending it: it does not leave, or less of it", arguments: TestEngine.available)
  func beforeSending(engine: TestEngine) async throws {
    for (taken, refunds) in [(999, ["request refused 400"]), (700, ["request done 299"]), (500, ["request done 400"])] {
      try await paid(on: engine) { company, reference in
        try await refund(company, 400)
        try await company.takesBack("ret-1", reference, amount: Int64(taken))
        try await company.settle()
        #expect(try await company.refunds() == refunds, "\(taken)")
        let orders = company.partner.orders("refund").map(\.order.payload)
        #expect(orders.count == (taken == 999 ? 0 : 1))
        #expect(orders.allSatisfy { $0.contains("\"amount\":\(taken == 700 ? 299 : 400)") })
        let after = try await payment(company)
        #expect(after.givenBack + after.takenBack <= 999 && after.takenBack == Int64(taken))
        _ = try await company.engine.alerts.run()
        let refused = try await company.count("SELECT count(*) FROM alert WHERE name = 'refundsRefused'")
        #expect(refused == 0, "nobody has to look after a refund that was not needed")
      }
    }
  }

  @Test(
    "while a refund is unknown: its end is found out, and what happened twice is written down",
    arguments: TestEngine.available)
  func whileUnknown(engine: TestEngine) async throws {
    for (found, end) in [(Verdict.done, "counts finance 999"), (.refused(code: "declined"), "counts finance 0")] {
      try await paid(on: engine) { company, reference in
        company.partner.answers("refund", .unknown(reason: "time-out"))
        try await refund(company, 999)
        try await company.settle()
        try await company.takesBack("ret-1", reference)
        #expect(try await chargebacks(company) == ["counts finance 0"])
        #expect(try await alerts(company).first?.contains("under way or done") == true)
        company.partner.finds(Reply(found, transaction: "b1"))
        try await company.pass(.hours(1), step: .minutes(10))
        #expect(try await chargebacks(company) == [end])
        #expect(company.partner.orders("refund").count == 1)
        let none = await #expect(throws: Refusal.self) { try await refund(company, 1) }
        #expect(none?.code == "tooMuch")
        if found == .done { #expect(try await alerts(company).first?.contains("went back twice") == true) }
      }
    }
  }

  @Test("while a refund that never left waits for its next turn: it is not sent again", arguments: TestEngine.available)
  func neverLeft(engine: TestEngine) async throws {
    try await paid(on: engine) { company, reference in
      company.partner.answers("refund", .unknown(reason: "time-out"))
      try await refund(company, 999)
      try await company.settle()
      try await company.takesBack("ret-1", reference)
      // It is found out that the partner never had it: it would be asked for again.
      for _ in 0..<12 { company.partner.finds(Reply(.absent)) }
      try await company.pass(.days(1), step: .minutes(30))
      #expect(try await company.refunds() == ["request refused 999"])
      #expect(company.partner.orders("refund").count == 1)
      #expect(try await payment(company).givenBack == 0)
    }
  }

  @Test("after a refund: both happened, and nothing is clawed back", arguments: TestEngine.available)
  func afterRefund(engine: TestEngine) async throws {
    try await paid(on: engine) { company, reference in
      try await refund(company, 999)
      try await company.settle()
      try await company.takesBack("ret-1", reference)
      try await company.pass(.days(2))
      #expect(try await chargebacks(company) == ["counts finance 999"])
      #expect(try await company.refunds() == ["request done 999"] && company.partner.orders().count == 1)
    }
  }

  @Test(
    "of one of two payments under one reference: the surplus one, and its refund does not leave",
    arguments: TestEngine.available)
  func twoUnderOne(engine: TestEngine) async throws {
    // In each order in which it can become known, before anything could leave.
    for order in [["second", "return"], ["return", "second"]] {
      try await paid(on: engine) { company, reference in
        for event in order {
          if event == "second" {
            try await company.hears("e2", reference, "second", .done)
          } else {
            try await company.takesBack("ret-1", reference)
          }
        }
        try await company.settle()
        #expect(company.partner.orders("refund").isEmpty, "\(order)")
        let captures = try await company.captures()
        #expect(captures.filter { $0.role == "due" }.map(\.takenBack) == [0], "\(order)")
        #expect(captures.filter { $0.role == "surplus" }.map(\.takenBack) == [999], "\(order)")
        #expect(captures.map(\.givenBack) == [0, 0])
        #expect(try await chargebacks(company) == ["counts nobody 0"])
        #expect(try await alerts(company).isEmpty)
        _ = try await company.engine.alerts.run()
        let open = try await company.count(
          "SELECT count(*) FROM alert WHERE name IN ('surplus', 'refundsRefused') AND cleared_at IS NULL")
        #expect(open == 0)
      }
    }
  }

  @Test("after the surplus was given back: the payment that counted is gone", arguments: TestEngine.available)
  func surplusGone(engine: TestEngine) async throws {
    try await paid(on: engine) { company, reference in
      try await company.hears("e2", reference, "second", .done)
      try await company.settle()
      try await company.takesBack("ret-1", reference)
      let captures = try await company.captures()
      #expect(captures.map(\.role) == ["due", "surplus"] && captures.map(\.takenBack) == [999, 0])
      #expect(captures.map(\.givenBack) == [0, 999])
      #expect(try await chargebacks(company) == ["counts finance 0"])
    }
  }

  @Test(
    "of the payment that counted, while another attempt was paid as well: the other one counts, and is kept",
    arguments: TestEngine.available)
  func exchange(engine: TestEngine) async throws {
    for isFirst in [true, false] {
      try await Company.open(on: engine) { company in
        try await company.offer()
        try await company.subscribe()
        company.partner.answers("charge", .refused(code: "declined"))
        try await company.settle()
        try await company.pass(.days(2))
        let references = company.partner.orders().map(\.order.reference)
        #expect(references.count == 2)
        // The first attempt happened after all; the bank takes back the second, which counts.
        if isFirst { try await company.takesBack("ret-1", references[1]) }
        try await company.hears("late", references[0], "first", .done)
        if !isFirst { try await company.takesBack("ret-1", references[1]) }
        try await company.settle()
        let captures = try await company.captures()
        #expect(captures.map(\.role) == ["surplus", "due"] && captures.map(\.takenBack) == [999, 0], "\(isFirst)")
        #expect(captures.map(\.givenBack) == [0, 0] && company.partner.orders("refund").isEmpty)
        #expect(try await chargebacks(company) == ["counts nobody 0"])
        let facts = try await company.count("SELECT count(*) FROM fact WHERE kind = 'paymentCounts'")
        #expect(facts == 1)
      }
    }
  }

  @Test("and gives up again, in whatever order it is told, takes nothing away", arguments: TestEngine.available)
  func restored(engine: TestEngine) async throws {
    for order in [["reversed", "restored"], ["restored", "reversed"], ["reversed", "restored", "reversed"]] {
      try await paid(on: engine) { company, reference in
        for (number, word) in order.enumerated() {
          let verdict: Verdict = word == "reversed" ? .reversed(by: "du-1") : .restored(by: "du-1")
          try await company.hears("e\(number)", reference, nil, verdict, amount: 999)
        }
        try await company.settle()
        #expect(try await payment(company).takenBack == 0, "\(order)")
        #expect(try await company.count("SELECT count(*) FROM chargeback WHERE owner IS NOT NULL") == 0)
        try await refund(company, nil)
        try await company.settle()
        #expect(try await company.refunds() == ["request done 999"])
      }
    }
  }

  @Test(
    "of another currency, or more than was paid, belongs to no payment and waits for finance",
    arguments: TestEngine.available)
  func foreign(engine: TestEngine) async throws {
    try await paid(on: engine) { company, reference in
      try await company.takesBack("ret-1", reference, amount: 1_000)
      try await company.takesBack("ret-2", reference, currency: "JPY")
      #expect(try await payment(company).takenBack == 0)
      #expect(try await chargebacks(company) == ["waits finance 0", "waits finance 0"])
      #expect(try await alerts(company).isEmpty)
      try await company.pass(.days(2))
      #expect(try await alerts(company).count == 2)
    }
  }
}

extension Company {
  /// The partner says that the payer's bank took money back under its number.
  func takesBack(
    _ number: String, _ reference: String, amount: Int64 = 999, currency: String = "EUR", event: String? = nil
  ) async throws {
    try await hears(
      event ?? number, reference, nil, .reversed(by: number), amount: amount, currency: currency)
  }
}
