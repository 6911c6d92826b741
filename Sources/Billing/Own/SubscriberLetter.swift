import Kernel
import Store

/// What billing has to tell a subscriber by mail. `Server` wires who writes it (`SubscriberNotice`).
public enum SubscriberLetter: Sendable {
  case receipt(ReceiptLetter)
  /// - Parameter until: how long it may still be used; nil: it has ended.
  case cancelled(plan: String, until: Instant?)
  case pastDue(PastDueLetter)
}

public struct ReceiptLetter: Sendable {
  public var number: Int64
  public var plan: String
  public var period: Range<Instant>
  public var amount: Int64
  public var currency: String
  /// As the subscriber knows it.
  public var method: String
  public var paidAt: Instant
}

/// A payment was refused.
public struct PastDueLetter: Sendable {
  public var plan: String
  public var amount: Int64
  public var currency: String
  /// Attempts still to come, and when the first of them is; `nil`: that was the last, and the subscription has ended.
  public var attempts: (count: Int, first: Instant)?
  /// Until when it may be used although nothing was paid; `nil`: it may not.
  public var accessUntil: Instant?
}

/// Said within the transaction of what is told, whoever did it: a subscriber, support, a program, the engine.
package struct SubscriberNotice: Notice {
  package let subscriber: Subscriber
  package let letter: SubscriberLetter
}

extension Change {
  /// Test customers are nobody: what they would be told is not written.
  func tell(_ subscriber: Subscriber?, _ letter: SubscriberLetter) throws {
    guard let subscriber, subscriber.mail != nil, !subscriber.isTest else { return }
    try tell(SubscriberNotice(subscriber: subscriber, letter: letter))
  }
}

enum ReceiptLetters {
  /// One for each capture whose subscriber wants to hear of it. One read for all of them.
  static func send(
    _ captures: [(id: Int64, obligation: Obligation, amount: Int64, currency: String)], in change: Change
  ) throws {
    guard change.tells else { return }
    let subscriptions = captures.map(\.obligation.subscription)
    let rows = try change.tx.rows(
      """
      SELECT s.id, s.customer, p.name, m.label FROM subscription AS s JOIN customer AS k ON k.id = s.customer
      JOIN plan AS p ON p.id = s.plan JOIN payment_method AS m ON m.id = s.method
      WHERE s.id \(in: subscriptions) AND k.receipts = 1 AND k.mail IS NOT NULL
      """)
    let wanted = try Dictionary(rows.map { (try $0.integer("id"), $0) }, uniquingKeysWith: { first, _ in first })
    let people = try Subscriber.byIDs(try rows.map { try $0.integer("customer") }, in: change.tx)
    for (id, obligation, amount, currency) in captures {
      guard let row = wanted[obligation.subscription] else { continue }
      let letter = ReceiptLetter(
        number: id, plan: try row.text("name"), period: obligation.periodStart..<obligation.periodEnd, amount: amount,
        currency: currency, method: try row.text("label"), paidAt: change.now)
      try change.tell(people[try row.integer("customer")], .receipt(letter))
    }
  }
}

enum CancellationLetters {
  /// They have it in writing, whoever cancelled.
  static func send(_ subscription: Subscription, in change: Change) throws {
    guard change.tells else { return }
    let plan = try Plan.byID([subscription.plan], in: change.tx)[subscription.plan]
    let end = subscription.state == .cancelled ? subscription.endedAt : subscription.dueAt ?? subscription.paidUntil
    try change.tell(
      try Subscriber.byID(subscription.customer, in: change.tx),
      .cancelled(plan: plan?.name ?? "", until: end.flatMap { change.now < $0 ? $0 : nil }))
  }
}

/// Told when a subscription falls behind, and when it ends for that; not of each attempt between.
enum PastDueLetters {
  typealias Refused = (obligation: Obligation, plan: Plan, next: Instant?)

  /// One for each subscription, in two reads for all of them.
  static func send(_ refused: [Refused], in change: Change) throws {
    guard change.tells, !refused.isEmpty else { return }
    let people = try Subscriber.byIDs(refused.map(\.obligation.customer), in: change.tx)
    let subscriptions = try Subscription.byIDs(refused.map(\.obligation.subscription), in: change.tx)
    var told: Set<Int64> = []
    for (obligation, plan, next) in refused where told.insert(obligation.subscription).inserted {
      let access = subscriptions[obligation.subscription].map {
        Entitlement.of($0, open: .refused, graceDays: plan.graceDays, at: change.now)
      }
      let left = max(plan.dunning.count - Int(obligation.declines) + 1, 1)
      let letter = PastDueLetter(
        plan: plan.name, amount: obligation.amount, currency: obligation.currency,
        attempts: next.map { (left, $0) },
        accessUntil: next == nil ? nil : access.flatMap { $0.allowed ? $0.until : nil })
      try change.tell(people[obligation.customer], .pastDue(letter))
    }
  }
}
