import Kernel
import Store

/// What billing has to tell a subscriber by mail. `Server` hands in who writes it.
public enum SubscriberLetter: Sendable {
  case receipt(ReceiptLetter)
  /// - Parameter until: how long it may still be used; nil: it has ended.
  case cancelled(plan: String, until: Instant?)
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

/// Called within the transaction of what is told. It must not throw for a mail that cannot be written: the payment counts more.
package typealias SendSubscriberLetter = @Sendable (Subscriber, SubscriberLetter, Change) throws -> Void

enum ReceiptLetters {
  /// One for each capture whose subscriber wants to hear of it. One read for all of them.
  static func send(
    _ captures: [(id: Int64, obligation: Obligation, amount: Int64, currency: String)],
    _ letters: SendSubscriberLetter, in change: Change
  ) throws {
    let subscriptions = captures.map(\.obligation.subscription)
    let rows = try change.tx.rows(
      """
      SELECT s.id, s.customer, p.name, m.label FROM subscription AS s JOIN customer AS k ON k.id = s.customer
      JOIN plan AS p ON p.id = s.plan JOIN payment_method AS m ON m.id = s.method
      WHERE s.id \(in: subscriptions) AND k.receipts = 1 AND k.mail IS NOT NULL
      """)
    let wanted = try Dictionary(rows.map { (try $0.integer("id"), $0) }, uniquingKeysWith: { first, _ in first })
    for (id, obligation, amount, currency) in captures {
      guard let row = wanted[obligation.subscription],
        let subscriber = try Subscriber.byID(try row.integer("customer"), in: change.tx)
      else { continue }
      let letter = ReceiptLetter(
        number: id, plan: try row.text("name"), period: obligation.periodStart..<obligation.periodEnd, amount: amount,
        currency: currency, method: try row.text("label"), paidAt: change.now)
      try letters(subscriber, .receipt(letter), change)
    }
  }
}
