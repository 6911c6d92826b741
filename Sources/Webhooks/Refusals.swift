import Kernel

// How webhooks say no, where more than one place says so.
extension Refusal {
  static let noEndpoint = Refusal(.missing, "noEndpoint", "There is no such webhook endpoint.")
  static let noDelivery = Refusal(.missing, "noDelivery", "There is no such delivery, or it is not kept any more.")
  static let alreadyDisabled = Refusal(.conflict, "alreadyDisabled", "This webhook endpoint is disabled already.")
  static let alreadyEnabled = Refusal(.conflict, "alreadyEnabled", "This webhook endpoint is enabled already.")
  static let endpointDisabled = Refusal(
    .conflict, "endpointDisabled", "This webhook endpoint is disabled; enable it first.")
}
