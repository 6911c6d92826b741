import Kernel

// How billing says no, where more than one place says so.
extension Refusal {
  static let noCustomer = Refusal(.missing, "noCustomer", "There is no such customer.")
  static let noSubscription = Refusal(.missing, "noSubscription", "There is no such subscription.")
  static let noCharge = Refusal(.missing, "noCharge", "There is no such charge.")
  package static let noClock = Refusal(.missing, "noClock", "There is no such test clock.")
  static let clockBusy = Refusal(
    .conflict, "clockBusy", "This test clock is being advanced just now; ask again in a minute.")
  static let clockNeverBack = Refusal(.conflict, "clockNeverBack", "A test clock never goes back.")
  static let noPayment = Refusal(.missing, "noCapture", "There is no such payment.")
  static let noChargeback = Refusal(.missing, "noChargeback", "There is no such chargeback.")
  static let notWaiting = Refusal(.conflict, "notWaiting", "It does not wait for a person any more.")
  static let noRefund = Refusal(.missing, "noRefund", "There is no such refund.")
  static func noLane(_ lane: String) -> Refusal { Refusal(.missing, "noLane", "There is no partner \(lane).") }
  static func noPlan(_ code: String) -> Refusal {
    Refusal(.missing, "noPlan", "There is no plan \(code). Import the plans first.")
  }
  static func noPrice(_ plan: String, in currency: String = "…", only known: String = "…") -> Refusal {
    Refusal(.invalid, "noPrice", "The plan \(plan) has no price in \(currency), only in \(known).")
  }

  static let customerExists = Refusal(
    .conflict, "customerExists", "There is a customer with this reference already.")
  static let planExists = Refusal(.conflict, "planExists", "There is a plan of this code with other terms already.")
  static let priceExists = Refusal(
    .conflict, "priceExists", "This plan has another price in that currency already; offer a new plan.")
  static let notPaused = Refusal(.conflict, "notPaused", "This subscription is not paused.")
  static func tooMuch(left: some CustomStringConvertible) -> Refusal {
    Refusal(.conflict, "tooMuch", "Only \(left) minor units of this payment are left to give back.")
  }
  static let transactionUnknown = Refusal(
    .conflict, "transactionUnknown", "The partner's own number of this payment is not known yet; try again later.")
}
