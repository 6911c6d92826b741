import Kernel

/// A charge is an effect of kind `charge` whose slot is its obligation: one may live at a time.
package enum Charge {
  package static let kind = "charge"

  package static func slot(of obligation: Int64) -> String { "obligation:\(obligation)" }

  /// The payload of a charge, in canonical JSON that `PaymentOrder` decodes.
  static func payload(
    amount: Int64, currency: String, token: String, partnerCustomer: String?, description: String
  ) -> String {
    let body: FactBody = [
      "amount": .number(amount), "currency": .text(currency), "customer": .init(partnerCustomer),
      "description": .text(description), "method": .text(token),
    ]
    return body.json
  }
}
