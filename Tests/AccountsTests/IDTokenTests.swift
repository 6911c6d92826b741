import Crypto
import CryptoExtras
import Foundation
import Kernel
import Testing

@testable import Accounts

@Suite("ID tokens")
struct IDTokenTests {
  private static let now = Instant(seconds: 1_772_355_600)
  private static let issuer = "https://id.example.org"
  private static let key = P256.Signing.PrivateKey()

  private static func keys(_ key: P256.Signing.PrivateKey = key, kid: String? = "k1") -> IDToken.Keys {
    let raw = key.publicKey.rawRepresentation
    return IDToken.Keys(keys: [
      .init(
        kty: "EC", kid: kid, use: "sig", alg: "ES256", crv: "P-256", x: raw.prefix(32).base64URL,
        y: raw.suffix(32).base64URL)
    ])
  }

  private static var claims: [String: Any] {
    [
      "iss": issuer, "sub": "248289761001", "aud": "amends", "exp": now.seconds + 300, "iat": now.seconds - 5,
      "nonce": "n-0S6_WzA2Mj",
    ]
  }

  private static func token(
    _ claims: [String: Any], header: [String: Any] = ["alg": "ES256", "kid": "k1"], _ key: P256.Signing.PrivateKey = key
  ) throws -> String {
    let text = try [header, claims].map { try JSONSerialization.data(withJSONObject: $0).base64URL }.joined(
      separator: ".")
    return text + "." + (try key.signature(for: SHA256.hash(data: Data(text.utf8))).rawRepresentation.base64URL)
  }

  private static func subject(_ token: String, _ keys: IDToken.Keys = keys()) throws -> String {
    try IDToken.subject(token, keys: keys, issuer: issuer, client: "amends", nonce: "n-0S6_WzA2Mj", now: now)
  }

  @Test("One that is right names its subject, whatever key of the provider signed it")
  func good() throws {
    #expect(try Self.subject(try Self.token(Self.claims)) == "248289761001")
    var several = Self.claims
    several["aud"] = ["amends", "other"]
    several["azp"] = "amends"
    #expect(try Self.subject(try Self.token(several)) == "248289761001")
    let other = P256.Signing.PrivateKey()
    let both = IDToken.Keys(keys: Self.keys(other, kid: "k0").keys + Self.keys().keys)
    #expect(try Self.subject(try Self.token(Self.claims), both) == "248289761001")
  }

  @Test("RSA, as most providers sign")
  func rsa() throws {
    let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
    let parts = try key.publicKey.getKeyPrimitives()
    let keys = IDToken.Keys(keys: [
      .init(kty: "RSA", kid: "r", n: parts.modulus.base64URL, e: parts.publicExponent.base64URL)
    ])
    let text = try [["alg": "RS256", "kid": "r"], Self.claims].map {
      try JSONSerialization.data(withJSONObject: $0).base64URL
    }.joined(separator: ".")
    let signature = try key.signature(for: SHA256.hash(data: Data(text.utf8)), padding: .insecurePKCS1v1_5)
    #expect(try Self.subject(text + "." + signature.rawRepresentation.base64URL, keys) == "248289761001")
    #expect(throws: OpenIDTrouble.self) {
      try Self.subject(text + "." + Data(signature.rawRepresentation.reversed()).base64URL, keys)
    }
  }

  @Test(
    "Of another issuer, for another client, too old, too new, to another question: refused",
    arguments: [
      ("iss", "https://evil.example.org"), ("iss", "https://id.example.org/"), ("aud", "other"), ("azp", "other"),
      ("nonce", "another"), ("sub", ""), ("exp", "1772355000"), ("iat", "1772360000"), ("iat", "1772350000"),
    ])
  func claims(name: String, value: String) throws {
    var claims = Self.claims
    claims[name] = Int(value).map { $0 as Any } ?? value
    let token = try Self.token(claims)
    #expect(throws: OpenIDTrouble.self) { try Self.subject(token) }
  }

  @Test("Without a claim: refused", arguments: ["iss", "sub", "aud", "exp", "iat", "nonce"])
  func missing(name: String) throws {
    var claims = Self.claims
    claims[name] = nil
    let token = try Self.token(claims)
    #expect(throws: OpenIDTrouble.self) { try Self.subject(token) }
  }

  @Test("For several clients, without saying for which: refused")
  func several() throws {
    var claims = Self.claims
    claims["aud"] = ["amends", "other"]
    let token = try Self.token(claims)
    #expect(throws: OpenIDTrouble.self) { try Self.subject(token) }
  }

  @Test("Not signed, signed by somebody else, or as if the public key were a password: refused")
  func forged() throws {
    let (good, stranger) = (try Self.token(Self.claims), P256.Signing.PrivateKey())
    let parts = good.split(separator: ".").map(String.init)
    var tokens = [
      "", "a.b", "a.b.c", parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1],
      try Self.token(Self.claims, stranger), try Self.token(Self.claims, header: ["alg": "ES256", "kid": "k2"]),
      try Self.token(Self.claims, header: ["alg": "none"]), try Self.token(Self.claims, header: ["alg": "RS256"]),
      try Self.token(Self.claims, header: ["alg": "ES256", "crit": ["x"]]), good + "=", good + ".x",
    ]
    let hmac = try [["alg": "HS256", "kid": "k1"], Self.claims].map {
      try JSONSerialization.data(withJSONObject: $0).base64URL
    }.joined(separator: ".")
    let secret = SymmetricKey(data: Self.key.publicKey.rawRepresentation)
    tokens.append(
      hmac + "." + Data(HMAC<SHA256>.authenticationCode(for: Data(hmac.utf8), using: secret)).base64URL)
    for token in tokens { #expect(throws: OpenIDTrouble.self, "\(token)") { try Self.subject(token) } }
    var encryption = Self.keys()
    encryption.keys[0].use = "enc"
    #expect(throws: OpenIDTrouble.self) { try Self.subject(good, encryption) }
  }

  /// RFC 7636, appendix B.
  @Test("The challenge is that of RFC 7636")
  func challenge() {
    #expect(
      OpenIDProvider.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
  }

  @Test(
    "Only TLS, or this machine",
    arguments: [
      ("https://id.example.org/x", true), ("http://127.0.0.1:9400", true), ("http://localhost:1", true),
      ("http://id.example.org", false), ("http://127.0.0.1.example.org", false), ("https://", false),
      ("file:///etc", false),
      ("https://a@id.example.org", false), ("http://localhost@evil.example", false),
    ])
  func safe(url: String, isSafe: Bool) { #expect(OpenIDProvider.isSafe(url) == isSafe) }
}
