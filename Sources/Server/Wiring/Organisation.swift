import Accounts
import ArgumentParser
import AsyncHTTPClient
import Foundation
import Logging
import NIOCore

/// The organisation whose people may sign in through its own provider (OpenID Connect).
struct OrganisationOptions: ParsableArguments {
  @Option(
    help:
      "The issuer of an organisation's OpenID Connect provider, as its discovery document names it. [$AMENDS_OIDC_ISSUER]"
  )
  var oidcIssuer: String?
  @Option(
    help:
      "The client that the provider knows this server as; its secret stands in $AMENDS_OIDC_SECRET. [$AMENDS_OIDC_CLIENT]"
  )
  var oidcClient: String?
  @Option(help: "What people read: “Sign in with …”. [$AMENDS_OIDC_NAME]")
  var oidcName = Settings.value("oidc-name") ?? "your organisation"

  var issuer: String? { oidcIssuer ?? Settings.value("oidc-issuer") }
  var client: String? { oidcClient ?? Settings.value("oidc-client") }

  func validate() throws {
    let (issuer, client) = (issuer, client)
    guard (issuer == nil) == (client == nil) else {
      throw ValidationError("--oidc-issuer and --oidc-client are given together.")
    }
    if let issuer, !OpenIDProvider.isSafe(issuer) || issuer.hasSuffix("/") {
      throw ValidationError("An issuer is https://…, as the provider writes it, without a slash at its end.")
    }
  }

  func provider(_ logger: Logger) throws -> OpenIDProvider? {
    guard let issuer, let client else { return nil }
    let secret = Settings.value("oidc-secret") ?? ""
    guard !secret.isEmpty else { throw Problem(.usage, "The client's secret has to stand in $AMENDS_OIDC_SECRET.") }
    return OpenIDProvider(
      issuer: issuer, client: client, secret: secret, name: oidcName,
      tell: { logger.warning("a sign-in through the organisation failed", metadata: ["reason": "\($0)"]) },
      fetch: Self.fetch)
  }

  /// Ten seconds and 256 KiB: somebody waits for it, and keys and tokens are small.
  @Sendable private static func fetch(_ wanted: OpenIDProvider.Request) async throws -> Data {
    var request = HTTPClientRequest(url: wanted.url)
    request.headers.add(name: "accept", value: "application/json")
    if let authorization = wanted.authorization { request.headers.add(name: "authorization", value: authorization) }
    if let form = wanted.form {
      request.method = .POST
      request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
      request.body = .bytes(ByteBuffer(string: form))
    }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
    guard response.status == .ok else {
      throw Problem(.unavailable, "the provider answered with HTTP \(response.status.code)")
    }
    return Data(try await response.body.collect(upTo: 256 << 10).readableBytesView)
  }
}
