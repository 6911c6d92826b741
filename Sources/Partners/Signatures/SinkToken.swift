import Crypto
import Foundation
import Kernel

/// The access token that a CAMARA order gives the operator for its notifications (`sinkCredential`), and that comes
/// back as `Authorization: Bearer`.
///
/// A CAMARA event names only the operator's `paymentId`. When the answer that would have told us that id was lost,
/// such an event could not be matched. So each order's token says which order it is for: `<base64url of the
/// reference>~<expiry>~<hex of HMAC-SHA256>`, all characters that RFC 6750, 2.1 allows. It can be checked without
/// storing anything, it is the same whenever the order is rendered again, and one that leaks speaks for one order
/// only.
struct SinkToken: Sendable {
  /// Notifications for an order are taken for this long after it was prepared.
  static let validity = Span.days(120)

  private let key: [UInt8]

  init(secret: Secret) throws(ConfigurationError) {
    guard secret.bytes.count >= 16 else { throw ConfigurationError("the sink secret has fewer than 16 bytes") }
    key = secret.bytes
  }

  func token(for reference: String, preparedAt: Instant) -> String {
    let claim = "\(Self.base64url(reference))~\(Self.expiry(preparedAt).seconds)"
    return claim + "~" + Hmac.hex(Hmac.code([Array(claim.utf8)], key: key))
  }

  static func expiry(_ preparedAt: Instant) -> Instant { Instant(seconds: (preparedAt + validity).seconds) }

  /// The reference of the order that the notification is about.
  func verify(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> String {
    guard let header = message.headers["authorization"] else { throw .unsigned }
    guard header.utf8.count <= SignatureRules.headerBytes, header.prefix(7).lowercased() == "bearer " else {
      throw .badSignature
    }
    let parts = header.dropFirst(7).split(separator: "~", omittingEmptySubsequences: false)
    guard parts.count == 3, let expiry = SignatureRules.seconds(parts[1]), let given = Hmac.hex(parts[2]),
      Hmac.matches(given, [Array("\(parts[0])~\(parts[1])".utf8)], key: key)
    else { throw .badSignature }
    if now > Instant(seconds: expiry) { throw .stale }
    guard let reference = Self.text(base64url: parts[0]) else { throw .badSignature }
    return reference
  }

  private static func base64url(_ text: String) -> String {
    Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  private static func text(base64url: Substring) -> String? {
    let standard = String(base64url).replacing("-", with: "+").replacing("_", with: "/")
    let padded = standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
    return Data(base64Encoded: padded).flatMap { String(bytes: $0, encoding: .utf8) }
  }
}
