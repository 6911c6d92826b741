import Kernel

/// What all signature schemes here share.
enum SignatureRules {
  /// How far a signed time may be from now, before or after. Both schemes recommend five minutes.
  static let tolerance = Span.minutes(5)
  /// Signatures tried in one header; a sender that rotates its secret sends two.
  static let signatures = 16
  static let headerBytes = 4 << 10

  /// Whole seconds since 1970, digits only, small enough to become an `Instant`.
  static func seconds(_ text: some StringProtocol) -> Int64? {
    guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int64(text)
  }

  static func checkFresh(signedAt seconds: Int64, now: Instant) throws(InboundRejection) {
    let signed = Instant(seconds: seconds)
    if now - signed > tolerance || signed - now > tolerance { throw .stale }
  }
}
