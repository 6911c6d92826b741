import Crypto
import Foundation

/// 32 random bytes as text, for whoever is to come in: a session, a link, a token. Only its hash is kept. There is nothing to
/// guess in 256 bits, so that a plain SHA-256 is enough.
package struct Secret: Sendable {
  package let text: String

  package init() { text = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64URL } }

  /// As somebody brought it.
  package init(_ text: String) { self.text = text }

  package var digest: [UInt8] { Array(SHA256.hash(data: Data(text.utf8))) }
}

extension Data {
  init?(base64URL text: String) {
    guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    self.init(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding)
  }

  /// RFC 4648, section 5, without padding.
  package var base64URL: String {
    base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}

/// RFC 4648, section 6, without padding: what people type.
enum Base32 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var (held, bits, out) = (UInt32(0), 0, [UInt8]())
    for byte in bytes {
      (held, bits) = (held << 8 | UInt32(byte), bits + 8)
      while bits >= 5 {
        bits -= 5
        out.append(alphabet[Int(held >> UInt32(bits) & 31)])
      }
      held &= 0xFF
    }
    if bits > 0 { out.append(alphabet[Int(held << UInt32(5 - bits) & 31)]) }
    return String(decoding: out, as: UTF8.self)
  }
}

extension Secret {
  static func text(_ bytes: [UInt8]) -> String { Data(bytes).base64URL }
}
