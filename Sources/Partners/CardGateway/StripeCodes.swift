/// What Stripe's documents say about its codes. Everything that is not here is UNKNOWN.
enum StripeCodes {
  /// Final: the money did not move and will not, under this reference. Decline codes (docs.stripe.com/declines/codes),
  /// the error codes of a declined or unusable payment method and of an impossible amount
  /// (docs.stripe.com/error-codes), and two of our own: `requires_action`, an off-session payment that only the payer
  /// could go on with, and `refund_failed`, a refund whose status says so.
  static let refusals: Set<String> = declines.union(errors).union(["requires_action", "refund_failed"])

  private static let declines: Set<String> = [
    "approve_with_id", "authentication_not_handled", "authentication_required", "call_issuer", "card_not_supported",
    "card_velocity_exceeded", "currency_not_supported", "do_not_honor", "do_not_try_again", "duplicate_transaction",
    "expired_card", "fraudulent", "generic_decline", "highest_risk_level", "incorrect_address", "incorrect_cvc",
    "incorrect_number", "incorrect_pin", "incorrect_zip", "insufficient_funds", "invalid_account", "invalid_amount",
    "invalid_cvc", "invalid_expiry_month", "invalid_expiry_year", "invalid_number", "invalid_pin",
    "issuer_not_available", "lost_card", "merchant_blacklist", "new_account_information_available",
    "no_action_taken", "not_permitted", "offline_pin_required", "online_or_offline_pin_required", "pickup_card",
    "pin_try_exceeded", "processing_error", "reenter_transaction", "restricted_card",
    "revocation_of_all_authorizations", "revocation_of_authorization", "security_violation",
    "service_not_allowed", "stolen_card", "stop_payment_order", "testmode_decline", "transaction_not_allowed",
    "try_again_later", "withdrawal_count_limit_exceeded",
  ]

  private static let errors: Set<String> = [
    "account_closed", "amount_too_large", "amount_too_small", "bank_account_declined",
    "card_decline_rate_limit_exceeded",
    "card_declined", "charge_already_refunded", "charge_disputed", "debit_not_authorized", "no_account",
    "payment_intent_authentication_failure", "payment_intent_payment_attempt_failed", "payment_method_customer_decline",
    "payment_method_provider_decline", "resource_missing",
  ]

  /// Answered with 429 before the call is carried out: the limiter runs in front of the idempotency layer, and a lock
  /// that is not had ends the call (docs.stripe.com/error-low-level, /rate-limits). The call had no effect.
  static let notProcessed: Set<String> = ["rate_limit", "lock_timeout"]
}
