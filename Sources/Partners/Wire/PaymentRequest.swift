import Billing
import Foundation
import Kernel

/// An `Order` whose payload is a payment: what an answer is held against.
struct PaymentRequest: Sendable {
  enum Kind: String, Sendable { case charge, refund }

  /// Why an order cannot be sent to a payment partner at all. Nothing was sent.
  struct Unusable: Error { var reason: String }

  var reference: String
  var kind: Kind
  var payment: PaymentOrder
  var currency: Currency
  var preparedAt: Instant

  init(_ order: Order) throws(Unusable) {
    guard let kind = Kind(rawValue: order.kind) else {
      throw Unusable(reason: "an order of kind \(order.kind) is not for a payment partner")
    }
    // 255 is Stripe's limit for a key and the longest of all partners'; printable ASCII goes into headers unchanged.
    guard (1...255).contains(order.reference.utf8.count),
      order.reference.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw Unusable(reason: "the reference is empty, too long or not printable ASCII") }
    guard let payment = try? JSONDecoder().decode(PaymentOrder.self, from: Data(order.payload.utf8)) else {
      throw Unusable(reason: "the order's payload is not a payment")
    }
    guard payment.amount > 0 else { throw Unusable(reason: "the amount is not greater than zero") }
    guard let currency = try? Currency(payment.currency) else {
      throw Unusable(reason: "the currency is not an ISO 4217 code")
    }
    reference = order.reference
    self.kind = kind
    self.payment = payment
    self.currency = currency
    preparedAt = order.preparedAt
  }

  /// What differs between an answer and what was asked, in a few words; `nil` when it is the same.
  func mismatch(reference: String?, amount: Int64?, currency: String?) -> String? {
    if reference != self.reference { return "the answer is about another reference" }
    if amount != payment.amount {
      return "the answer's amount is \(amount.map(String.init) ?? "missing"), asked were \(payment.amount)"
    }
    if currency?.uppercased() != payment.currency {
      return "the answer's currency is \(currency ?? "missing"), asked was \(payment.currency)"
    }
    return nil
  }
}

enum PartnerJSON {
  /// An answer to a call. It counts as a whole: what is no JSON in any part may be garbled in every part, and nothing of
  /// it is believed. A decoder alone passes over what is wrong with values that nobody asks it for.
  static func answer<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
    guard (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil else { return nil }
    return decode(type, bytes)
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) -> Value? {
    try? JSONDecoder().decode(type, from: Data(bytes))
  }

  /// Keys sorted, so that the same value always renders to the same bytes.
  static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }
}
