import Foundation

/// CAMARA writes amounts as decimal numbers in the currency's main unit; the book counts minor units (ISO 4217).
enum Amounts {
  /// More than any bill: a quadrillion minor units.
  private static let largest = Decimal(1_000_000_000_000_000)
  private static let without: Set<String> = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
  ]
  private static let withThree: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

  static func isCurrency(_ code: String) -> Bool {
    code.utf8.count == 3 && code.utf8.allSatisfy { (65...90).contains($0) }
  }

  /// `nil` for zero, less, too much, or a fraction of a minor unit.
  static func minor(_ amount: Decimal, _ currency: String) -> Int64? {
    let scaled = amount * pow(10, digits(currency))
    var (exact, whole) = (scaled, Decimal())
    NSDecimalRound(&whole, &exact, 0, .plain)
    guard whole == scaled, scaled > 0, scaled <= largest else { return nil }
    return NSDecimalNumber(decimal: scaled).int64Value
  }

  static func major(_ minor: Int64, _ currency: String) -> Decimal {
    Decimal(
      sign: minor < 0 ? .minus : .plus, exponent: -digits(currency), significand: Decimal(minor.magnitude))
  }

  private static func digits(_ currency: String) -> Int {
    without.contains(currency) ? 0 : withThree.contains(currency) ? 3 : 2
  }
}
