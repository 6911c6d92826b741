import Foundation
import Kernel

/// Standard Webhooks, symmetric (github.com/standard-webhooks/standard-webhooks, spec, "Signature scheme"): headers
/// `webhook-id`, `webhook-timestamp`, `webhook-signature`; the last holds `v1,<base64>` entries separated by spaces,
/// each the HMAC-SHA256 of `<id>.<timestamp>.<body>` under the base64 key behind `whsec_`.
struct StandardWebhook: Sendable {
  private let key: [UInt8]

  init(secret: Secret) throws(ConfigurationError) {
    guard let key = StandardWebhooks.key(secret.text) else {
      throw ConfigurationError("a Standard Webhooks secret is `whsec_` and at least 16 bytes in base64")
    }
    self.key = key
  }

  func verify(_ message: InboundMessage, now: Instant) throws(InboundRejection) {
    let headers = message.headers
    guard let id = headers["webhook-id"], let time = headers["webhook-timestamp"],
      let header = headers["webhook-signature"]
    else { throw .unsigned }
    guard header.utf8.count <= SignatureRules.headerBytes, (1...255).contains(id.utf8.count),
      let seconds = SignatureRules.seconds(time)
    else { throw .badSignature }
    let signed = StandardWebhooks.code(id: id, time: time, body: message.body, key: key)
    let matches = header.split(separator: " ").prefix(SignatureRules.signatures).contains { entry in
      guard entry.hasPrefix("v1,"), let given = Data(base64Encoded: String(entry.dropFirst(3))) else { return false }
      return Hmac.constantTimeEqual(Array(given), signed)
    }
    guard matches else { throw .badSignature }
    try SignatureRules.checkFresh(signedAt: seconds, now: now)
  }
}
