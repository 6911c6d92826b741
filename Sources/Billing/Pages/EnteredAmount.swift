/// An amount as a person enters it into a field that names its currency: `12.99`, `12,99`, `12`, in any script's digits.
/// Never with signs between thousands, for `1,299` has two meanings. What was understood is shown before anything happens.
enum EnteredAmount {
  private static let points: Set<Character> = [".", ",", "٫"]

  /// - Returns: minor units; `nil`: not an amount of that currency.
  static func read(_ text: String, _ currency: Currency) -> Int64? {
    let entered = text.filter { !$0.isWhitespace }
    guard (1...24).contains(entered.count) else { return nil }
    let parts = entered.split(maxSplits: 2, omittingEmptySubsequences: false, whereSeparator: points.contains)
    guard let whole = parts.first.flatMap({ digits($0) }) else { return nil }
    guard parts.count <= 2 else { return nil }
    let decimals = currency.exponent
    guard parts.count == 2 else { return minor(whole + String(repeating: "0", count: decimals)) }
    guard decimals > 0, let fraction = digits(parts[1]), fraction.count == decimals else { return nil }
    return minor(whole + fraction)
  }

  private static func minor(_ digits: String) -> Int64? { Int64(digits) }

  /// ASCII digits; `nil`: there is something else, or nothing.
  private static func digits(_ text: Substring) -> String? {
    var out = ""
    for character in text {
      // Decimal digits of any script, and no fractions or circled numbers.
      guard character.unicodeScalars.count == 1, let scalar = character.unicodeScalars.first,
        scalar.properties.generalCategory == .decimalNumber, let value = character.wholeNumberValue
      else { return nil }
      out += String(value)
    }
    return out.isEmpty ? nil : out
  }
}
