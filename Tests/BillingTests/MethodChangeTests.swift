import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("Changing how one pays, on the partner’s page")
struct MethodChangeTests {
  private struct House: Sendable {
    let company: Company
    let subscription: Int64
    let owner: Actor
    let changes: MethodChange

    /// The secret of the address that the partner was last given.
    var secret: String { String(company.partner.opened.last?.back.split(separator: "/").last ?? "") }

    func method() async throws -> (token: String, label: String) {
      try await company.store.read { [subscription] tx in
        let row = try tx.row(
          """
          SELECT m.token, m.label FROM subscription AS s JOIN payment_method AS m ON m.id = s.method
          WHERE s.id = \(subscription)
          """)
        return (try row?.text("token") ?? "", try row?.text("label") ?? "")
      }
    }
  }

  private func open(on engine: TestEngine, _ body: (House) async throws -> Void) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      let customer = try await company.subscription(id).customer
      let changes = MethodChange(
        kernel: company.kernel, outbox: company.engine.outbox, origin: "https://billing.example")
      try await body(
        House(company: company, subscription: id, owner: Actor(.subscriber, String(customer)), changes: changes))
    }
  }

  @Test(
    "What was chosen there is fetched from the partner and used from then on, once", arguments: TestEngine.available)
  func chosen(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      let url = try await house.changes.begin(house.subscription, language: "de", by: house.owner)
      #expect(url == "https://pay.example/page-1")
      let asked = try #require(house.company.partner.opened.first)
      #expect(asked.back.hasPrefix("https://billing.example/my/method/") && asked.language == "de")
      house.company.partner.chooses(.chosen(token: "tok-new", customer: "c-1", label: "Visa 4242"))
      #expect(try await house.changes.finish(house.secret, by: house.owner) == .changed)
      var method = try await house.method()
      #expect(method.token == "tok-new" && method.label == "Visa 4242")
      // The way back is good once: whatever the partner says later, nothing more follows from it.
      house.company.partner.chooses(.chosen(token: "tok-other", customer: nil, label: "other"))
      #expect(try await house.changes.finish(house.secret, by: house.owner) == .changed)
      method = try await house.method()
      #expect(method.token == "tok-new")
      let secrets = try await house.company.store.read { tx in
        try tx.row("SELECT state FROM method_page")?.blob("state")
      }
      #expect(secrets?.count == 32 && secrets != Array(house.secret.utf8))
    }
  }

  @Test("Nobody else comes back with it, and not after an hour", arguments: TestEngine.available)
  func strangers(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      house.company.partner.chooses(.chosen(token: "tok-new", customer: nil, label: "l"))
      let stranger = Actor(.subscriber, "1")
      await #expect(throws: Refusal.self) {
        _ = try await house.changes.begin(house.subscription, language: "en", by: stranger)
      }
      _ = try await house.changes.begin(house.subscription, language: "en", by: house.owner)
      for (secret, actor) in [(house.secret, stranger), ("made-up", house.owner), ("", house.owner)] {
        await #expect(throws: Refusal.self) { _ = try await house.changes.finish(secret, by: actor) }
      }
      try await house.company.pass(.hours(1))
      await #expect(throws: Refusal.self) { _ = try await house.changes.finish(house.secret, by: house.owner) }
      let method = try await house.method()
      #expect(method.token != "tok-new")
    }
  }

  @Test("A page that cannot be opened, or lies elsewhere, changes nothing", arguments: TestEngine.available)
  func failed(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      let before = try await house.method()
      for opening in [
        MethodPageOpening.failed("down"), .opened(page: "p", url: "https://pay.example.evil/p"),
        .opened(page: "p", url: "https://evil.example/?https://pay.example/"), .opened(page: "p", url: "javascript:1"),
      ] {
        house.company.partner.opens(opening)
        #expect(try await house.changes.begin(house.subscription, language: "en", by: house.owner) == nil)
        await #expect(throws: Refusal.self) { _ = try await house.changes.finish(house.secret, by: house.owner) }
      }
      house.company.partner.opens(.opened(page: "p", url: "https://pay.example/p"))
      for (answer, end) in [(ChosenMethod.nothing, MethodChange.End.kept), (.unknown("time-out"), .unknown)] {
        _ = try await house.changes.begin(house.subscription, language: "en", by: house.owner)
        house.company.partner.chooses(answer)
        #expect(try await house.changes.finish(house.secret, by: house.owner) == end)
      }
      let after = try await house.method()
      #expect(after == before)
      // Each is a call to the partner: ten in an hour are enough for anybody.
      for _ in 0..<4 { _ = try await house.changes.begin(house.subscription, language: "en", by: house.owner) }
      let refused = await #expect(throws: Refusal.self) {
        _ = try await house.changes.begin(house.subscription, language: "en", by: house.owner)
      }
      #expect(refused?.code == "tooMany")
    }
  }

  @Test(
    "A payment that was refused is tried at once with the new method, and only once", arguments: TestEngine.available)
  func refused(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      let company = house.company
      company.partner.answers("charge", .refused(code: "declined"))
      try await company.settle()
      #expect(company.partner.orders().count == 1)
      _ = try await house.changes.begin(house.subscription, language: "en", by: house.owner)
      company.partner.chooses(.chosen(token: "tok-new", customer: nil, label: "l"))
      _ = try await house.changes.finish(house.secret, by: house.owner)
      try await company.settle()
      let orders = company.partner.orders()
      #expect(orders.count == 2 && orders.last?.order.payload.contains("tok-new") == true)
      try await company.pass(.days(20))
      let owed = try await company.owed()
      #expect(owed.map(\.state) == ["settled"] && company.partner.orders().count == 2)
    }
  }

  @Test("One whose outcome is not known stays where it is", arguments: TestEngine.available)
  func unknown(engine: TestEngine) async throws {
    try await open(on: engine) { house in
      let company = house.company
      company.partner.answers("charge", .unknown(reason: "time-out"))
      try await company.settle()
      _ = try await house.changes.begin(house.subscription, language: "en", by: house.owner)
      company.partner.chooses(.chosen(token: "tok-new", customer: nil, label: "l"))
      _ = try await house.changes.finish(house.secret, by: house.owner)
      try await company.settle()
      #expect(company.partner.orders().count == 1)
    }
  }
}

@Suite("Taking a cancellation back")
struct KeepTests {
  @Test("Until its end it goes on as if nothing had been; afterwards it has ended", arguments: TestEngine.available)
  func kept(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      try await company.settle()
      let cancel = CancelSubscription(subscription: id, when: .periodEnd, reason: "test")
      let keep = KeepSubscription(subscription: id, reason: "test")
      var refusal = await #expect(throws: Refusal.self) { _ = try await company.perform(keep) }
      #expect(refusal?.code == "notCancelled")
      _ = try await company.perform(cancel)
      try await company.pass(.days(20))
      _ = try await company.perform(keep)
      try await company.pass(.days(20))
      let owed = try await company.owed()
      #expect(owed.map(\.start) == ["2026-03-01T09:00:00Z", "2026-04-01T08:00:00Z"])
      _ = try await company.perform(cancel)
      try await company.pass(.days(40))
      refusal = await #expect(throws: Refusal.self) { _ = try await company.perform(keep) }
      #expect(refusal?.code == "alreadyCancelled" && company.partner.orders().count == 2)
    }
  }

  @Test(
    "Cancelled while it is paused, it ends with what is paid, and can be taken back", arguments: TestEngine.available)
  func paused(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      try await company.settle()
      _ = try await company.perform(PauseSubscription(subscription: id, reason: "test"))
      _ = try await company.perform(CancelSubscription(subscription: id, when: .periodEnd, reason: "test"))
      let paid = try await company.entitlement(id)
      #expect(paid.allowed && paid.reason == .paid)
      _ = try await company.perform(KeepSubscription(subscription: id, reason: "test"))
      let back = try await company.subscription(id)
      #expect(back.state == .paused)
      _ = try await company.perform(CancelSubscription(subscription: id, when: .periodEnd, reason: "test"))
      try await company.pass(.days(40))
      let over = try await company.entitlement(id)
      #expect(!over.allowed && over.reason == .cancelled && company.partner.orders().count == 1)
      await #expect(throws: Refusal.self) {
        _ = try await company.perform(KeepSubscription(subscription: id, reason: "test"))
      }
    }
  }

  @Test("A subscriber acts on nobody else’s", arguments: TestEngine.available)
  func strangers(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      let id = try await company.subscribe()
      let stranger = Actor(.subscriber, "1")
      func refused(_ command: some Command) async -> String? {
        let refusal = await #expect(throws: Refusal.self) {
          _ = try await company.kernel.perform(command, by: stranger, key: "test/\(type(of: command).name)")
        }
        return refusal?.code
      }
      #expect(await refused(CancelSubscription(subscription: id, when: .periodEnd, reason: "x")) == "noSubscription")
      #expect(await refused(CancelSubscription(subscription: id, when: .now, reason: "x")) == "noSubscription")
      #expect(await refused(KeepSubscription(subscription: id, reason: "x")) == "noSubscription")
      #expect(await refused(PauseSubscription(subscription: id, reason: "x")) == "noSubscription")
      #expect(await refused(ResumeSubscription(subscription: id, reason: "x")) == "noSubscription")
      let customer = try await company.subscription(id).customer
      #expect(await refused(ChooseLanguage(customer: customer, language: "de")) == "noCustomer")
      #expect(await refused(ChooseReceipts(customer: customer, wanted: true)) == "noCustomer")
      #expect(await refused(RefundPayment(capture: 1, amount: 1, reason: "mine")) == "forbidden")
    }
  }
}
