import Foundation
import Kernel

/// The adapter for one partner of the configuration.
///
/// - Parameter environment: where secrets that are named by a variable are found.
public func makeCounterpart(
  _ configuration: PartnerConfiguration, http: PartnerHTTP,
  environment: [String: String] = ProcessInfo.processInfo.environment
) throws(ConfigurationError) -> any Counterpart {
  do {
    try configuration.checkShape()
    switch configuration.kind {
    case .stripe: return try CardGateway(configuration, http: http, environment: environment)
    case .camara: return try CarrierBilling(configuration, http: http, environment: environment)
    case .debit: return try StatementDebit(configuration, http: http, environment: environment)
    }
  } catch { throw ConfigurationError("partner \(configuration.lane): \(error.description)") }
}

extension PartnerConfiguration {
  /// `baseURL` without a slash at its end, checked: partners are called over TLS, but on this machine.
  func checkedBase() throws(ConfigurationError) -> String {
    try checkURL(baseURL, "baseURL")
    return String(baseURL.reversed().drop { $0 == "/" }.reversed())
  }

  func checkURL(_ text: String, _ name: String) throws(ConfigurationError) {
    guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty, url.user == nil,
      url.password == nil, url.query == nil, url.fragment == nil
    else { throw ConfigurationError("\(name) is not an address of the form https://host/path") }
    let here = ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
    switch url.scheme {
    case "https": return
    case "http" where here || plainHTTP == true: return
    case "http":
      throw ConfigurationError("\(name) is not https; `\"plainHTTP\": true` allows that on a network you trust")
    default: throw ConfigurationError("\(name) is neither https nor http")
    }
  }

  func refuse(_ given: Bool, _ name: String) throws(ConfigurationError) {
    if given { throw ConfigurationError("`\(name)` means nothing for kind \(kind.rawValue)") }
  }

  func source(_ name: String) throws(ConfigurationError) -> SecretSource {
    guard let source = secrets[name] else { throw ConfigurationError("the secret `\(name)` is missing") }
    return source
  }

  func refuseOtherSecrets(than known: [String]) throws(ConfigurationError) {
    if let unknown = secrets.keys.filter({ !known.contains($0) }).min() {
      throw ConfigurationError("the secret `\(unknown)` is not known; known are \(known.joined(separator: ", "))")
    }
  }
}
