import Kernel

/// The `Stripe-Signature` header: `t=<seconds>,v1=<hex>[,v1=<hex>…]`, each `v1` the HMAC-SHA256 of `<t>.<body>` under
/// the endpoint's secret as it is written, `whsec_` included (docs.stripe.com/webhooks/signature).
struct StripeSignature: Sendable {
  private let key: [UInt8]

  init(secret: Secret) { key = secret.bytes }

  func verify(_ message: InboundMessage, now: Instant) throws(InboundRejection) {
    guard let header = message.headers["stripe-signature"] else { throw .unsigned }
    guard header.utf8.count <= SignatureRules.headerBytes else { throw .badSignature }
    var time: Substring?
    var signatures: [[UInt8]] = []
    for item in header.split(separator: ",") {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { throw .badSignature }
      let name = pair[0].drop { $0 == " " }
      switch name {
      case "t":
        // Two times: which of them was signed?
        if time != nil { throw .badSignature }
        time = pair[1]
      case "v1":
        if signatures.count < SignatureRules.signatures, let bytes = Hmac.hex(pair[1]) { signatures.append(bytes) }
      default:
        // Other schemes (v0 is for test clocks) are passed over, so that none can be downgraded to.
        continue
      }
    }
    guard let time, let seconds = SignatureRules.seconds(time), !signatures.isEmpty else { throw .badSignature }
    let signed = Hmac.code([Array(time.utf8), [UInt8(ascii: ".")], message.body], key: key)
    guard signatures.contains(where: { Hmac.constantTimeEqual($0, signed) }) else { throw .badSignature }
    try SignatureRules.checkFresh(signedAt: seconds, now: now)
  }
}
