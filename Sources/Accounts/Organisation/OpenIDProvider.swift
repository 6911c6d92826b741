import Crypto
import Foundation

/// An organisation that knows its people: its provider speaks OpenID Connect.
package struct OpenIDProvider: Sendable {
  /// A request to the provider: GET, or POST of a form.
  package struct Request: Sendable {
    package let url: String
    package let form: String?
    /// `Basic …`, with the client's secret.
    package let authorization: String?
  }

  package let issuer: String
  package let client: String
  let secret: String
  /// As people know it: "Sign in with …".
  package let name: String
  /// Gives the body of an answer that was 200; anything else is thrown.
  let fetch: @Sendable (Request) async throws -> Data
  /// Told why a sign-in failed.
  let tell: @Sendable (String) -> Void

  package init(
    issuer: String, client: String, secret: String, name: String, tell: @escaping @Sendable (String) -> Void,
    fetch: @escaping @Sendable (Request) async throws -> Data
  ) {
    self.issuer = issuer
    self.client = client
    self.secret = secret
    self.name = name
    self.tell = tell
    self.fetch = fetch
  }

  /// OpenID Connect Discovery 1.0, section 3.
  struct Document: Decodable, Sendable {
    var issuer: String
    var authorizationEndpoint: String
    var tokenEndpoint: String
    var jwksURI: String

    enum CodingKeys: String, CodingKey {
      case issuer
      case authorizationEndpoint = "authorization_endpoint"
      case tokenEndpoint = "token_endpoint"
      case jwksURI = "jwks_uri"
    }
  }

  func document() async throws -> Document {
    let data = try await fetch(
      Request(url: issuer + "/.well-known/openid-configuration", form: nil, authorization: nil))
    guard let document = try? JSONDecoder().decode(Document.self, from: data) else {
      throw OpenIDTrouble("the discovery document cannot be read")
    }
    guard document.issuer == issuer else { throw OpenIDTrouble("the discovery document is of another issuer") }
    for url in [document.authorizationEndpoint, document.tokenEndpoint, document.jwksURI] where !Self.isSafe(url) {
      throw OpenIDTrouble("an endpoint of the provider has no TLS")
    }
    return document
  }

  /// TLS, or this machine.
  package static func isSafe(_ url: String) -> Bool {
    guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty, parts.user == nil else {
      return false
    }
    return parts.scheme == "https" || parts.scheme == "http" && ["127.0.0.1", "localhost"].contains(host)
  }

  func keys(_ document: Document) async throws -> IDToken.Keys {
    let data = try await fetch(Request(url: document.jwksURI, form: nil, authorization: nil))
    guard let keys = try? JSONDecoder().decode(IDToken.Keys.self, from: data) else {
      throw OpenIDTrouble("the provider’s keys cannot be read")
    }
    return keys
  }

  /// - Returns: the ID token for a code (RFC 6749, section 4.1.3, with RFC 7636).
  func token(_ document: Document, code: String, verifier: String, back: String) async throws -> String {
    struct Answer: Decodable { var id_token: String }
    let credentials = Data("\(Self.escape(client)):\(Self.escape(secret))".utf8).base64EncodedString()
    let data = try await fetch(
      Request(
        url: document.tokenEndpoint,
        form: Self.form([
          ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", back), ("code_verifier", verifier),
          ("client_id", client),
        ]), authorization: "Basic \(credentials)"))
    guard let answer = try? JSONDecoder().decode(Answer.self, from: data) else {
      throw OpenIDTrouble("the token endpoint gave no ID token")
    }
    return answer.id_token
  }

  /// Where a browser is sent to.
  func address(_ document: Document, trip: OrganisationTrip, back: String) -> String {
    let query = Self.form([
      ("response_type", "code"), ("scope", "openid"), ("client_id", client), ("redirect_uri", back),
      ("state", trip.state), ("nonce", trip.nonce), ("code_challenge", Self.challenge(trip.verifier)),
      ("code_challenge_method", "S256"),
    ])
    return document.authorizationEndpoint + (document.authorizationEndpoint.contains("?") ? "&" : "?") + query
  }

  /// RFC 7636, section 4.2.
  static func challenge(_ verifier: String) -> String { Data(SHA256.hash(data: Data(verifier.utf8))).base64URL }

  private static func form(_ fields: [(String, String)]) -> String {
    fields.map { "\($0.0)=\(escape($0.1))" }.joined(separator: "&")
  }

  private static func escape(_ text: String) -> String {
    let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~.")
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }
}

/// What a browser keeps, sealed, while it is at the provider: the answer has to belong to the question that it asked.
struct OrganisationTrip: Codable, Sendable {
  static let lasts: Int64 = 600

  var state: String
  var nonce: String
  var verifier: String
  /// Where to go on afterwards.
  var back: String?
  /// The invitation that is to be accepted.
  var link: String?
  /// Seconds since 1970.
  var ends: Int64
}
