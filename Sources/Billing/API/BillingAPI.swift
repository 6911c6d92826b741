import Kernel
import Web

/// The endpoints of billing. Handlers translate: they read, or perform one command.
public struct BillingAPI: Sendable {
  public init() {}

  package func add(to api: API) {
    addPlans(to: api)
    addCustomers(to: api)
    addSubscriptions(to: api)
    addCharges(to: api)
    addPayments(to: api)
    addRefunds(to: api)
    addChargebacks(to: api)
  }
}

extension APIEndpoint.Group {
  static let plans = Self("Plans", "What can be subscribed to. A plan is not changed once it is offered.")
  static let customers = Self("Customers", "The people who subscribe, by the service's own reference.")
  static let subscriptions = Self("Subscriptions", "A customer on a plan, renewed period by period.")
  static let charges = Self("Charges", "What is owed for one period, and every attempt to charge it.")
  static let payments = Self("Payments", "Money that a partner took, and what was given back of it.")
}

/// An amount of one currency, exact.
struct MoneyJSON: APIType, Equatable {
  var amount: Int64
  var currency: String

  init(_ amount: Int64, _ currency: String) {
    self.amount = amount
    self.currency = currency
  }

  func money() throws(Refusal) -> Money {
    do { return Money(amount, try Currency(currency)) } catch {
      throw Refusal(.invalid, "badCurrency", "\(error)")
    }
  }

  static let about = "An amount of one currency."
  /// What JavaScript counts exactly (2^53 - 1).
  static let most: Int64 = 9_007_199_254_740_991
  static var fields: KeyValuePairs<String, Schema> {
    [
      "amount": .integer("Whole minor units: cents of EUR, yen of JPY.", 0...most),
      "currency": .text("The code of ISO 4217.", 3...3, .currency),
    ]
  }
}
