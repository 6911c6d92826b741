import Crypto
import CryptoExtras
import Foundation
import Kernel

/// What an organisation's provider says about who somebody is (OpenID Connect Core 1.0, section 2), and the checks of section
/// 3.1.3.7 before a word of it is believed.
enum IDToken {
  /// The provider's public keys (RFC 7517).
  struct Keys: Decodable, Sendable {
    struct Key: Decodable, Sendable {
      var kty: String
      var kid: String?
      var use: String?
      var alg: String?
      var n: String?
      var e: String?
      var crv: String?
      var x: String?
      var y: String?
    }

    var keys: [Key]
  }

  private struct Header: Decodable {
    var alg: String
    var kid: String?
    var crit: [String]?
  }

  private struct Claims: Decodable {
    enum Audience: Decodable {
      case list([String])

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let one = try? value.decode(String.self) {
          self = .list([one])
        } else {
          self = .list(try value.decode([String].self))
        }
      }
    }

    var iss: String
    var sub: String
    var aud: Audience
    var azp: String?
    var exp: Double
    var iat: Double
    var nonce: String?
  }

  /// Clocks differ.
  private static let leeway = 60.0

  /// - Returns: the subject: who they are at this issuer, for ever.
  static func subject(
    _ token: String, keys: Keys, issuer: String, client: String, nonce: String, now: Instant
  ) throws(OpenIDTrouble) -> String {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard token.utf8.count <= 32_768, parts.count == 3, let head = Data(base64URL: parts[0]),
      let body = Data(base64URL: parts[1]), let signature = Data(base64URL: parts[2]),
      let header = try? JSONDecoder().decode(Header.self, from: head)
    else { throw OpenIDTrouble("the ID token cannot be read") }
    guard header.crit == nil else { throw OpenIDTrouble("the ID token has extensions that are not known") }
    // The algorithm is ours to choose: a token that says "none", or signs with a key as if it were a password, is not looked at.
    guard ["RS256", "ES256"].contains(header.alg) else {
      throw OpenIDTrouble("the ID token is signed with \(header.alg)")
    }
    let signed = Data((parts[0] + "." + parts[1]).utf8)
    let fitting = keys.keys.filter { key in
      (header.kid == nil || key.kid == header.kid) && (key.use ?? "sig") == "sig"
        && (key.alg ?? header.alg) == header.alg
    }
    guard fitting.prefix(8).contains(where: { isValid(signature, of: signed, header.alg, $0) }) else {
      throw OpenIDTrouble("the ID token is not signed by a key of the provider")
    }
    guard let claims = try? JSONDecoder().decode(Claims.self, from: body) else {
      throw OpenIDTrouble("the ID token lacks a claim")
    }
    try check(claims, issuer: issuer, client: client, nonce: nonce, now: Double(now.seconds))
    return claims.sub
  }

  private static func check(
    _ claims: Claims, issuer: String, client: String, nonce: String, now: Double
  ) throws(OpenIDTrouble) {
    guard case .list(let audience) = claims.aud else { return }
    guard claims.iss == issuer else { throw OpenIDTrouble("the ID token is of another issuer") }
    guard audience.contains(client), audience.count == 1 || claims.azp == client, claims.azp ?? client == client else {
      throw OpenIDTrouble("the ID token is for another client")
    }
    guard claims.exp > now - leeway, claims.iat < now + leeway, claims.iat > now - 3_600 else {
      throw OpenIDTrouble("the ID token’s time is over, or has not come")
    }
    guard claims.nonce == nonce else { throw OpenIDTrouble("the ID token answers another question") }
    guard (1...255).contains(claims.sub.utf8.count) else { throw OpenIDTrouble("the ID token names nobody") }
  }

  private static func isValid(_ signature: Data, of signed: Data, _ algorithm: String, _ key: Keys.Key) -> Bool {
    switch (algorithm, key.kty) {
    case ("RS256", "RSA"):
      guard let n = key.n.flatMap(Data.init(base64URL:)), let e = key.e.flatMap(Data.init(base64URL:)),
        let key = try? _RSA.Signing.PublicKey(n: n, e: e)
      else { return false }
      return key.isValidSignature(
        _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: signed),
        padding: .insecurePKCS1v1_5)
    case ("ES256", "EC"):
      guard key.crv == "P-256", let x = key.x.flatMap(Data.init(base64URL:)),
        let y = key.y.flatMap(Data.init(base64URL:)),
        let key = try? P256.Signing.PublicKey(rawRepresentation: x + y),
        let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: SHA256.hash(data: signed))
    default: return false
    }
  }
}

/// Why a sign-in through an organisation failed: for the log. Whoever signs in is told that it did not work.
struct OpenIDTrouble: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
