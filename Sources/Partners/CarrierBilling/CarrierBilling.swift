import Billing
import Foundation
import Kernel

/// Charging on a mobile bill: CAMARA Carrier Billing, one-step payments, and Carrier Billing Refund, of release r1.3
/// (0.3.1 and 0.1.1); the bodies are the same in r3.2 (0.5.0 and 0.3.0), whose paths can be configured. Our reference
/// is `clientCorrelator` and `referenceCode`; the payer is the phone number that the payment method holds.
///
/// The transaction of a charge is the operator's `paymentId`, that of a refund its `refundId`, everywhere.
public struct CarrierBilling: FindsEveryEffect, RetrievesTransactions {
  public let lane: String
  public let capabilities: Capabilities
  public let methodPageOrigin: String?
  let payments: String
  let refunds: String
  let accessToken: AccessToken
  let sink: String?
  let sinkToken: SinkToken?
  let webhook: StandardWebhook?
  let merchant: String?
  let paymentQuery: PartnerConfiguration.CorrelatorQuery
  /// The interface for pages on which a subscriber chooses another number.
  let methodPages: String?
  let http: PartnerHTTP

  init(
    _ configuration: PartnerConfiguration, http: PartnerHTTP, environment: [String: String]
  ) throws(ConfigurationError) {
    try configuration.refuse(configuration.plainParameters != nil, "plainParameters")
    try configuration.refuseOtherSecrets(than: ["accessToken", "sink", "webhook"])
    let base = try configuration.checkedBase()
    lane = configuration.lane
    methodPages = configuration.methodPagesPath.map { base + "/" + $0 }
    let origin = try configuration.methodPageOrigin(or: PartnerConfiguration.origin(of: base))
    methodPageOrigin = configuration.methodPagesPath == nil ? nil : origin
    payments = base + "/" + (configuration.paymentsPath ?? "carrier-billing/v0.3") + "/payments"
    refunds = base + "/" + (configuration.refundsPath ?? "carrier-billing-refund/v0.1") + "/payments"
    accessToken = try AccessToken(try configuration.source("accessToken"), environment: environment)
    merchant = configuration.merchant
    paymentQuery = configuration.paymentQuery ?? .none
    sink = configuration.sinkURL
    if let sink { try configuration.checkURL(sink, "sinkURL") }
    sinkToken = try Self.optional(configuration.secrets["sink"], environment) { secret throws(ConfigurationError) in
      try SinkToken(secret: secret)
    }
    webhook = try Self.optional(configuration.secrets["webhook"], environment) { secret throws(ConfigurationError) in
      try StandardWebhook(secret: secret)
    }
    if sink != nil, sinkToken == nil, webhook == nil {
      throw ConfigurationError("a sinkURL needs the secret `sink` or `webhook`, or anybody could confirm a payment")
    }
    capabilities = try (configuration.capabilities ?? CapabilityOverrides()).apply(to: Self.camara(paymentQuery))
    self.http = http
  }

  private static func optional<Value>(
    _ source: SecretSource?, _ environment: [String: String], make: (Secret) throws(ConfigurationError) -> Value
  ) throws(ConfigurationError) -> Value? {
    guard let source else { return nil }
    return try make(try source.load(environment))
  }

  /// The standard only says that `clientCorrelator` *should* make a repeat safe: that is no proof, so nothing is
  /// repeated unless the operator promises it in its configuration.
  static func camara(_ query: PartnerConfiguration.CorrelatorQuery) -> Capabilities {
    Capabilities(
      replay: .none, query: query == .none ? .none : .byReference(lag: .minutes(5)), cancel: false, statement: .none,
      notifiesWithin: .days(1), refusals: CamaraCodes.refusals, concurrency: 64, ratePerSecond: 100,
      timeout: .seconds(15))
  }

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

  /// One-step payments cannot be cancelled.
  public func cancel(_ order: Order) async -> Reply {
    Reply(.unknown(reason: "a one-step payment cannot be cancelled"))
  }

  // MARK: - rendering

  func render(_ request: PaymentRequest) throws(PaymentRequest.Unusable) -> WireRequest {
    let payment = request.payment
    let amount = MajorUnits.decimal(minor: payment.amount, request.currency)
    // The standard's amounts are multiples of 0.001.
    guard request.currency.exponent <= 3 || payment.amount % 10 == 0 else {
      throw .init(reason: "the interface has no amount of \(payment.amount) minor units of \(payment.currency)")
    }
    let charged = CamaraCreate.Transaction.Amount(
      chargingInformation: .init(amount: amount, currency: payment.currency, description: payment.description),
      chargingMetaData: merchant.map { .init(merchantIdentifier: $0) })
    var create = CamaraCreate(
      amountTransaction: .init(clientCorrelator: request.reference, referenceCode: request.reference), sink: sink)
    if sink != nil, let sinkToken {
      create.sinkCredential = .init(
        accessToken: sinkToken.token(for: request.reference, preparedAt: request.preparedAt),
        accessTokenExpiresUtc: RFC3339.text(SinkToken.expiry(request.preparedAt)))
    }
    let url: String
    switch request.kind {
    case .charge:
      guard Self.isPhoneNumber(payment.method) else {
        throw .init(reason: "the payment method is not a phone number (E.164, with +)")
      }
      create.amountTransaction.phoneNumber = payment.method
      create.amountTransaction.paymentAmount = charged
      url = payments
    case .refund:
      guard let original = payment.original else { throw .init(reason: "a refund of no transaction") }
      create.type = "partial"
      create.amountTransaction.refundAmount = charged
      url = refundsURL(original)
    }
    guard let body = try? PartnerJSON.encode(create) else { throw .init(reason: "the order cannot be written as JSON") }
    return WireRequest(
      method: "POST", url: url, headers: headers(request) + [.init("Content-Type", "application/json")], body: body)
  }

  func refundsURL(_ payment: String) -> String { "\(refunds)/\(Form.encode(payment))/refunds" }

  func headers(_ request: PaymentRequest) -> [WireRequest.Header] {
    var headers: [WireRequest.Header] = [
      .init("Authorization", "Bearer \(accessToken.current.text)"), .init("Accept", "application/json"),
      .init("User-Agent", "amends"),
    ]
    if Self.isCorrelator(request.reference) { headers.append(.init("x-correlator", request.reference)) }
    return headers
  }

  /// What CAMARA's Commonalities allow in `x-correlator`.
  private static func isCorrelator(_ text: String) -> Bool {
    text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
  }

  /// `^\+[1-9][0-9]{4,14}$`
  static func isPhoneNumber(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst()
    return text.utf8.first == UInt8(ascii: "+") && (5...15).contains(digits.count)
      && digits.first != UInt8(ascii: "0") && digits.allSatisfy { (0x30...0x39).contains($0) }
  }
}
