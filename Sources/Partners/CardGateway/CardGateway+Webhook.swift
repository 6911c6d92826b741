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
    // That a dispute was opened or closed moves no money; these two do (docs.stripe.com/disputes/how-disputes-work).
    case "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated":
      return try disputeEvent(head, message.body)
    default:
      return []
    }
  }

  private func intentEvent(_ head: StripeEventHead, _ body: [UInt8]) throws(InboundRejection) -> [Testimony] {
    let intent = try object(StripeIntent.self, body)
    // Without our reference it is a payment that another system made with the same account.
    guard let reference = intent.metadata?[Self.referenceKey] else { return [] }
    let said = verdict(of: intent)
    let money = Self.money(intent.amount, intent.currency)
    let verdict: Verdict =
      switch (head.type, said) {
      case (_, .done) where money == nil: Limits.noAmount
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
        verdict: verdict, amount: money?.amount, currency: money?.currency, occurredAt: Limits.time(head.created))
    ]
  }

  private func refundEvent(_ head: StripeEventHead, _ body: [UInt8]) throws(InboundRejection) -> [Testimony] {
    let refund = try object(StripeRefund.self, body)
    // A refund that somebody made by hand has no reference of ours; `charge.refunded` tells of it.
    guard let reference = refund.metadata?[Self.referenceKey] else { return [] }
    let (said, money) = (verdict(of: refund), Self.money(refund.amount, refund.currency))
    return [
      Testimony(
        eventID: head.id, reference: reference, transaction: refund.id, kind: PaymentRequest.Kind.refund.rawValue,
        verdict: said == .done && money == nil ? Limits.noAmount : said, amount: money?.amount,
        currency: money?.currency,
        occurredAt: Limits.time(head.created))
    ]
  }

  /// Says of a charge how much of it was given back so far, by whomever. Its kind is its own: it is neither the charge
  /// nor one refund.
  private func refundedEvent(_ head: StripeEventHead, _ body: [UInt8]) throws(InboundRejection) -> [Testimony] {
    let charge = try object(StripeCharge.self, body)
    guard let reference = charge.metadata?[Self.referenceKey] else { return [] }
    let money = Self.money(charge.amountRefunded, charge.currency)
    return [
      Testimony(
        eventID: head.id, reference: reference, transaction: charge.paymentIntent ?? charge.id, kind: "refunded",
        verdict: .done, amount: money?.amount, currency: money?.currency, occurredAt: Limits.time(head.created))
    ]
  }

  /// A dispute carries no metadata of the payment: it is found by the payment's own number. One about a payment that another
  /// system made with the same account belongs to nothing here, and waits as such.
  private func disputeEvent(_ head: StripeEventHead, _ body: [UInt8]) throws(InboundRejection) -> [Testimony] {
    let dispute = try object(StripeDispute.self, body)
    let money = Self.money(dispute.amount, dispute.currency)
    let isWithdrawn = head.type == "charge.dispute.funds_withdrawn"
    let verdict: Verdict = isWithdrawn ? .reversed(by: dispute.id) : .restored(by: dispute.id)
    return [
      Testimony(
        eventID: head.id, reference: nil, transaction: dispute.paymentIntent ?? dispute.charge, kind: "dispute",
        verdict: money == nil ? Limits.noAmount : verdict, amount: money?.amount, currency: money?.currency,
        occurredAt: Limits.time(head.created))
    ]
  }

  /// `nil`: no payment has this amount.
  static func money(_ amount: Int64, _ code: String) -> (amount: Int64, currency: String)? {
    guard let currency = Limits.currency(code),
      let minor = Limits.amount(StripeUnits.minor(stripe: amount, currency))
    else { return nil }
    return (minor, currency)
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
