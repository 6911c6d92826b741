import Billing
import Foundation

/// Amounts between minor units, which the house uses, and decimal numbers of the main unit.
enum MajorUnits {
  /// 999 EUR cents as 9.99, exactly.
  static func decimal(minor: Int64, _ currency: Currency) -> Decimal {
    Decimal(sign: minor < 0 ? .minus : .plus, exponent: -currency.exponent, significand: Decimal(minor.magnitude))
  }

  /// 9.99 EUR as 999; `nil` when it is not a whole number of minor units, does not fit, or is no currency's.
  static func minor(_ amount: Decimal, _ code: String) -> Int64? {
    guard let currency = try? Currency(code.uppercased()) else { return nil }
    var scaled = amount * Decimal(sign: .plus, exponent: currency.exponent, significand: 1)
    var rounded = Decimal()
    NSDecimalRound(&rounded, &scaled, 0, .plain)
    guard rounded == scaled, rounded.magnitude <= Decimal(Int64.max) else { return nil }
    return Int64("\(rounded)")
  }
}

/// What Stripe calls the smallest unit is the ISO 4217 minor unit, but for three currencies
/// (docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases").
enum StripeUnits {
  /// Stripe's amount is ours times or divided by 100.
  private enum Scale { case same, times, divided }

  private static func scale(_ currency: String) -> Scale {
    switch currency {
    // No decimals by ISO, but Stripe keeps two, which must be 00.
    case "ISK", "UGX": .times
    // Two digits by ISO, none at Stripe.
    case "MGA": .divided
    default: .same
    }
  }

  /// `nil`: Stripe has no such amount.
  static func stripe(minor: Int64, _ currency: String) -> Int64? {
    switch scale(currency) {
    case .same: return minor
    case .times:
      let (amount, overflow) = minor.multipliedReportingOverflow(by: 100)
      return overflow ? nil : amount
    case .divided: return minor % 100 == 0 ? minor / 100 : nil
    }
  }

  static func minor(stripe amount: Int64, _ currency: String) -> Int64? {
    switch scale(currency) {
    case .same: return amount
    case .times: return amount % 100 == 0 ? amount / 100 : nil
    case .divided:
      let (minor, overflow) = amount.multipliedReportingOverflow(by: 100)
      return overflow ? nil : minor
    }
  }
}
