import Billing
import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts

/// What is done about a subscriber in the console, through the real server's doors.
@Suite("Acts in the console")
struct ConsoleActTests {
  /// A subscriber with a payment of EUR 9.99, and the house.
  struct Case: Sendable {
    let house: DoorHouse
    let customer: Int64
    let subscription: Int64
    let payment: Int64

    var page: String { "/subscribers/\(customer)" }
    var refund: String { "\(page)/payments/\(payment)/refund" }
    func act(_ name: String) -> String { "\(page)/subscriptions/\(subscription)/\(name)" }

    func send(_ role: Web.Role, _ path: String, _ form: [(String, String)] = []) async throws -> DoorHouse.Answer {
      let (cookie, proof) = try await house.browser(role)
      return try await house.send(
        form.isEmpty ? .get : .post, path, form: form.isEmpty ? [] : [("proof", proof)] + form, cookie: cookie)
    }

    func count(_ sql: SQL) async throws -> Int64 {
      try await house.desk.store.read { tx in try tx.integer(sql) ?? -1 }
    }

    func facts(_ kind: String) async throws -> [String] {
      let subject = "customer:\(customer)"
      return try await house.desk.store.read { tx in
        try tx.rows("SELECT actor, body FROM fact WHERE subject = \(subject) AND kind = \(kind) ORDER BY id LIMIT 100")
          .map { "\(try $0.text("actor")) \(try $0.text("body"))" }
      }
    }
  }

  private func with(_ engine: TestEngine, _ body: @escaping @Sendable (Case) async throws -> Void) async throws {
    try await DoorHouse.open(on: engine) { house in
      let kernel = house.desk.kernel
      let clerk = Actor(.operator, "clerk")
      _ = try await kernel.perform(
        OfferPlan(product: "atlas", code: "atlas-monthly", title: "Atlas", every: .months(1), price: Money(999, .eur)),
        by: clerk, key: "atlas-plan")
      let subscription = try await kernel.perform(
        Subscribe(
          customer: NewCustomer(reference: "ada", name: "Ada <b>", mail: nil, zone: "Europe/Berlin"),
          plan: "atlas-monthly",
          currency: "EUR", method: NewMethod(lane: "card", token: "tok", label: "test"),
          paidUntil: kernel.world.now() + .days(9)), by: clerk, key: "ada")
      let (customer, payment) = try await kernel.change(by: clerk, canRepeat: false) { change in
        let customer = try change.tx.integer("SELECT customer FROM subscription WHERE id = \(subscription)") ?? 0
        let id = try change.id()
        try change.tx.execute(
          """
          INSERT INTO capture (id, obligation, customer, effect, lane, partner_id, amount, currency, role, at, evidence)
          VALUES (\(id), 1, \(customer), 1, 'card', 'tx-1', 999, 'EUR', 'due', \(change.now), 1)
          """)
        return (customer, id)
      }
      try await body(Case(house: house, customer: customer, subscription: subscription, payment: payment))
    }
  }

  @Test("A refund is entered, read once more in plain words, and asked for once", arguments: TestEngine.available)
  func refund(engine: TestEngine) async throws {
    try await with(engine) { on in
      let form = try await on.send(.finance, on.refund)
      #expect(form.status == 200 && form.text.contains("EUR\u{A0}9.99 is left to give back."))
      #expect(form.text.contains("name=\"key\"") && form.text.contains("value=\"9.99\""))
      let entered = [("key", "key-of-a-form"), ("amount", "4,00"), ("reason", "half a month")]
      let asked = try await on.send(.finance, on.refund, entered)
      #expect(asked.status == 200)
      #expect(asked.text.contains("EUR\u{A0}4.00 goes back to Ada &lt;b&gt; through card."))
      #expect(asked.text.contains("EUR\u{A0}5.99 of this payment is left then."))
      #expect(try await on.count("SELECT count(*) FROM refund") == 0)
      for _ in 1...2 {
        let done = try await on.send(.finance, on.refund, entered + [("confirmed", "yes")])
        #expect(done.status == 303 && done.location == "\(on.page)?done=refund")
      }
      #expect(try await on.count("SELECT count(*) FROM refund") == 1)
      #expect(try await on.count("SELECT given_back FROM capture WHERE id = \(on.payment)") == 400)
      let facts = try await on.facts("refundAsked")
      #expect(facts.count == 1 && facts.first?.hasPrefix("finance:") == true && facts.first?.contains("400") == true)
      let page = try await on.send(.finance, "\(on.page)?done=refund")
      #expect(page.text.contains("The refund was asked for."))
    }
  }

  @Test(
    "What a bank took back is told, and what was decided about it is written down once", arguments: TestEngine.available
  )
  func takenBack(engine: TestEngine) async throws {
    try await with(engine) { on in
      let kernel = on.house.desk.kernel
      try await kernel.change(by: .system("test"), canRepeat: false) { change in
        try change.tx.execute(
          """
          INSERT INTO obligation (id, subscription, customer, lane, period, period_start, period_end, amount, currency, state,
            opened_at, ended_at)
          VALUES (1, \(on.subscription), \(on.customer), 'card', 0, \(change.now - .days(30)), \(change.now), 999, 'EUR',
            'settled', \(change.now), \(change.now))
          """)
      }
      let outbox = Outbox(kernel: kernel, counterparts: [], handlers: BillingModule.handlers)
      let said = Testimony(
        eventID: "e1", reference: nil, transaction: "tx-1", kind: "dispute", verdict: .reversed(by: "du-1"),
        amount: 999,
        currency: "EUR", occurredAt: nil)
      _ = try await outbox.keep([said], source: .notification, lane: "card", raw: Array("a dispute".utf8))
      _ = try await outbox.applyInbox()
      #expect(try await MatchReversals(kernel: kernel).run() == 1)
      #expect(try await MatchReversals(kernel: kernel).run() == 0)

      let page = try await on.send(.finance, on.page).text
      #expect(page.contains("bank took EUR\u{A0}9.99 back from"))
      #expect(page.contains("given back EUR\u{A0}0.00, taken back by banks EUR\u{A0}9.99, kept EUR\u{A0}0.00"))
      #expect(page.contains("The period is not paid after all.") && page.contains("a dispute"))
      let id = try await on.count("SELECT id FROM chargeback")
      let path = "\(on.page)/chargebacks/\(id)"
      #expect(page.contains("href=\"\(path)\""))
      let refund = try await on.send(.finance, on.refund).text
      #expect(refund.contains("EUR\u{A0}0.00 is left to give back."))

      #expect(try await on.send(.finance, path).text.contains("Nothing follows by itself"))
      let silent = try await on.send(.finance, path, [("key", "key-of-a-form"), ("reason", "")])
      #expect(silent.status == 422)
      for _ in 1...2 {
        let done = try await on.send(.finance, path, [("key", "key-of-a-form"), ("reason", "paid in cash")])
        #expect(done.status == 303 && done.location == "\(on.page)?done=decided")
      }
      #expect(try await on.facts("chargebackDecided").count == 1)
      let after = try await on.send(.finance, on.page).text
      #expect(after.contains("paid in cash") && !after.contains("href=\"\(path)\""))
      #expect(try await on.send(.finance, "/subscribers/\(on.customer + 1)/chargebacks/\(id)").status == 404)
    }
  }

  @Test(
    "An amount that is not one, or too much, is said to be, and nothing is given back", arguments: TestEngine.available)
  func amounts(engine: TestEngine) async throws {
    try await with(engine) { on in
      for wrong in ["", "x", "1,299.00", "9.999", "-1.00", "0", "9.9", "99999999999999999999"] {
        let answer = try await on.send(
          .finance, on.refund, [("key", "key-of-a-form"), ("amount", wrong), ("reason", "asked for")])
        #expect(answer.status == 422 && answer.text.contains("Enter an amount such as 9.99"), "\(wrong)")
      }
      let form = [("key", "key-of-a-form"), ("amount", "10.00"), ("reason", "asked for")]
      let more = try await on.send(.finance, on.refund, form)
      #expect(more.status == 422 && more.text.contains("EUR\u{A0}9.99 is left to give back."))
      let forced = try await on.send(.finance, on.refund, form + [("confirmed", "yes")])
      #expect(forced.status == 409 && forced.text.contains("lang=\"en\""))
      let silent = try await on.send(
        .finance, on.refund, [("key", "key-of-a-form"), ("amount", "1"), ("reason", " ")])
      #expect(silent.status == 422 && silent.text.contains("Say why"))
      #expect(silent.text.contains("value=\"1\"") && silent.text.contains("value=\"key-of-a-form\""))
      let keyless = try await on.send(
        .finance, on.refund, [("amount", "1"), ("reason", "asked for"), ("confirmed", "yes")])
      #expect(keyless.status == 400)
      #expect(try await on.count("SELECT count(*) FROM refund") == 0)
    }
  }

  @Test("Pause, resume, cancel: told before, done once, by whoever is signed in", arguments: TestEngine.available)
  func subscription(engine: TestEngine) async throws {
    try await with(engine) { on in
      func state() async throws -> String {
        try await on.house.desk.store.read { tx in
          try tx.row("SELECT state FROM subscription WHERE id = \(on.subscription)")?.text("state") ?? ""
        }
      }
      #expect(
        try await on.send(.support, on.act("pause")).text.contains("No further period begins until it is resumed."))
      for _ in 1...2 {
        let paused = try await on.send(.support, on.act("pause"), [("key", "pause-key"), ("reason", "travels")])
        #expect(paused.status == 303 && paused.location == "\(on.page)?done=paused")
      }
      #expect(try await state() == "paused")
      let cancelForm = try await on.send(.support, on.act("cancel"))
      #expect(cancelForm.text.contains("so it can only be cancelled at once") && cancelForm.text.contains(" disabled"))
      let resumeForm = try await on.send(.support, on.act("resume"))
      #expect(resumeForm.text.contains("and is charged then: EUR\u{A0}9.99."))
      let resumed = try await on.send(.support, on.act("resume"), [("key", "resume-key"), ("reason", "is back")])
      #expect(resumed.status == 303)
      #expect(try await state() == "active")
      let undecided = try await on.send(.support, on.act("cancel"), [("key", "cancel-key"), ("reason", "moves away")])
      #expect(undecided.status == 422 && undecided.text.contains("Choose when."))
      let ended = try await on.send(
        .support, on.act("cancel"), [("key", "cancel-key"), ("when", "now"), ("reason", "moves away")])
      #expect(ended.location == "\(on.page)?done=cancelledNow")
      #expect(try await state() == "cancelled")
      let again = try await on.send(
        .support, on.act("cancel"), [("key", "other-key"), ("when", "now"), ("reason", "moves away")])
      #expect(again.status == 409 && again.text.contains("This subscription was cancelled before."))
      #expect(try await on.facts("subscriptionChanged").allSatisfy { $0.hasPrefix("support:") })
    }
  }

  @Test("A note stands in the history, as it was written", arguments: TestEngine.available)
  func note(engine: TestEngine) async throws {
    try await with(engine) { on in
      let text = "Rang.\r\nSaid: <b>never</b> again \u{202E}!"
      for _ in 1...2 {
        let kept = try await on.send(.operator, on.page + "/notes", [("key", "note-key"), ("note", text)])
        #expect(kept.status == 303 && kept.location == "\(on.page)?done=noted")
      }
      #expect(try await on.facts("customerNoted").count == 1)
      let page = try await on.send(.auditor, on.page)
      #expect(page.text.contains("Rang.\nSaid: &lt;b&gt;never&lt;/b&gt; again"))
      for wrong in ["", "  \n ", String(repeating: "x", count: 2_001)] {
        let refused = try await on.send(.support, on.page + "/notes", [("key", "other-key"), ("note", wrong)])
        #expect(refused.status == 422 && refused.text.contains("A note has 1 to 2\u{202F}000 characters."))
      }
      let full = try await on.send(
        .support, on.page + "/notes", [("key", "third-key"), ("note", String(repeating: "\u{1F600}", count: 2_000))])
      #expect(full.status == 303)
    }
  }

  @Test("A day and a state in the address are read, or refused", arguments: TestEngine.available)
  func days(engine: TestEngine) async throws {
    try await with(engine) { on in
      for (path, status) in [
        ("/", 200), ("/?day=2026-02-28", 200), ("/?day=2026-02-30", 400), ("/?day=", 400),
        ("/charges?day=2026-02-28&state=settled", 200), ("/charges?state=refused&after=12.3", 200),
        ("/charges?state=unknown&after=x", 200), ("/charges?state=nonsense", 404), ("/charges", 404),
      ] {
        let answer = try await on.send(.auditor, path)
        #expect(answer.status == status, "\(path): \(answer.status)")
      }
      let found = try await on.send(.auditor, "/subscribers?q=ada")
      #expect(found.text.contains("Ada &lt;b&gt;") && found.text.contains("href=\"\(on.page)\""))
    }
  }

  @Test("What belongs to somebody else is not found, in any language", arguments: TestEngine.available)
  func foreign(engine: TestEngine) async throws {
    try await with(engine) { on in
      let other = "/subscribers/\(on.customer + 999)"
      for path in ["\(other)/payments/\(on.payment)/refund", "\(on.page)/payments/x/refund"] {
        #expect(try await on.send(.finance, path).status == 404)
        #expect(try await on.send(.finance, path, [("key", "a-long-key"), ("amount", "1")]).status == 404)
      }
      for act in ["pause", "resume", "cancel"] {
        #expect(try await on.send(.support, "\(other)/subscriptions/\(on.subscription)/\(act)").status == 404)
      }
      let (cookie, _) = try await on.house.browser(.support)
      let german = try await on.house.send(.get, on.act("pause"), cookie: cookie + "; amends-language=de")
      #expect(german.text.contains("lang=\"de\"") && german.text.contains("Bis zur Fortsetzung beginnt kein weiterer"))
    }
  }
}
