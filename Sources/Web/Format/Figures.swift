/// Numbers as they are shown: thousands apart by a narrow no-break space (U+202F), a true minus sign (U+2212).
package enum Figures {
  package static let thin = "\u{202F}"

  package static func count(_ value: some BinaryInteger) -> String {
    let digits = String(value.magnitude)
    var grouped = ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0, (digits.count - offset).isMultiple(of: 3) { grouped += thin }
      grouped.append(digit)
    }
    return (value < 0 ? "\u{2212}" : "") + grouped
  }

  /// A share of the whole (0…1) in per cent with one decimal. What is not all never reads as 100, what is not nothing never as 0.
  package static func share(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    let tenths = Int((value * 1000).rounded())
    if value > 0, tenths == 0 { return "< 0.1" + thin + "%" }
    if value < 1, tenths == 1000 { return "> 99.9" + thin + "%" }
    let fraction = tenths % 10 == 0 ? "" : ".\(abs(tenths % 10))"
    return count(tenths / 10) + fraction + thin + "%"
  }

  /// "1 charge", "2 charges".
  package static func count(_ value: Int, _ one: String, _ many: String) -> String {
    count(value) + " " + (value == 1 ? one : many)
  }
}
