import Kernel

extension CardGateway {
  /// What an answer to a charge or a refund says, exactly.
  func judge(_ answer: Exchange.Answer, _ request: PaymentRequest) -> Reply {
    switch answer.status {
    case 200..<300: return judgeSuccess(answer, request)
    case 400..<500: return judgeFailure(answer, request)
    default: return Reply(.unknown(reason: "HTTP \(answer.status)"), raw: answer.body)
    }
  }

  private func judgeSuccess(_ answer: Exchange.Answer, _ request: PaymentRequest) -> Reply {
    let unreadable = Reply(.unknown(reason: "the answer cannot be read"), raw: answer.body)
    switch request.kind {
    case .charge:
      guard let intent = PartnerJSON.answer(StripeIntent.self, answer.body), intent.object == "payment_intent" else {
        return unreadable
      }
      return reply(intent, request, raw: answer.body)
    case .refund:
      guard let refund = PartnerJSON.answer(StripeRefund.self, answer.body), refund.object == "refund" else {
        return unreadable
      }
      return reply(refund, request, raw: answer.body)
    }
  }

  func reply(_ intent: StripeIntent, _ request: PaymentRequest, raw: [UInt8]) -> Reply {
    let money = Self.money(intent.amount, intent.currency)
    let mismatch = request.mismatch(
      reference: intent.metadata?[Self.referenceKey], amount: money?.amount, currency: money?.currency)
    return Reply(
      mismatch.map { .unknown(reason: $0) } ?? verdict(of: intent), transaction: intent.id, amount: money?.amount,
      currency: money?.currency, raw: raw)
  }

  func reply(_ refund: StripeRefund, _ request: PaymentRequest, raw: [UInt8]) -> Reply {
    let money = Self.money(refund.amount, refund.currency)
    let mismatch = request.mismatch(
      reference: refund.metadata?[Self.referenceKey], amount: money?.amount, currency: money?.currency)
    return Reply(
      mismatch.map { .unknown(reason: $0) } ?? verdict(of: refund), transaction: refund.id, amount: money?.amount,
      currency: money?.currency, raw: raw)
  }

  /// docs.stripe.com/payments/paymentintents/lifecycle
  func verdict(of intent: StripeIntent) -> Verdict {
    switch intent.status {
    case "succeeded":
      if let received = intent.amountReceived, received != intent.amount {
        return .unknown(reason: "succeeded, but \(received) of \(intent.amount) were received")
      }
      return .done
    case "processing": return .pending
    case "canceled": return .cancelled
    case "requires_action": return refusal(StripeFailure(code: "requires_action"))
    case "requires_payment_method":
      guard let failure = intent.lastPaymentError else { return .unknown(reason: "no attempt to pay is recorded") }
      return refusal(failure)
    default: return .unknown(reason: "the payment is \(intent.status.prefix(40))")
    }
  }

  /// docs.stripe.com/api/refunds/object, `status`
  func verdict(of refund: StripeRefund) -> Verdict {
    switch refund.status {
    case "succeeded": .done
    case "pending", "requires_action": .pending
    case "canceled": .cancelled
    case "failed": refusal(StripeFailure(code: "refund_failed"))
    default: .unknown(reason: "the refund is \(refund.status?.prefix(40) ?? "without a status")")
    }
  }

  /// The most exact listed code, or UNKNOWN.
  private func refusal(_ failure: StripeFailure) -> Verdict {
    for code in [failure.declineCode, failure.code] {
      if let code, capabilities.refusals.contains(code) { return .refused(code: code) }
    }
    let code = failure.declineCode ?? failure.code ?? "none"
    return .unknown(reason: "failed with a code that is not listed: \(code.prefix(80))")
  }

  private func judgeFailure(_ answer: Exchange.Answer, _ request: PaymentRequest) -> Reply {
    guard let body = PartnerJSON.answer(StripeErrorBody.self, answer.body) else {
      return Reply(.unknown(reason: "HTTP \(answer.status), not readable"), raw: answer.body)
    }
    if let intent = body.intent {
      if intent.metadata?[Self.referenceKey] != request.reference {
        return Reply(.unknown(reason: "the failure is about another reference"), raw: answer.body)
      }
      if case .refused = verdict(of: intent) {
      } else {
        // A failure that comes with a payment which did not fail: believe neither.
        return Reply(
          .unknown(reason: "a failure about a payment that is \(intent.status.prefix(40))"), transaction: intent.id,
          raw: answer.body)
      }
    }
    let transaction = body.intent?.id
    switch answer.status {
    case 401, 403:
      return Reply(.notSent(reason: "not processed: our key is not accepted (HTTP \(answer.status))"), raw: answer.body)
    case 429 where body.failure.code.map(StripeCodes.notProcessed.contains) == true:
      return Reply(.notSent(reason: "not processed: \(body.failure.code ?? "")"), raw: answer.body)
    case 409, 429:
      // 409: another request with this key is being worked on.
      return Reply(.unknown(reason: "HTTP \(answer.status)"), transaction: transaction, raw: answer.body)
    default: return Reply(refusal(body.failure), transaction: transaction, raw: answer.body)
    }
  }
}
