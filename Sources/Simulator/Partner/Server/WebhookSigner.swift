import Crypto
import Foundation
import Kernel

/// Signs a notification as Standard Webhooks 1.0 has it: HMAC-SHA256 over `id.timestamp.body`, with the key behind `whsec_`.
struct WebhookSigner: Sendable {
  struct BadSecret: Error, CustomStringConvertible {
    var description: String { "the sink secret must be whsec_ and base64 of 24 to 64 bytes" }
  }

  private let key: SymmetricKey

  init(secret: String) throws {
    let bytes = Data(base64Encoded: String(secret.dropFirst(6)))
    guard secret.hasPrefix("whsec_"), let bytes, (24...64).contains(bytes.count) else { throw BadSecret() }
    key = SymmetricKey(data: bytes)
  }

  /// The headers to send. The id stays the same for a repeated delivery, the timestamp (Unix seconds) does not.
  func headers(id: String, at: Instant, body: [UInt8]) -> [(String, String)] {
    var signed = Data("\(id).\(at.seconds).".utf8)
    signed.append(contentsOf: body)
    let code = Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
    return [("webhook-id", id), ("webhook-timestamp", String(at.seconds)), ("webhook-signature", "v1,\(code)")]
  }
}
