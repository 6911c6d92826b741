import Billing
import Kernel

/// A partner that takes an order and proves nothing until its statement comes: no key, no query, no notification.
///
/// `POST {base}/debits` and `POST {base}/refunds` with a JSON object; 202 means that it was taken in. Any other answer
/// is UNKNOWN, but an error with a code that the configuration lists as a refusal.
public struct StatementDebit: Counterpart {
  public let lane: String
  public let capabilities: Capabilities
  private let base: String
  private let accessToken: AccessToken?
  private let http: PartnerHTTP

  init(
    _ configuration: PartnerConfiguration, http: PartnerHTTP, environment: [String: String]
  ) throws(ConfigurationError) {
    try configuration.refuse(configuration.sinkURL != nil, "sinkURL")
    try configuration.refuse(configuration.plainParameters != nil, "plainParameters")
    try configuration.refuse(configuration.paymentQuery != nil, "paymentQuery")
    try configuration.refuse(configuration.paymentsPath != nil, "paymentsPath")
    try configuration.refuse(configuration.refundsPath != nil, "refundsPath")
    try configuration.refuse(configuration.merchant != nil, "merchant")
    try configuration.refuse(configuration.methodPagesPath != nil, "methodPagesPath")
    try configuration.refuse(configuration.methodPageOrigin != nil, "methodPageOrigin")
    try configuration.refuseOtherSecrets(than: ["accessToken"])
    lane = configuration.lane
    base = try configuration.checkedBase()
    if let source = configuration.secrets["accessToken"] {
      accessToken = try AccessToken(source, environment: environment)
    } else {
      accessToken = nil
    }
    capabilities = try (configuration.capabilities ?? CapabilityOverrides()).apply(to: Self.debit)
    if capabilities.query != .none || capabilities.replay != .none {
      throw ConfigurationError("a partner of kind debit has neither queries nor replays")
    }
    self.http = http
  }

  /// A statement a day, a line at most three days late.
  static let debit = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .periodic(every: .days(1), late: .days(3)),
    notifiesWithin: nil, refusals: [], concurrency: 16, ratePerSecond: 100, timeout: .seconds(15))

  /// `method` and `description` are a debit's, `transaction` (the capture that is given back) a refund's.
  private struct Debit: Encodable {
    var reference: String
    var amount: Int64
    var currency: String
    var method: String?
    var description: String?
    var transaction: String?
  }

  /// What an answer may say; all of it is optional.
  private struct Answer: Decodable {
    var code: String?
    var reference: String?
    var transaction: String?
    var amount: Int64?
    var currency: String?
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

  public func query(_ order: Order) async -> Reply { Reply(.unknown(reason: "this partner cannot be asked")) }
  public func cancel(_ order: Order) async -> Reply { Reply(.unknown(reason: "this partner cancels nothing")) }

  /// It sends no notifications: whatever comes is not from it.
  public func open(_ message: InboundMessage, now: Instant) throws(InboundRejection) -> [Testimony] { throw .unsigned }

  func render(_ request: PaymentRequest) throws(PaymentRequest.Unusable) -> WireRequest {
    let payment = request.payment
    var debit = Debit(reference: request.reference, amount: payment.amount, currency: payment.currency)
    switch request.kind {
    case .charge: (debit.method, debit.description) = (payment.method, payment.description)
    case .refund:
      guard let original = payment.original else { throw .init(reason: "a refund of no transaction") }
      debit.transaction = original
    }
    guard let body = try? PartnerJSON.encode(debit) else { throw .init(reason: "the order cannot be written as JSON") }
    var headers: [WireRequest.Header] = [
      .init("Content-Type", "application/json"), .init("Accept", "application/json"), .init("User-Agent", "amends"),
    ]
    if let accessToken { headers.append(.init("Authorization", "Bearer \(accessToken.current.text)")) }
    let path = request.kind == .charge ? "/debits" : "/refunds"
    return WireRequest(method: "POST", url: base + path, headers: headers, body: body)
  }

  func judge(_ answer: Exchange.Answer, _ request: PaymentRequest) -> Reply {
    let said = answer.body.isEmpty ? Answer() : PartnerJSON.answer(Answer.self, answer.body)
    guard answer.status == 202 else {
      if (400..<500).contains(answer.status), let code = said?.code, capabilities.refusals.contains(code) {
        return Reply(.refused(code: code), raw: answer.body)
      }
      return Reply(.unknown(reason: "HTTP \(answer.status)"), raw: answer.body)
    }
    // 202 alone is enough; what it says beyond that must be what was asked.
    guard let said else { return Reply(.unknown(reason: "the answer cannot be read"), raw: answer.body) }
    let mismatch = request.mismatch(
      reference: said.reference ?? request.reference, amount: said.amount ?? request.payment.amount,
      currency: said.currency ?? request.payment.currency)
    return Reply(
      mismatch.map { .unknown(reason: $0) } ?? .pending, transaction: said.transaction,
      amount: Limits.amount(said.amount), currency: said.currency.flatMap(Limits.currency), raw: answer.body)
  }
}
