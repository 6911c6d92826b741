/// Money as a page is given it: minor units and an ISO 4217 code.
package struct Amount: Sendable, Equatable {
  package var minor: Int64
  package var currency: String

  package init(_ minor: Int64, _ currency: String) {
    self.minor = minor
    self.currency = currency
  }

  /// `EUR 1 204.00`: the code first, so that two kinds of dollars cannot be taken for one another.
  package var text: String { currency + "\u{A0}" + figures }

  /// `1 204.00`, for columns whose head names the currency.
  package var figures: String {
    let digits = Self.digits(of: currency)
    let unit = Self.unit(of: currency)
    let whole = Figures.count(minor.magnitude / unit)
    guard digits > 0 else { return sign + whole }
    let cents = String(minor.magnitude % unit)
    return sign + whole + "." + String(repeating: "0", count: digits - cents.count) + cents
  }

  private var sign: String { minor < 0 ? "\u{2212}" : "" }

  /// How many minor units one major unit has.
  package static func unit(of currency: String) -> UInt64 {
    switch digits(of: currency) {
    case 0: 1
    case 3: 1_000
    case 4: 10_000
    default: 100
    }
  }

  /// Decimals of the minor unit (ISO 4217, list one); two wherever the list says nothing else.
  package static func digits(of currency: String) -> Int {
    switch currency {
    case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF":
      0
    case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
    case "CLF", "UYW": 4
    default: 2
    }
  }
}
