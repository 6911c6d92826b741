import Crypto
import Foundation

/// Standard Webhooks, symmetric (github.com/standard-webhooks/standard-webhooks, spec, "Signature scheme"): what is signed is
/// `<id>.<timestamp>.<body>`, by HMAC-SHA256 under the key that stands in base64 behind `whsec_`. Partners sign so towards us,
/// and we towards those who listen.
public enum StandardWebhooks {
  public static let prefix = "whsec_"

  /// The key of a secret as it is written; `nil` for what is none, or shorter than 16 bytes.
  public static func key(_ secret: String) -> [UInt8]? {
    let text = secret.hasPrefix(prefix) ? String(secret.dropFirst(prefix.count)) : secret
    guard let key = Data(base64Encoded: text), key.count >= 16 else { return nil }
    return Array(key)
  }

  public static func secret(_ key: [UInt8]) -> String { prefix + Data(key).base64EncodedString() }

  public static func code(id: String, time: String, body: [UInt8], key: [UInt8]) -> [UInt8] {
    var hmac = HMAC<SHA256>(key: SymmetricKey(data: key))
    hmac.update(data: Data("\(id).\(time).".utf8))
    hmac.update(data: body)
    return Array(hmac.finalize())
  }

  /// One entry of the header `webhook-signature`; several are separated by spaces.
  public static func signature(id: String, time: String, body: [UInt8], key: [UInt8]) -> String {
    "v1," + Data(code(id: id, time: time, body: body, key: key)).base64EncodedString()
  }
}
