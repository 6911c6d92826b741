import Foundation
import Kernel
import Testing

@testable import Partners

/// The expected signatures were computed once by the PyPI packages `stripe` 16.1.0 and `standardwebhooks` 1.1.0.
@Suite("Signatures of notifications")
struct SignatureTests {
  @Suite("Stripe-Signature")
  struct Stripe {
    static let body =
      #"{"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1700000000,"data":{"object":"#
      + #"{"id":"pi_1","object":"payment_intent","amount":999,"currency":"eur","status":"succeeded","metadata":"#
      + #"{"reference":"att-1"}}}}"#
    static let right = "1e66ab17fdc7aa5f3eccc0ebf93db95768c4227a0e82ce12f547dcc745152e20"
    static let wrong = String(right.reversed())

    private func check(_ header: String?, now: Instant = signedAt, body: String = Self.body) -> InboundRejection? {
      let signature = StripeSignature(secret: Secret("whsec_test_4eC39HqLyjWDarjtT1zdp7dc"))
      let headers = header.map { ["stripe-signature": $0] } ?? [:]
      do throws(InboundRejection) {
        try signature.verify(InboundMessage(headers: headers, body: Array(body.utf8)), now: now)
        return nil
      } catch { return error }
    }

    @Test("A signature that Stripe's own library makes is taken")
    func valid() {
      #expect(check("t=1700000000,v1=\(Self.right)") == nil)
      #expect(check("t=1700000000, v1=\(Self.right)") == nil)
    }

    @Test("One right signature among several is enough: the sender is changing its secret")
    func several() {
      #expect(check("t=1700000000,v1=\(Self.wrong),v1=\(Self.right),v0=\(Self.wrong)") == nil)
    }

    @Test("A body, a time or a signature that was touched is refused")
    func forged() {
      #expect(check("t=1700000000,v1=\(Self.right)", body: Self.body.replacing("999", with: "1")) == .badSignature)
      #expect(check("t=1700000001,v1=\(Self.right)") == .badSignature)
      #expect(check("t=1700000000,v1=\(Self.wrong)") == .badSignature)
      #expect(check("t=1700000000,v0=\(Self.right)") == .badSignature)
    }

    @Test("After five minutes a right signature is a replay")
    func stale() {
      let header = "t=1700000000,v1=\(Self.right)"
      #expect(check(header, now: signedAt + .minutes(5)) == nil)
      #expect(check(header, now: signedAt + .minutes(5) + .seconds(1)) == .stale)
      #expect(check(header, now: signedAt - .minutes(6)) == .stale)
    }

    @Test(
      "A header that is no signature is refused",
      arguments: [
        "", "t=1700000000", "v1=\(right)", "t=,v1=\(right)", "t=1700000000,v1=", "t=1700000000,v1=zz",
        "t=-1,v1=\(right)",
        "t=1700000000,t=1700000000,v1=\(right)", "t=99999999999999999999,v1=\(right)", "t v1",
        "t=1700000000;v1=\(right)",
        "t=1700000000,v1=\(right)" + String(repeating: ",v1=00", count: 1_000),
      ])
    func malformed(_ header: String) {
      #expect(check(header) == .badSignature)
    }

    @Test("Without the header there is nothing to check")
    func unsigned() {
      #expect(check(nil) == .unsigned)
    }
  }

  @Suite("Standard Webhooks")
  struct Standard {
    static let body = #"{"id":"e1","source":"urn:op","specversion":"1.0"}"#
    static let right = "v1,iOjeYoA5Fv1fo1Fj6EIVzrE9MfVpnOnLgx0eEtc1LlE="
    static let wrong = "v1,AAAAYoA5Fv1fo1Fj6EIVzrE9MfVpnOnLgx0eEtc1LlE="

    private func check(
      _ signature: String?, id: String = "msg_1", time: String = "1700000000", now: Instant = signedAt
    ) throws -> InboundRejection? {
      let webhook = try StandardWebhook(secret: Secret("whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="))
      var headers = ["webhook-id": id, "webhook-timestamp": time]
      headers["webhook-signature"] = signature
      do throws(InboundRejection) {
        try webhook.verify(InboundMessage(headers: headers, body: Array(Self.body.utf8)), now: now)
        return nil
      } catch { return error }
    }

    @Test("A signature that the reference library makes is taken, also as one of several")
    func valid() throws {
      #expect(try check(Self.right) == nil)
      #expect(try check("\(Self.wrong) v1a,xxxx \(Self.right)") == nil)
    }

    @Test("A forged id, time or signature is refused")
    func forged() throws {
      #expect(try check(Self.right, id: "msg_2") == .badSignature)
      #expect(try check(Self.right, time: "1700000001") == .badSignature)
      #expect(try check(Self.wrong) == .badSignature)
      #expect(try check("v2,iOjeYoA5Fv1fo1Fj6EIVzrE9MfVpnOnLgx0eEtc1LlE=") == .badSignature)
    }

    @Test("After five minutes a right signature is a replay")
    func stale() throws {
      #expect(try check(Self.right, now: signedAt + .minutes(5)) == nil)
      #expect(try check(Self.right, now: signedAt + .minutes(5) + .seconds(1)) == .stale)
      #expect(try check(Self.right, now: signedAt - .minutes(6)) == .stale)
    }

    @Test(
      "Malformed headers are refused", arguments: ["", "v1", "v1,", "v1,%%%", "iOjeYoA5Fv1fo1Fj6EIVzrE9MfVpnOnLgx0="])
    func malformed(_ signature: String) throws {
      #expect(try check(signature) == .badSignature)
      #expect(try check(Self.right, time: "yesterday") == .badSignature)
      #expect(try check(Self.right, id: "") == .badSignature)
      #expect(try check(nil) == .unsigned)
    }

    @Test("A secret that is not base64, or short, is refused when the program starts")
    func secrets() {
      for text in ["whsec_", "whsec_%%%", "whsec_MDEyMw=="] {
        #expect(throws: ConfigurationError.self) { try StandardWebhook(secret: Secret(text)) }
      }
    }
  }

  @Suite("Access tokens for CAMARA's notifications")
  struct Sink {
    private func check(_ header: String?, now: Instant = signedAt) throws -> Result<String, InboundRejection> {
      let sink = try SinkToken(secret: Secret("0123456789abcdef"))
      do throws(InboundRejection) {
        return .success(
          try sink.verify(.init(headers: header.map { ["authorization": $0] } ?? [:], body: []), now: now))
      } catch { return .failure(error) }
    }

    @Test("A token says which order it is for, and is the same each time", arguments: ["att-1", "a/b c+ä~x", "01HQ"])
    func names(_ reference: String) throws {
      let sink = try SinkToken(secret: Secret("0123456789abcdef"))
      let token = sink.token(for: reference, preparedAt: signedAt)
      #expect(token == sink.token(for: reference, preparedAt: signedAt))
      #expect(try check("Bearer \(token)") == .success(reference))
      // RFC 6750, 2.1
      #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._~+/".contains($0)) })
    }

    @Test("A token of another order, another key or past its time is refused")
    func forged() throws {
      let sink = try SinkToken(secret: Secret("0123456789abcdef"))
      let token = sink.token(for: "att-1", preparedAt: signedAt)
      let other = sink.token(for: "att-2", preparedAt: signedAt)
      let mixed = (other.split(separator: "~").prefix(2) + token.split(separator: "~").suffix(1)).joined(separator: "~")
      #expect(try check("Bearer \(mixed)") == .failure(.badSignature))
      let stranger = try SinkToken(secret: Secret("fedcba9876543210")).token(for: "att-1", preparedAt: signedAt)
      #expect(try check("Bearer \(stranger)") == .failure(.badSignature))
      #expect(try check("Bearer \(token)", now: signedAt + .days(121)) == .failure(.stale))
      #expect(try check("Bearer a~b") == .failure(.badSignature))
      #expect(try check("Basic \(token)") == .failure(.badSignature))
      #expect(try check(nil) == .failure(.unsigned))
    }
  }
}
