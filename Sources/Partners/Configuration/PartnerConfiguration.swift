import Foundation

/// One partner, as it stands in the configuration file:
/// ```json
/// {"lane": "card", "kind": "stripe", "baseURL": "https://api.stripe.com",
///  "secrets": {"apiKey": {"env": "STRIPE_KEY"}, "webhook": {"file": "/run/secrets/stripe-webhook"}}}
/// ```
public struct PartnerConfiguration: Codable, Sendable, Equatable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// The Stripe API. Secrets: `apiKey`, `webhook`.
    case stripe
    /// CAMARA Carrier Billing and Carrier Billing Refund. Secrets: `accessToken`, and `webhook` or `sink` or both.
    case camara
    /// A partner with nothing but a statement. Secret: `accessToken`, optional.
    case debit
  }

  /// How a CAMARA operator can be asked about our reference.
  public enum CorrelatorQuery: String, Codable, Sendable, CaseIterable {
    /// `GET /payments?clientCorrelator=`, an extension that the operator must declare.
    case byCorrelator
    /// The standard's list from the order's time on, looked through for our reference.
    case byDate
    case none
  }

  /// The name in the database: letters, digits and `-`.
  public var lane: String
  public var kind: Kind
  /// Without a slash at the end.
  public var baseURL: String
  public var secrets: [String: SecretSource]
  /// Where the partner sends notifications, for kinds that name it in each order.
  public var sinkURL: String?
  public var capabilities: CapabilityOverrides?
  /// Allows `http:` to a host other than this machine.
  public var plainHTTP: Bool?
  /// `stripe`: send and filter only by what every imitation of Stripe knows (no description, no filter of lists).
  public var plainParameters: Bool?
  /// `camara`: default `none`.
  public var paymentQuery: CorrelatorQuery?
  /// `camara`: paths of the two interfaces below `baseURL`, when the operator offers other versions.
  public var paymentsPath: String?
  public var refundsPath: String?
  /// `camara`: sent as `merchantIdentifier`.
  public var merchant: String?
  /// `camara`: the path below `baseURL` of the interface for pages on which a subscriber chooses another number; none, when
  /// the operator has no such pages.
  public var methodPagesPath: String?
  /// `stripe`, `camara`: where those pages are, when not on the partner's own host: `https://pay.example.org`.
  public var methodPageOrigin: String?

  enum CodingKeys: String, CodingKey, CaseIterable {
    case lane, kind, baseURL, secrets, sinkURL, capabilities, plainHTTP, plainParameters, paymentQuery, paymentsPath
    case refundsPath, merchant, methodPagesPath, methodPageOrigin
  }

  public init(lane: String, kind: Kind, baseURL: String, secrets: [String: SecretSource], sinkURL: String? = nil) {
    self.lane = lane
    self.kind = kind
    self.baseURL = baseURL
    self.secrets = secrets
    self.sinkURL = sinkURL
  }
}

extension PartnerConfiguration {
  /// Reads `{"partners": [ … ]}`. Unknown names are refused: a misspelt limit must not be silently without effect.
  public static func read(_ json: [UInt8]) throws(ConfigurationError) -> [PartnerConfiguration] {
    let data = Data(json)
    let root: Any
    do { root = try JSONSerialization.jsonObject(with: data) } catch {
      throw ConfigurationError("the partner file is not JSON: \(Self.text(error))")
    }
    guard let object = root as? [String: Any], let list = object["partners"] as? [[String: Any]] else {
      throw ConfigurationError("the partner file is not an object with a list `partners`")
    }
    try refuseUnknown(object.keys, known: ["partners"], in: "the partner file")
    for (index, entry) in list.enumerated() {
      try refuseUnknown(entry.keys, known: CodingKeys.allCases.map(\.rawValue), in: "partner \(index + 1)")
      if let overrides = entry["capabilities"] as? [String: Any] {
        let known = CapabilityOverrides.CodingKeys.allCases.map(\.rawValue)
        try refuseUnknown(overrides.keys, known: known, in: "partner \(index + 1), capabilities")
        try refuseFractions(overrides, in: "partner \(index + 1), capabilities")
      }
    }
    let partners: [PartnerConfiguration]
    do { partners = try JSONDecoder().decode(File.self, from: data).partners } catch let error as ConfigurationError {
      throw error
    } catch { throw ConfigurationError("the partner file: \(text(error))") }
    for partner in partners { try partner.checkShape() }
    let lanes = Dictionary(grouping: partners, by: \.lane)
    if let twice = lanes.first(where: { $0.value.count > 1 })?.key {
      throw ConfigurationError("two partners have the lane \(twice)")
    }
    return partners
  }

  private struct File: Codable { var partners: [PartnerConfiguration] }

  private static func refuseUnknown(
    _ keys: some Sequence<String>, known: [String], in place: String
  ) throws(ConfigurationError) {
    guard let unknown = keys.filter({ !known.contains($0) }).min() else { return }
    throw ConfigurationError("\(place): `\(unknown)` is not known; known are \(known.joined(separator: ", "))")
  }

  /// Every number there is a whole one. The decoder refuses another too, but does not say which one it was.
  private static func refuseFractions(_ values: [String: Any], in place: String) throws(ConfigurationError) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let number = value as? NSNumber, Int64(exactly: number) == nil else { continue }
      throw ConfigurationError("\(place): `\(name)` is not a whole number of 64 bits")
    }
  }

  /// Where and what, without the values: a value may be a secret in the wrong place.
  private static func text(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    return switch error {
    case DecodingError.keyNotFound(let key, let context): "\(path(context)): `\(key.stringValue)` is missing"
    case DecodingError.typeMismatch(let type, let context): "\(path(context)) is not a \(type)"
    case DecodingError.valueNotFound(_, let context): "\(path(context)) is null"
    case DecodingError.dataCorrupted(let context): "\(path(context)): \(context.debugDescription)"
    default: "it cannot be read"
    }
  }

  func checkShape() throws(ConfigurationError) {
    let allowed = lane.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard allowed, (1...64).contains(lane.utf8.count) else {
      throw ConfigurationError("lane \(lane): 1 to 64 letters, digits and `-` are allowed")
    }
  }
}
