/// A currency of ISO 4217, table A.1, as published on 2026-01-01, with the number of decimals of its minor unit.
///
/// Codes without a minor unit (precious metals, bond units, test codes) are no currency of a price and are not here. A
/// code that ISO withdraws later stays in this table: amounts in it are stored.
public struct Currency: Hashable, Sendable {
  /// Three capital letters.
  public let code: String
  /// Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD, 4 for CLF.
  public let exponent: Int

  /// Refuses anything but a code of the list in capital letters.
  public init(_ code: String) throws(MoneyProblem) {
    guard let exponent = Self.exponents[code] else { throw .unknownCurrency(String(code.prefix(12))) }
    self.code = code
    self.exponent = exponent
  }

  private init(known code: String, _ exponent: Int) {
    self.code = code
    self.exponent = exponent
  }

  public static let eur = Currency(known: "EUR", 2)
  public static let gbp = Currency(known: "GBP", 2)
  public static let jpy = Currency(known: "JPY", 0)
  public static let usd = Currency(known: "USD", 2)

  /// Every currency, by code.
  public static let all = exponents.map { Currency(known: $0, $1) }.sorted { $0.code < $1.code }

  private static let exponents: [String: Int] = {
    let lists = [
      0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
      2: """
      AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY \
      COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
      INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR \
      MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
      STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
      """,
      3: "BHD IQD JOD KWD LYD OMR TND",
      4: "CLF UYW",
    ]
    var exponents: [String: Int] = [:]
    for (exponent, codes) in lists {
      for code in codes.split(separator: " ") { exponents[String(code)] = exponent }
    }
    return exponents
  }()
}

extension Currency: Codable, CustomStringConvertible {
  public init(from decoder: any Decoder) throws {
    self = try Currency(decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(code)
  }

  public var description: String { code }
}
