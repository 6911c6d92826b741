import Foundation
import Kernel

extension CarrierBilling {
  /// A notification is taken in when every proof that is configured holds: the order's own access token, the operator's
  /// Standard Webhooks signature, or both.
  public func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] {
    guard sinkToken != nil || webhook != nil else { throw .unsigned }
    try webhook?.verify(message, now: now)
    let tokenReference = try sinkToken?.verify(message, now: now)
    guard let event = PartnerJSON.decode(CamaraEvent.self, message.body), event.specversion == "1.0"
    else { throw .unreadable("not a CloudEvent of this interface") }
    guard let said = meaning(of: event.type) else { return [] }

    if let tokenReference, let named = event.clientcorrelator, tokenReference != named {
      throw .unreadable("the event is about another order than its access token")
    }
    let transaction = said.kind == .charge ? event.data.paymentId : event.data.refundId
    guard let transaction else { throw .unreadable("a refund event without a refundId") }
    return [
      Testimony(
        // An event's id is unique for its source only (CloudEvents 1.0.2, "id").
        eventID: event.id.isEmpty ? "" : "\(event.source)#\(event.id)",
        reference: tokenReference ?? event.clientcorrelator,
        transaction: transaction, kind: said.kind.rawValue, verdict: said.verdict,
        // The standard's events name no amount: what was paid is what the order says.
        amount: nil, currency: nil, occurredAt: RFC3339.parse(event.time))
    ]
  }

  /// `org.camaraproject.carrier-billing.v0.payment-completed`: interface, version, event. `nil`: an event that this
  /// adapter has no use for.
  private func meaning(of type: String) -> (kind: PaymentRequest.Kind, verdict: Verdict)? {
    let parts = type.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == "org", parts[1] == "camaraproject", parts[3].first == "v" else { return nil }
    switch (parts[2], parts[4]) {
    case ("carrier-billing", "payment-completed"): return (.charge, .done)
    case ("carrier-billing", "payment-denied"): return (.charge, refusal("denied"))
    case ("carrier-billing", "payment-cancelled"): return (.charge, .cancelled)
    case ("carrier-billing-refund", "refund-completed"): return (.refund, .done)
    case ("carrier-billing-refund", "refund-denied"): return (.refund, refusal("denied"))
    // Promised for the next bill, not yet given back.
    case ("carrier-billing-refund", "refund-in-bill"): return (.refund, .pending)
    default: return nil
    }
  }
}
