import HTTPTypes
import Hummingbird
import Kernel
import Web
import Words

extension AccountRoutes {
  private static let cookie = "organisation"

  /// Links, not forms: a page's form may lead to this server alone (`form-action`), and these lead to the provider.
  func addOrganisation(_ provider: OpenIDProvider, to doors: Doors) {
    doors.get("sign-in/organisation", needs: .anybody) { request, visit -> Response in
      try await leave(provider, link: nil, request, visit)
    }
    doors.get("link/:secret/organisation", needs: .anybody) { request, visit -> Response in
      guard try await link(visit).purpose == .invitation else { throw Refusal.linkUsed }
      return try await leave(provider, link: Secret(try visit.parameters.require("secret")), request, visit)
    }
    doors.get("sign-in/organisation/done", needs: .anybody) { request, visit -> Response in
      let query = { (name: String) in request.uri.queryParameters[name[...]].map(String.init) }
      var answer: Response
      do {
        let (outcome, back) = try await changing {
          try await desk.comeBack(
            from: provider, state: query("state") ?? "", code: query("code") ?? "", issuer: query("iss"),
            cookie: site.value(of: Self.cookie, in: request) ?? "", caller(request, visit))
        }
        answer = go(outcome, back: back, visit.words) { _, _ in
          failed(provider, Said(.nobodyKnown, visit.words), visit)
        }
      } catch let refusal as Refusal { answer = failed(provider, Said(refusal, visit.words), visit) }
      answer.setCookie(site.cookie(Self.cookie, "", seconds: 0))
      return answer
    }
  }

  /// The way of an invitation through the organisation, where there is one.
  func organisation(_ visit: Visit) -> (name: String, href: String)? {
    provider.map { ($0.name, "/link/\(Paths.segment(visit.parameters.get("secret") ?? ""))/organisation") }
  }

  private func leave(
    _ provider: OpenIDProvider, link: Secret?, _ request: Request, _ visit: Visit
  ) async throws -> Response {
    do {
      let (address, cookie) = try await desk.leave(
        for: provider, back: back(request), link: link, caller(request, visit))
      let kept = site.cookie(Self.cookie, cookie, seconds: Int(OrganisationTrip.lasts))
      return Redirect(to: address, cookies: [kept]).response()
    } catch let refusal as Refusal { return failed(provider, Said(refusal, visit.words), visit) }
  }

  private func failed(_ provider: OpenIDProvider, _ error: Said, _ visit: Visit) -> Response {
    SignInPage(error: error, organisation: provider.name).response(
      in: frame.plain(for: visit), status: .unprocessableContent
    )
    .response()
  }
}
