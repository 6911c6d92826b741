/// What the CAMARA documents say about error codes (Carrier Billing and Carrier Billing Refund, releases r1.3 and
/// r3.2): in any documented error scenario no payment, no refund is created. Everything that is not here is UNKNOWN,
/// above all `INVALID_ARGUMENT` and `ALREADY_EXISTS`: those are also the answers to a `clientCorrelator` that the
/// operator already has.
enum CamaraCodes {
  /// Final: nothing was charged or given back under this reference. `denied` is the status of a payment or refund that
  /// the operator took in and then denied.
  static let refusals: Set<String> = [
    "CARRIER_BILLING.PAYMENT_DENIED", "CARRIER_BILLING.PHONE_NUMBER_REQUIRED", "CARRIER_BILLING.UNAUTHORIZED_AMOUNT",
    "CARRIER_BILLING.USER_AMOUNT_THRESHOLD_OVERPASSED", "CARRIER_BILLING_REFUND.INVALID_PAYMENT_STATUS",
    "CARRIER_BILLING_REFUND.PAYMENT_NOT_ELIGIBLE_FOR_REFUND", "CARRIER_BILLING_REFUND.REFUND_DENIED",
    "CARRIER_BILLING_REFUND.REFUND_DETAILS_MISMATCH", "CARRIER_BILLING_REFUND.TAXES_MANAGEMENT_MISMATCH",
    "CARRIER_BILLING_REFUND.UNAUTHORIZED_AMOUNT", "CARRIER_BILLING_REFUND.USER_AMOUNT_THRESHOLD_OVERPASSED",
    "IDENTIFIER_NOT_FOUND", "INVALID_TOKEN_CONTEXT", "MISSING_IDENTIFIER", "PERMISSION_DENIED",
    "SERVICE_NOT_APPLICABLE",
    "UNNECESSARY_IDENTIFIER", "denied",
  ]

  /// The call had no effect and says nothing about the order: our token, our sink, our pace.
  static let notProcessed: Set<String> = [
    "AUTHENTICATION_REQUIRED", "INVALID_CREDENTIAL", "INVALID_SINK", "INVALID_TOKEN", "TOO_MANY_REQUESTS",
    "UNAUTHENTICATED",
  ]
}
