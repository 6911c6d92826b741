import Billing
import Kernel
import Store
import Synchronization
import TestSupport
import Testing

@Suite("What subscribers are told by mail")
struct LetterTests {
  private final class Post: Sendable {
    private let list = Mutex<[(customer: Int64, letter: SubscriberLetter)]>([])
    var all: [(customer: Int64, letter: SubscriberLetter)] { list.withLock { $0 } }
    func add(_ customer: Int64, _ letter: SubscriberLetter) { list.withLock { $0.append((customer, letter)) } }
  }

  private struct Torn: Error {}

  /// The company's engine, with somebody who writes.
  private func engine(_ company: Company, _ letters: @escaping SendSubscriberLetter) -> RenewalEngine {
    RenewalEngine(
      kernel: company.kernel, counterparts: [company.partner], journal: company.engine.journal, batch: 100,
      letters: letters)
  }

  private func settle(_ engine: RenewalEngine) async throws {
    var cursors = RenewalEngine.Cursors()
    try await engine.settle(&cursors, seals: false, checks: false)
  }

  @Test(
    "A receipt goes to those who want one and have an address, once for each payment", arguments: TestEngine.available)
  func receipts(on database: TestEngine) async throws {
    try await Company.open(on: database) { company in
      try await company.offer()
      let wanting = try await company.subscription(try await company.subscribe("wanting")).customer
      let silent = try await company.subscription(try await company.subscribe("silent")).customer
      let unreachable = try await company.subscription(try await company.subscribe("unreachable")).customer
      for customer in [wanting, silent] {
        try await company.kernel.change(by: .system("test"), canRepeat: false) { change in
          _ = try change.tx.execute("UPDATE customer SET mail = 'a@example.org' WHERE id = \(customer)")
        }
      }
      for customer in [wanting, unreachable] {
        let owner = Actor(.subscriber, String(customer))
        _ = try await company.kernel.perform(
          ChooseReceipts(customer: customer, wanted: true), by: owner, key: "wanted/\(customer)")
      }
      let post = Post()
      let engine = engine(company) { subscriber, letter, _ in post.add(subscriber.id, letter) }
      try await settle(engine)
      try await settle(engine)
      #expect(company.partner.orders().count == 3)
      #expect(post.all.map(\.customer) == [wanting])
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
    try await Company.open(on: database) { company in
      try await company.offer()
      let customer = try await company.subscription(try await company.subscribe()).customer
      try await company.kernel.change(by: .system("test"), canRepeat: false) { change in
        _ = try change.tx.execute("UPDATE customer SET mail = 'a@example.org', receipts = 1 WHERE id = \(customer)")
      }
      let torn = engine(company) { _, _, _ in throw Torn() }
      _ = try? await settle(torn)
      let captures = try await company.captures()
      #expect(captures.isEmpty)
    }
  }
}
