import Billing
import Foundation
import Kernel

@testable import Partners

/// 2023-11-14T22:13:20Z, the time of the signature vectors.
let signedAt = Instant(seconds: 1_700_000_000)

enum Fixture {
  static let environment = [
    "KEY": "sk_test_12345", "STRIPE_HOOK": "whsec_test_4eC39HqLyjWDarjtT1zdp7dc",
    "CARRIER_HOOK": "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=",
    "SINK": "a-sink-secret-1234",
  ]

  static func order(
    _ reference: String = "att-1", kind: String = "charge", amount: Int64 = 999, currency: String = "EUR",
    method: String = "pm_1", customer: String? = "cus_1", original: String? = nil
  ) throws -> Order {
    let payment = PaymentOrder(
      amount: amount, currency: currency, method: method, customer: customer, description: "Atlas Monthly 2026-03",
      original: original)
    let payload = String(decoding: try PartnerJSON.encode(payment), as: UTF8.self)
    return Order(reference: reference, kind: kind, payload: payload, preparedAt: signedAt)
  }

  static func stripe(_ base: String, plain: Bool = false, timeout: Int64 = 10_000) -> PartnerConfiguration {
    var configuration = PartnerConfiguration(
      lane: "card", kind: .stripe, baseURL: base,
      secrets: ["apiKey": .environment("KEY"), "webhook": .environment("STRIPE_HOOK")])
    configuration.plainParameters = plain
    configuration.capabilities = CapabilityOverrides()
    configuration.capabilities?.timeoutMilliseconds = timeout
    return configuration
  }

  static func camara(
    _ base: String, query: PartnerConfiguration.CorrelatorQuery = .byCorrelator,
    secrets: [String] = ["sink", "webhook"]
  ) -> PartnerConfiguration {
    var configuration = PartnerConfiguration(
      lane: "carrier", kind: .camara, baseURL: base, secrets: ["accessToken": .environment("KEY")],
      sinkURL: "https://billing.example/hooks/carrier")
    if secrets.contains("sink") { configuration.secrets["sink"] = .environment("SINK") }
    if secrets.contains("webhook") { configuration.secrets["webhook"] = .environment("CARRIER_HOOK") }
    configuration.paymentQuery = query
    configuration.capabilities = CapabilityOverrides()
    configuration.capabilities?.timeoutMilliseconds = 10_000
    return configuration
  }

  static func debit(_ base: String) -> PartnerConfiguration {
    var configuration = PartnerConfiguration(lane: "debit", kind: .debit, baseURL: base, secrets: [:])
    configuration.capabilities = CapabilityOverrides()
    configuration.capabilities?.timeoutMilliseconds = 10_000
    configuration.capabilities?.moreRefusals = ["MANDATE_REVOKED"]
    return configuration
  }

  /// Runs `body` with an adapter and closes its connections afterwards.
  static func adapter<Result: Sendable>(
    _ configuration: PartnerConfiguration, connect: Span = .seconds(5),
    _ body: (any Counterpart) async throws -> Result
  ) async throws -> Result {
    let http = PartnerHTTP(connections: 4, connect: connect)
    do {
      let result = try await body(try makeCounterpart(configuration, http: http, environment: environment))
      try await http.shutdown()
      return result
    } catch {
      try? await http.shutdown()
      throw error
    }
  }
}

extension Verdict {
  /// A verdict without its reason, for tables.
  var short: String {
    switch self {
    case .done: "done"
    case .pending: "pending"
    case .refused(let code): "refused \(code)"
    case .notSent: "not sent"
    case .absent: "absent"
    case .cancelled: "cancelled"
    case .unknown: "unknown"
    case .reversed(let number): "reversed \(number)"
    case .restored(let number): "restored \(number)"
    }
  }
}
