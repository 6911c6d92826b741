import Kernel

/// What a partner may say at most. More than that is no payment's, and would sooner or later overflow in arithmetic.
enum Limits {
  /// What becomes of a success over no amount: without one it would count as a success over all that was asked for.
  static let noAmount = Verdict.unknown(reason: "it succeeded, but over no amount or currency that can be")

  /// Ten quadrillion minor units, far more than any bill: nine hundred of them can be added up in 64 bits.
  static let amount: Int64 = 10_000_000_000_000_000

  static func amount(_ amount: Int64?) -> Int64? { amount.flatMap { (0...Self.amount).contains($0) ? $0 : nil } }

  /// Three letters, whether or not we know the currency: an alert shows what the partner said.
  static func currency(_ code: String) -> String? {
    let code = code.uppercased()
    return code.utf8.count == 3 && code.utf8.allSatisfy { (0x41...0x5A).contains($0) } ? code : nil
  }

  /// Seconds since 1970, up to the end of the year 9999.
  static func time(_ seconds: Int64) -> Instant? {
    (0...253_402_300_799).contains(seconds) ? Instant(seconds: seconds) : nil
  }
}
