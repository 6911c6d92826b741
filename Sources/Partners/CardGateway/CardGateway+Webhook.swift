import Kernel

extension CardGateway {
  public func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] {
    try signature.verify(message, now: now)
    guard let head = PartnerJSON.decode(StripeEventHead.self, message.body), head.object == "event" else {
      throw .unreadable("not a Stripe event")
    }
    switch head.type {
    case "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.processing",
      "payment_intent.canceled", "payment_intent.requires_action":
      return try intentEvent(head, message.body)
    case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated":
      return try refundEvent(head, message.body)
    case "charge.refunded":
      return try refundedEvent(head, message.body)
    default:
      return []
    }
  }

  private func intentEvent(_ head: StripeEventHead, _ body: [UInt8]) throws(InboundRejection) -> [Testimony] {
    let intent = try object(StripeIntent.self, body)
    // Without our reference it is a payment that another system made with the same account.
    guard let reference = intent.metadata?[Self.referenceKey] else { return [] }
    let said = verdict(of: intent)
    let verdict: Verdict =
      switch (head.type, said) {
      case ("payment_intent.succeeded", .done), ("payment_intent.processing", .pending),
        ("payment_intent.canceled", .cancelled), ("payment_intent.payment_failed", .refused),
        ("payment_intent.requires_action", .refused):
        said
      case (_, .unknown):
        said
      default:
        .unknown(reason: "\(head.type) about a payment that is \(intent.status.prefix(40))")
      }
    return [
      Testimony(
        eventID: head.id, reference: reference, transaction: intent.id, kind: PaymentRequest.Kind.charge.rawValue,
        verdict: verdict, amount: StripeUnits.minor(stripe: intent.amount, intent.currency.uppercased()),
        currency: intent.currency.uppercased(), occurredAt: Instant(seconds: head.created))
    ]
  }

  private func refundEvent(_ head: StripeEventHead, _ body: [UInt8]) throws(InboundRejection) -> [Testimony] {
    let refund = try object(StripeRefund.self, body)
    // A refund that somebody made by hand has no reference of ours; `charge.refunded` tells of it.
    guard let reference = refund.metadata?[Self.referenceKey] else { return [] }
    return [
      Testimony(
        eventID: head.id, reference: reference, transaction: refund.id, kind: PaymentRequest.Kind.refund.rawValue,
        verdict: verdict(of: refund), amount: StripeUnits.minor(stripe: refund.amount, refund.currency.uppercased()),
        currency: refund.currency.uppercased(), occurredAt: Instant(seconds: head.created))
    ]
  }

  /// Says of a charge how much of it was given back so far, by whomever. Its kind is its own: it is neither the charge
  /// nor one refund.
  private func refundedEvent(_ head: StripeEventHead, _ body: [UInt8]) throws(InboundRejection) -> [Testimony] {
    let charge = try object(StripeCharge.self, body)
    guard let reference = charge.metadata?[Self.referenceKey] else { return [] }
    return [
      Testimony(
        eventID: head.id, reference: reference, transaction: charge.paymentIntent ?? charge.id, kind: "refunded",
        verdict: .done, amount: StripeUnits.minor(stripe: charge.amountRefunded, charge.currency.uppercased()),
        currency: charge.currency.uppercased(), occurredAt: Instant(seconds: head.created))
    ]
  }

  private func object<Object: Decodable & Sendable>(
    _ type: Object.Type, _ body: [UInt8]
  ) throws(InboundRejection) -> Object {
    guard let event = PartnerJSON.decode(StripeEvent<Object>.self, body) else {
      throw .unreadable("a Stripe event whose object cannot be read")
    }
    return event.data.object
  }
}
