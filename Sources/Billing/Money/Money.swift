import Foundation

public enum MoneyProblem: Error, Equatable, Sendable, CustomStringConvertible {
  case unknownCurrency(String)
  case differentCurrencies(Currency, Currency)
  /// The result does not fit 64 bits of minor units.
  case overflow
  case notAnAmount(String, Currency)

  public var description: String {
    switch self {
    case .unknownCurrency(let code): "«\(code)» is not a currency code of ISO 4217."
    case .differentCurrencies(let a, let b): "An amount in \(a) and one in \(b) cannot be combined."
    case .overflow: "The amount is too large."
    case .notAnAmount(let text, let currency):
      "«\(text)» is not an amount in \(currency): it is written like \(Money(1234, currency).decimal)."
    }
  }
}

/// An amount of one currency, exact. There is no way to or from a floating-point number.
public struct Money: Hashable, Sendable, Codable {
  /// In the currency's minor unit: cents for EUR, yen for JPY.
  public var minor: Int64
  public var currency: Currency

  public init(_ minor: Int64, _ currency: Currency) {
    self.minor = minor
    self.currency = currency
  }

  public static func zero(_ currency: Currency) -> Money { Money(0, currency) }

  public var isZero: Bool { minor == 0 }
  public var isNegative: Bool { minor < 0 }

  public static func + (a: Money, b: Money) throws(MoneyProblem) -> Money {
    try a.requireSame(b)
    return try Money(checked: a.minor.addingReportingOverflow(b.minor), a.currency)
  }

  public static func - (a: Money, b: Money) throws(MoneyProblem) -> Money {
    try a.requireSame(b)
    return try Money(checked: a.minor.subtractingReportingOverflow(b.minor), a.currency)
  }

  public static func * (a: Money, n: Int64) throws(MoneyProblem) -> Money {
    try Money(checked: a.minor.multipliedReportingOverflow(by: n), a.currency)
  }

  /// Amounts in two currencies have no order.
  public static func < (a: Money, b: Money) throws(MoneyProblem) -> Bool {
    try a.requireSame(b)
    return a.minor < b.minor
  }

  public static func > (a: Money, b: Money) throws(MoneyProblem) -> Bool { try b < a }

  private func requireSame(_ other: Money) throws(MoneyProblem) {
    guard currency == other.currency else { throw .differentCurrencies(currency, other.currency) }
  }

  private init(checked result: (partialValue: Int64, overflow: Bool), _ currency: Currency) throws(MoneyProblem) {
    guard !result.overflow else { throw .overflow }
    self.init(result.partialValue, currency)
  }
}

// MARK: - Text

extension Money: CustomStringConvertible {
  /// Reads `12.99`: digits, and a point with exactly as many decimals as the currency has. Nothing is guessed at: `12`
  /// might be twelve euros or twelve cents, and `1,299` has two meanings in two countries.
  public init(decimal text: String, _ currency: Currency) throws(MoneyProblem) {
    let problem = MoneyProblem.notAnAmount(String(text.prefix(32)), currency)
    let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == (currency.exponent == 0 ? 1 : 2), let whole = parts.first, !whole.isEmpty,
      whole.count == 1 || whole.first != UInt8(ascii: "0"),
      parts.count == 1 || parts[1].count == currency.exponent,
      parts.allSatisfy({ $0.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } })
    else { throw problem }
    let plain = String(decoding: text.utf8.filter { $0 != UInt8(ascii: ".") }, as: UTF8.self)
    guard let minor = Int64(plain) else { throw .overflow }
    guard minor != 0 || digits.count == text.utf8.count else { throw problem }  // no -0.00
    self.init(minor, currency)
  }

  /// Reads the plain form `EUR 12.99`.
  public init(plain text: String) throws(MoneyProblem) {
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw .unknownCurrency(String(text.prefix(12))) }
    try self.init(decimal: String(parts[1]), try Currency(String(parts[0])))
  }

  /// `12.99`, for files and interfaces.
  public var decimal: String {
    var digits = String(minor.magnitude)
    if currency.exponent > 0 {
      digits = String(repeating: "0", count: max(0, currency.exponent + 1 - digits.count)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -currency.exponent))
    }
    return minor < 0 ? "-" + digits : digits
  }

  /// `EUR 12.99`, for logs and files.
  public var plain: String { "\(currency) \(decimal)" }
  public var description: String { plain }

  /// As people in `locale` write it, such as `12,99 €` (with the locale's own spaces). The decimals are ISO 4217's,
  /// also where a country has stopped using them.
  public func formatted(_ locale: Locale) -> String {
    Decimal(sign: minor < 0 ? .minus : .plus, exponent: -currency.exponent, significand: Decimal(minor.magnitude))
      .formatted(.currency(code: currency.code).locale(locale).precision(.fractionLength(currency.exponent)))
  }
}
