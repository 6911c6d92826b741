import Billing
import Kernel

/// A card gateway that speaks the Stripe API: off-session PaymentIntents, created and confirmed in one call, our
/// reference in `metadata[reference]` and in `Idempotency-Key`.
///
/// The transaction of a charge is the intent's id, in answers, queries and notifications alike: one intent is captured
/// at most once, and a second capture under the same reference is a second intent. That of a refund is the refund's
/// id.
public struct CardGateway: FindsEveryEffect, RetrievesTransactions {
  /// The version that answers are written in, whatever the account's default is.
  static let version = "2024-06-20"
  static let referenceKey = "reference"

  public let lane: String
  public let capabilities: Capabilities
  public let methodPageOrigin: String?
  let base: String
  let apiKey: Secret
  let signature: StripeSignature
  let plain: Bool
  let http: PartnerHTTP

  init(
    _ configuration: PartnerConfiguration, http: PartnerHTTP, environment: [String: String]
  ) throws(ConfigurationError) {
    try configuration.refuse(configuration.sinkURL != nil, "sinkURL")
    try configuration.refuse(configuration.paymentQuery != nil, "paymentQuery")
    try configuration.refuse(configuration.paymentsPath != nil, "paymentsPath")
    try configuration.refuse(configuration.refundsPath != nil, "refundsPath")
    try configuration.refuse(configuration.merchant != nil, "merchant")
    try configuration.refuse(configuration.methodPagesPath != nil, "methodPagesPath")
    try configuration.refuseOtherSecrets(than: ["apiKey", "webhook"])
    lane = configuration.lane
    base = try configuration.checkedBase()
    let api = PartnerConfiguration.origin(of: base)
    methodPageOrigin = try configuration.methodPageOrigin(
      or: api == "https://api.stripe.com" ? "https://checkout.stripe.com" : api)
    apiKey = try configuration.source("apiKey").load(environment)
    signature = StripeSignature(secret: try configuration.source("webhook").load(environment))
    plain = configuration.plainParameters ?? false
    capabilities = try (configuration.capabilities ?? CapabilityOverrides()).apply(to: Self.stripe)
    self.http = http
  }

  /// Stripe's own. Keys live at least 24 h (docs.stripe.com/api/idempotent_requests); an hour is left for clocks and
  /// queues. Lists are consistent at once; the lag is for a request that is still on its way or being worked on.
  static let stripe = Capabilities(
    replay: .byReference(window: .hours(23)), query: .byReference(lag: .minutes(2)), cancel: false, statement: .none,
    notifiesWithin: .days(3), refusals: StripeCodes.refusals, concurrency: 64, ratePerSecond: 80, timeout: .seconds(30))

  public func perform(_ order: Order) async -> Reply {
    let request: PaymentRequest
    let call: WireRequest
    do {
      request = try PaymentRequest(order)
      call = try render(request)
    } catch { return Reply(.notSent(reason: error.reason)) }
    switch await http.send(call, lane: lane, timeout: capabilities.timeout) {
    case .nothingSent(let reason): return Reply(.notSent(reason: reason))
    case .broken(let reason, let raw): return Reply(.unknown(reason: reason), raw: raw)
    case .answer(let answer): return judge(answer, request)
    }
  }

  /// An intent can be cancelled by its id only, and only while it is not confirmed: never what is needed here.
  public func cancel(_ order: Order) async -> Reply {
    Reply(.unknown(reason: "Stripe cancels nothing by our reference"))
  }

  // MARK: - rendering

  func render(_ request: PaymentRequest) throws(PaymentRequest.Unusable) -> WireRequest {
    let payment = request.payment
    guard let amount = StripeUnits.stripe(minor: payment.amount, payment.currency) else {
      throw .init(reason: "Stripe has no amount of \(payment.amount) minor units of \(payment.currency)")
    }
    var form = Form()
    let path: String
    switch request.kind {
    case .charge:
      path = "/v1/payment_intents"
      form.add("amount", String(amount))
      form.add("currency", payment.currency.lowercased())
      form.add("customer", payment.customer)
      form.add("payment_method", payment.method)
      form.add("confirm", "true")
      form.add("off_session", "true")
      if !plain {
        form.add("description", payment.description)
        // Nobody is there to be sent anywhere: a payment that needs its payer is a refusal.
        form.add("error_on_requires_action", "true")
        form.add("automatic_payment_methods[enabled]", "true")
        form.add("automatic_payment_methods[allow_redirects]", "never")
      }
    case .refund:
      path = "/v1/refunds"
      guard let original = payment.original else { throw .init(reason: "a refund of no transaction") }
      form.add(original.hasPrefix("ch_") ? "charge" : "payment_intent", original)
      form.add("amount", String(amount))
    }
    form.add("metadata[\(Self.referenceKey)]", request.reference)
    var headers = self.headers
    headers.append(.init("Idempotency-Key", request.reference))
    headers.append(.init("Content-Type", "application/x-www-form-urlencoded"))
    return WireRequest(method: "POST", url: base + path, headers: headers, body: form.bytes)
  }

  var headers: [WireRequest.Header] {
    [
      .init("Authorization", "Bearer \(apiKey.text)"), .init("Stripe-Version", Self.version),
      .init("Accept", "application/json"), .init("User-Agent", "amends"),
    ]
  }
}
