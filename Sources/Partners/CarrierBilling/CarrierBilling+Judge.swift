import Foundation
import Kernel

extension CarrierBilling {
  func judge(_ answer: Exchange.Answer, _ request: PaymentRequest) -> Reply {
    switch answer.status {
    case 200..<300:
      guard let resource = PartnerJSON.answer(CamaraResource.self, answer.body) else {
        return Reply(.unknown(reason: "the answer cannot be read"), raw: answer.body)
      }
      return reply(resource, request, raw: answer.body)
    case 400..<500: return judgeFailure(answer)
    default: return Reply(.unknown(reason: "HTTP \(answer.status)"), raw: answer.body)
    }
  }

  func reply(_ resource: CamaraResource, _ request: PaymentRequest, raw: [UInt8]) -> Reply {
    let (id, status) =
      switch request.kind {
      case .charge: (resource.paymentId, resource.paymentStatus)
      case .refund: (resource.refundId, resource.refundStatus)
      }
    guard let id, let status else {
      return Reply(.unknown(reason: "the answer has no id or no status"), raw: raw)
    }
    let amount = resource.charging.flatMap { Limits.amount(MajorUnits.minor($0.amount, $0.currency.uppercased())) }
    let currency = resource.charging.flatMap { Limits.currency($0.currency) }
    let mismatch = request.mismatch(reference: resource.reference, amount: amount, currency: currency)
    return Reply(
      mismatch.map { .unknown(reason: $0) } ?? verdict(status), transaction: id, amount: amount, currency: currency,
      raw: raw)
  }

  /// The states of a one-step payment and of a refund; those of two steps are not expected here.
  func verdict(_ status: String) -> Verdict {
    switch status {
    case "succeeded": .done
    case "processing": .pending
    case "denied": refusal("denied")
    case "cancelled": .cancelled
    default: .unknown(reason: "the status is \(status.prefix(40))")
    }
  }

  func refusal(_ code: String) -> Verdict {
    if capabilities.refusals.contains(code) { return .refused(code: code) }
    return .unknown(reason: "failed with a code that is not listed: \(code.prefix(80))")
  }

  private func judgeFailure(_ answer: Exchange.Answer) -> Reply {
    guard let failure = PartnerJSON.answer(CamaraError.self, answer.body) else {
      return Reply(.unknown(reason: "HTTP \(answer.status), not readable"), raw: answer.body)
    }
    if CamaraCodes.notProcessed.contains(failure.code) {
      return Reply(.notSent(reason: "not processed: \(failure.code)"), raw: answer.body)
    }
    return Reply(refusal(failure.code), raw: answer.body)
  }
}
