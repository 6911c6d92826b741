import Billing
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@Suite("What subscribers are told by mail")
struct LetterTests {
  private final class Post: Sendable {
    private let list = Mutex<[SubscriberNotice]>([])
    var all: [SubscriberNotice] { list.withLock { $0 } }
    var teller: TellPerson {
      { [self] notice, _ in if let notice = notice as? SubscriberNotice { list.withLock { $0.append(notice) } } }
    }

    /// What was told, in a word each.
    var words: [String] {
      all.map {
        switch $0.letter {
        case .receipt(let receipt): "receipt \(receipt.amount)"
        case .cancelled(let plan, let until): "\(plan) cancelled \(until?.iso8601 ?? "at once")"
        case .pastDue(let due):
          "\(due.plan) past due, \(due.attempts.map { "\($0.count) more from \($0.first.iso8601)" } ?? "no more"), "
            + "access \(due.accessUntil?.iso8601 ?? "over")"
        }
      }
    }
  }

  private struct Torn: Error {}

  /// Somebody who can be written to.
  @discardableResult
  private func subscribe(_ company: Company, _ reference: String = "ada") async throws -> (id: Int64, customer: Int64) {
    let id = try await company.subscribe(reference)
    let customer = try await company.subscription(id).customer
    try await company.kernel.change(by: .system("test"), canRepeat: false) { change in
      _ = try change.tx.execute("UPDATE customer SET mail = 'a@example.org' WHERE id = \(customer)")
    }
    return (id, customer)
  }

  @Test(
    "A receipt goes to those who want one and have an address, once for each payment", arguments: TestEngine.available)
  func receipts(on database: TestEngine) async throws {
    let post = Post()
    try await Company.open(on: database, teller: post.teller) { company in
      try await company.offer()
      let wanting = try await subscribe(company, "wanting").customer
      try await subscribe(company, "silent")
      let unreachable = try await company.subscription(try await company.subscribe("unreachable")).customer
      for customer in [wanting, unreachable] {
        let owner = Actor(.subscriber, String(customer))
        _ = try await company.kernel.perform(
          ChooseReceipts(customer: customer, wanted: true), by: owner, key: "wanted/\(customer)")
      }
      try await company.settle()
      try await company.settle()
      #expect(company.partner.orders().count == 3)
      #expect(post.all.map(\.subscriber.id) == [wanting])
      guard case .receipt(let receipt) = try #require(post.all.first).letter else {
        return #expect(Bool(false), "no receipt")
      }
      #expect(receipt.plan == "Atlas Monthly" && receipt.amount == 999 && receipt.currency == "EUR")
      let captures = try await company.captures()
      #expect(captures.count == 3 && receipt.method == "test" && receipt.paidAt == company.now)
    }
  }

  @Test("What is told and what happened are saved together, or neither", arguments: TestEngine.available)
  func together(on database: TestEngine) async throws {
    try await Company.open(on: database, teller: { _, _ in throw Torn() }) { company in
      try await company.offer()
      let customer = try await subscribe(company).customer
      try await company.kernel.change(by: .system("test"), canRepeat: false) { change in
        _ = try change.tx.execute("UPDATE customer SET receipts = 1 WHERE id = \(customer)")
      }
      _ = try? await company.settle()
      let captures = try await company.captures()
      #expect(captures.isEmpty)
    }
  }

  @Test("A refused payment is told once, with what follows; and that it ended, once", arguments: TestEngine.available)
  func pastDue(on database: TestEngine) async throws {
    let post = Post()
    try await Company.open(on: database, teller: post.teller) { company in
      try await company.offer(graceDays: 4, dunning: [1, 3])
      try await subscribe(company)
      let no = Verdict.refused(code: "declined")
      company.partner.answers("charge", no, no, no)
      try await company.settle()
      let first =
        "Atlas Monthly past due, 2 more from 2026-03-02T09:00:00Z, access 2026-03-05T09:00:00Z"
      #expect(post.words == [first])
      try await company.pass(.days(2))
      #expect(company.partner.orders().count == 2 && post.words == [first])
      try await company.pass(.days(10))
      #expect(post.words == [first, "Atlas Monthly past due, no more, access over"])
    }
  }

  @Test(
    "Whose payment was refused, and then went through, is told anew in the next month", arguments: TestEngine.available)
  func again(on database: TestEngine) async throws {
    let post = Post()
    try await Company.open(on: database, teller: post.teller) { company in
      try await company.offer()
      try await subscribe(company)
      // What was no decision of the payer's side is not their business.
      company.partner.answers("charge", .refused(code: "declined"), .done, .refused(code: "declined"))
      try await company.pass(.days(40))
      #expect(post.words.count == 2 && post.words.allSatisfy { $0.contains("past due, 3 more") })
    }
  }

  @Test("A cancellation is confirmed once, whoever cancelled", arguments: TestEngine.available)
  func cancelled(on database: TestEngine) async throws {
    let post = Post()
    try await Company.open(on: database, teller: post.teller) { company in
      try await company.offer()
      let people = [
        try await subscribe(company, "a"), try await subscribe(company, "b"), try await subscribe(company, "c"),
      ]
      try await company.settle()
      let actors: [Actor] = [
        Actor(.subscriber, String(people[0].customer)), Actor(.support, "7"), Actor(.operator, "cli"),
      ]
      for (person, actor) in zip(people, actors) {
        for round in 1...2 {
          _ = try await company.kernel.perform(
            CancelSubscription(subscription: person.id, when: .periodEnd, reason: "they asked"), by: actor,
            key: "\(person.id)/\(round)")
        }
      }
      // Berlin's clocks go forward in March.
      #expect(post.words == Array(repeating: "Atlas Monthly cancelled 2026-04-01T08:00:00Z", count: 3))
      #expect(post.all.map(\.subscriber.id) == people.map(\.customer))
      _ = try await company.perform(CancelSubscription(subscription: people[0].id, when: .now, reason: "they asked"))
      #expect(post.words.last == "Atlas Monthly cancelled at once" && post.all.count == 4)
    }
  }

  @Test("Nobody writes to a test customer")
  func tests() async throws {
    let post = Post()
    try await Company.open(teller: post.teller) { company in
      try await company.offer()
      let clock = try await company.perform(MakeTestClock(title: "integration", at: nil))
      let id = try await company.perform(
        Subscribe(
          customer: NewCustomer(
            reference: "test", name: "Nobody", mail: "nobody@example.org", zone: "UTC", clock: clock),
          plan: "monthly", currency: "EUR",
          method: NewMethod(lane: "test", token: TestToken.declinedOnce.rawValue, label: "Test card")))
      _ = try await AdvanceTestClock(kernel: company.kernel, journal: company.engine.journal).run(
        clock, to: company.now + .days(3), by: Company.clerk)
      _ = try await company.perform(CancelSubscription(subscription: id, when: .now, reason: "the test is over"))
      #expect(post.all.isEmpty)
    }
  }
}
