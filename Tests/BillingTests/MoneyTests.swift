import Billing
import Foundation
import Testing

@Suite("Money is exact, and of one currency")
struct MoneyTests {
  @Test(
    "Currencies have the decimals of ISO 4217",
    arguments: [
      ("EUR", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4), ("IQD", 3),
    ])
  func exponents(code: String, exponent: Int) throws {
    #expect(try Currency(code).exponent == exponent)
  }

  @Test("The list is ISO's of January 2026: 165 currencies with a minor unit, nothing withdrawn")
  func list() throws {
    #expect(Dictionary(grouping: Currency.all, by: \.exponent).mapValues(\.count) == [0: 17, 2: 139, 3: 7, 4: 2])
    #expect(Currency.all.allSatisfy { $0.code.utf8.count == 3 && $0.code.utf8.allSatisfy { (65...90).contains($0) } })
    for currency in [Currency.eur, .gbp, .jpy, .usd] { #expect(try Currency(currency.code) == currency) }
  }

  @Test("What is no currency of a price is refused", arguments: ["", "eur", "EURO", "XAU", "XTS", "XXX", "HRK", "€"])
  func unknown(code: String) {
    #expect(throws: MoneyProblem.unknownCurrency(code)) { try Currency(code) }
    #expect(throws: MoneyProblem.self) {
      try JSONDecoder().decode(Currency.self, from: Data("\"\(code)\"".utf8))
    }
  }

  @Test("Sums and products are exact or refused")
  func arithmetic() throws {
    let price = Money(1299, .eur)
    #expect(try price + Money(1, .eur) == Money(1300, .eur))
    #expect(try price - Money(1300, .eur) == Money(-1, .eur))
    #expect(try price * 12 == Money(15_588, .eur))
    #expect(try price * -1 == Money(-1299, .eur))
    #expect(throws: MoneyProblem.overflow) { try Money(.max, .eur) + Money(1, .eur) }
    #expect(throws: MoneyProblem.overflow) { try Money(.min, .eur) - Money(1, .eur) }
    #expect(throws: MoneyProblem.overflow) { try Money(.max / 2 + 1, .eur) * 2 }
    #expect(throws: MoneyProblem.overflow) { try Money(.min, .eur) * -1 }
  }

  @Test("Two currencies are neither added nor compared")
  func currencies() throws {
    let mixed = MoneyProblem.differentCurrencies(.eur, .usd)
    #expect(throws: mixed) { try Money(1, .eur) + Money(1, .usd) }
    #expect(throws: mixed) { try Money(1, .eur) - Money(1, .usd) }
    #expect(throws: mixed) { try Money(1, .eur) < Money(2, .usd) }
    #expect(Money(1, .eur) != Money(1, .usd))
    #expect(try Money(1, .eur) < Money(2, .eur) && Money(2, .eur) > Money(1, .eur))
    #expect(try !(Money(1, .eur) < Money(1, .eur)))
  }

  @Test("Amounts are read exactly as their currency writes them")
  func reading() throws {
    #expect(try Money(decimal: "12.99", .eur) == Money(1299, .eur))
    #expect(try Money(decimal: "-0.05", .eur) == Money(-5, .eur))
    #expect(try Money(decimal: "0.00", .eur) == Money(0, .eur))
    #expect(try Money(decimal: "1299", .jpy) == Money(1299, .jpy))
    #expect(try Money(decimal: "1.299", Currency("KWD")) == Money(1299, Currency("KWD")))
    #expect(try Money(decimal: "92233720368547758.07", .usd) == Money(.max, .usd))
    #expect(throws: MoneyProblem.overflow) { try Money(decimal: "92233720368547758.08", .usd) }
    #expect(throws: MoneyProblem.overflow) { try Money(decimal: String(repeating: "9", count: 400) + ".00", .usd) }
    #expect(try Money(plain: "EUR 12.99") == Money(1299, .eur))
    #expect(throws: MoneyProblem.unknownCurrency("EURO")) { try Money(plain: "EURO 12.99") }
    #expect(throws: MoneyProblem.unknownCurrency("12.99")) { try Money(plain: "12.99") }
  }

  @Test(
    "Nothing is guessed",
    arguments: [
      "", "-", ".", "12", "12.", "12.9", "12.990", ".99", "012.99", "00.99", "+12.99", "-0.00", "--1.00", "1,299.00",
      "12,99", " 12.99", "12.99 ", "1e3.00", "12.9a", "１２.99", "12.99.00", "0x1.00", "nan", "1_0.00",
    ])
  func refused(text: String) {
    let problem = #expect(throws: MoneyProblem.self) { try Money(decimal: text, .eur) }
    #expect(problem == .notAnAmount(text, .eur))
    #expect(problem?.description == "«\(text)» is not an amount in EUR: it is written like 12.34.")
  }

  @Test("A yen has no decimals")
  func yen() {
    #expect(throws: MoneyProblem.self) { try Money(decimal: "12.00", .jpy) }
    #expect(throws: MoneyProblem.self) { try Money(decimal: "12.", .jpy) }
  }

  @Test("Writing and reading gives the same amount, in every currency")
  func roundTrip() throws {
    let seed = newSeed()
    print("money: seed \(seed)")
    var random = Lcg(state: seed)
    for currency in Currency.all {
      let drawn = (0..<20).map { _ in
        Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...63, using: &random)
      }
      for minor in [0, 1, -1, 9, 10, 99, 100, 9_999, 10_000, .max, .min] + drawn {
        let money = Money(minor, currency)
        #expect(try Money(plain: money.plain) == money, "seed \(seed)")
        #expect(try JSONDecoder().decode(Money.self, from: JSONEncoder().encode(money)) == money, "seed \(seed)")
      }
    }
    #expect(Money(5, .eur).plain == "EUR 0.05" && Money(-1299, .eur).plain == "EUR -12.99")
    #expect(Money(0, .jpy).plain == "JPY 0" && Money(.min, .usd).plain == "USD -92233720368547758.08")
  }

  @Test("People read amounts as they write them")
  func formatted() throws {
    func text(_ money: Money, _ locale: String) -> String {
      // ICU puts no-break spaces of several widths between number and currency.
      String(money.formatted(Locale(identifier: locale)).map { $0.isWhitespace ? " " : $0 })
    }
    #expect(text(Money(1299, .eur), "de_DE") == "12,99 €")
    #expect(text(Money(1299, .eur), "en_IE") == "€12.99")
    #expect(text(Money(-1299, .usd), "en_US") == "-$12.99")
    #expect(text(Money(123_456_789, .usd), "en_US") == "$1,234,567.89")
    #expect(text(Money(1299, .jpy), "en_US") == "¥1,299")
    #expect(text(Money(1299, try Currency("KWD")), "en_US") == "KWD 1.299")
    // More digits than a Double holds.
    #expect(text(Money(.max, .eur), "de_DE") == "92.233.720.368.547.758,07 €")
    #expect(text(Money(.min, .eur), "de_DE") == "-92.233.720.368.547.758,08 €")
  }
}

private struct Lcg: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}

/// Drawn anew for every run; `AMENDS_SEED` replays the one that was printed.
private func newSeed() -> UInt64 {
  ProcessInfo.processInfo.environment["AMENDS_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...UInt64.max)
}
