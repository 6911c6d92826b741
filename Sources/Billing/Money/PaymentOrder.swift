import Foundation

/// The payload of a `charge` or `refund` effect: all that a payment partner needs, and nothing about the person.
public struct PaymentOrder: Codable, Sendable, Equatable {
  /// In minor units of `currency` (ISO 4217), greater than zero.
  public var amount: Int64
  public var currency: String
  /// The partner's token of the payment method; never a card number.
  public var method: String
  /// The partner's token of the customer, where it has one.
  public var customer: String?
  /// What the payer reads on a statement, such as "Atlas Monthly 2026-03".
  public var description: String
  /// For a refund: the partner's id of the transaction that is given back.
  public var original: String?

  public init(
    amount: Int64, currency: String, method: String, customer: String? = nil, description: String,
    original: String? = nil
  ) {
    self.amount = amount
    self.currency = currency
    self.method = method
    self.customer = customer
    self.description = description
    self.original = original
  }
}
