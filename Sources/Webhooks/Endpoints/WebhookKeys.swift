import Crypto
import Foundation
import Kernel

/// The secrets of all endpoints follow from one key that is not in the database: whoever has the database alone can sign
/// nothing, and no secret has to be kept or shown twice.
package struct WebhookKeys: Sendable {
  private let key: SymmetricKey

  /// - Parameter key: 32 bytes, for this purpose alone.
  package init(_ key: [UInt8]) { self.key = SymmetricKey(data: key) }

  /// `whsec_` and 32 bytes in base64.
  package func secret(of endpoint: Int64, generation: Int64) -> String {
    StandardWebhooks.secret(bytes(endpoint, generation))
  }

  func bytes(_ endpoint: Int64, _ generation: Int64) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: Data("webhook/\(endpoint)/\(generation)".utf8), using: key))
  }

  /// The header `webhook-signature`.
  func signatures(of endpoint: WebhookEndpoint, id: String, time: String, body: [UInt8], at now: Instant) -> String {
    endpoint.signing(at: now).map {
      StandardWebhooks.signature(id: id, time: time, body: body, key: bytes(endpoint.id, $0))
    }.joined(separator: " ")
  }
}
