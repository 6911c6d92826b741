import Foundation
import Kernel
import Store

/// The counterpart of one test clock. What it does follows from the token and from what is in the database, never from its
/// memory: a process that dies while a clock is advanced changes nothing about it.
struct TestPartner: Counterpart {
  static let lateAfter = Span.hours(6)
  static let twiceAfter = Span.minutes(10)
  static let declined = "card_declined"

  let kernel: Kernel
  let clock: Int64

  var lane: String { TestClock.lane(of: clock) }

  let capabilities = Capabilities(
    replay: .none, query: .byReference(lag: .seconds(0)), cancel: false, statement: .none, notifiesWithin: .hours(1),
    refusals: [TestPartner.declined], concurrency: 1)

  func perform(_ order: Order) async -> Reply {
    guard let terms = Self.terms(order) else {
      return Reply(.notSent(reason: "the payload cannot be read"))
    }
    guard order.kind == Charge.kind else { return done(order, terms) }
    switch TestToken(rawValue: terms.method) {
    case .ok?: return done(order, terms)
    case .declined?: return Reply(.refused(code: Self.declined))
    case .declinedOnce?: return await isFirstAttempt(order) ? Reply(.refused(code: Self.declined)) : done(order, terms)
    case .unknownThenPaid?: return Reply(.unknown(reason: "timed out"))
    case .lateNotification?:
      return await announce(order, terms, Self.transaction(order), after: Self.lateAfter)
        ? reply(.pending, order, terms) : Reply(.unknown(reason: "the test partner could not write it down"))
    case .chargedTwice?:
      return await announce(order, terms, Self.transaction(order) + "-again", after: Self.twiceAfter)
        ? done(order, terms) : Reply(.unknown(reason: "the test partner could not write it down"))
    case nil: return Reply(.notSent(reason: "the test partner does not know this token"))
    }
  }

  /// What it would have answered, had the answer not been lost. Whatever it did not refuse it charged, unless it said that it will
  /// do so later.
  func query(_ order: Order) async -> Reply {
    guard let terms = Self.terms(order) else { return Reply(.absent) }
    guard order.kind == Charge.kind else { return done(order, terms) }
    switch TestToken(rawValue: terms.method) {
    case .declined?: return Reply(.refused(code: Self.declined))
    case .declinedOnce?: return await isFirstAttempt(order) ? Reply(.refused(code: Self.declined)) : done(order, terms)
    case .lateNotification?:
      let waits = try? await kernel.store.read { tx in
        try tx.row("SELECT id FROM test_notice WHERE reference = \(order.reference) LIMIT 1") != nil
      }
      return waits == true ? reply(.pending, order, terms) : done(order, terms)
    default: return done(order, terms)
    }
  }

  func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "the test partner cannot cancel")) }

  /// Nobody can say anything to it from outside.
  func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { throw .unsigned }

  private func done(_ order: Order, _ terms: PaymentOrder) -> Reply { reply(.done, order, terms) }

  private func reply(_ verdict: Verdict, _ order: Order, _ terms: PaymentOrder) -> Reply {
    Reply(verdict, transaction: Self.transaction(order), amount: terms.amount, currency: terms.currency)
  }

  private static func transaction(_ order: Order) -> String { "test-\(order.reference)" }

  private static func terms(_ order: Order) -> PaymentOrder? {
    try? JSONDecoder().decode(PaymentOrder.self, from: Data(order.payload.utf8))
  }

  private func isFirstAttempt(_ order: Order) async -> Bool {
    let attempts = try? await kernel.store.read { tx in
      try tx.integer(
        """
        SELECT count(*) FROM effect WHERE slot = (SELECT slot FROM effect WHERE reference = \(order.reference))
        """)
    }
    return attempts ?? 1 <= 1
  }

  // MARK: - what it will say later

  private func announce(_ order: Order, _ terms: PaymentOrder, _ transaction: String, after span: Span) async -> Bool {
    let (reference, clock) = (order.reference, clock)
    do {
      try await kernel.change(by: .init(.partner, lane), canRepeat: true) { change in
        _ = try change.tx.execute(
          """
          INSERT INTO test_notice (id, clock, due_at, reference, partner_id, amount, currency)
          VALUES (\(try change.id()), \(clock), \(change.now + span), \(reference), \(transaction), \(terms.amount),
            \(terms.currency)) ON CONFLICT DO NOTHING
          """)
      }
      return true
    } catch { return false }
  }

  /// Says what is due, as a partner's notification that was verified.
  /// - Returns: how much that was.
  func notify() async throws -> Int {
    let (lane, clock) = (lane, clock)
    return try await kernel.change(by: .init(.partner, lane), canRepeat: true) { change in
      let due = try change.tx.rows(
        """
        SELECT id, due_at, reference, partner_id, amount, currency FROM test_notice
        WHERE clock = \(clock) AND due_at <= \(change.now) ORDER BY due_at, id LIMIT 500
        """)
      guard !due.isEmpty else { return 0 }
      let said = try due.map { row -> (Testimony, raw: [UInt8]) in
        let transaction = try row.text("partner_id")
        return (
          Testimony(
            eventID: "notice/\(transaction)", reference: try row.text("reference"), transaction: transaction,
            kind: Charge.kind, verdict: .done, amount: try row.integer("amount"), currency: try row.text("currency"),
            occurredAt: try row.instant("due_at")), Array("test partner".utf8)
        )
      }
      _ = try Outbox.keep(said, source: .notification, lane: lane, in: change)
      try change.tx.execute("DELETE FROM test_notice WHERE id \(in: try due.map { try $0.integer("id") })")
      return due.count
    }
  }
}
