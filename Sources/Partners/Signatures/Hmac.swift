import Crypto
import Foundation

/// HMAC-SHA256 (RFC 2104). `matches` compares in constant time.
enum Hmac {
  static func code(_ parts: [[UInt8]], key: [UInt8]) -> [UInt8] {
    var hmac = HMAC<SHA256>(key: SymmetricKey(data: key))
    for part in parts { hmac.update(data: part) }
    return Array(hmac.finalize())
  }

  static func matches(_ given: [UInt8], _ parts: [[UInt8]], key: [UInt8]) -> Bool {
    constantTimeEqual(given, code(parts, key: key))
  }

  /// Takes the same time wherever the two differ; the length is no secret.
  static func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
  }

  static func hex(_ text: some StringProtocol) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
