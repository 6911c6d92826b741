import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import Web
import Words

/// How subscribers get in to their own page, and out again. What stands there is Billing's.
package struct SubscriberRoutes: Sendable {
  let desk: SubscriberDesk
  /// For those who have a password.
  let accounts: AccountDesk
  let site: Site
  let frame: Frame

  package init(desk: SubscriberDesk, accounts: AccountDesk, site: Site, frame: Frame) {
    self.desk = desk
    self.accounts = accounts
    self.site = site
    self.frame = frame
  }

  package func add(to doors: Doors) {
    doors.get("my/link", needs: .anybody) { request, visit in
      let done = request.uri.queryParameters["done"].map(String.init)
      return SubscriberLinkPage(sendsMail: desk.mailsLeave, notice: done == "out" ? .ownLinkOut : nil)
        .response(in: frame.plain(for: visit))
    }
    doors.post("my/link", needs: .anybody) { request, visit in
      let around = frame.plain(for: visit)
      guard desk.mailsLeave else { return SubscriberLinkPage(sendsMail: false).response(in: around) }
      let wait = try await changing {
        try await desk.ask(
          mail: visit.form["mail"], language: visit.words.tag.description, caller(request, visit))
      }
      guard let wait else {
        return SubscriberLinkPage(sendsMail: true, notice: .ownLinkSent, asks: false).response(in: around)
      }
      var page = SubscriberLinkPage(sendsMail: true, error: .ownLinkWait).response(in: around, status: .tooManyRequests)
      page.headers[.retryAfter] = String(max(1, (wait.microseconds + 999_999) / 1_000_000))
      return page
    }
    // The secret leaves the address bar at once: what follows is a cookie and another address.
    doors.get("my/link/:secret", needs: .anybody) { request, visit -> Response in
      let secret = Secret(try visit.parameters.require("secret"))
      guard let session = try await changing({ try await desk.enter(secret, caller(request, visit)) }) else {
        return SubscriberLinkPage(sendsMail: desk.mailsLeave, error: .ownLinkUsed)
          .response(in: frame.plain(for: visit), status: .notFound).response()
      }
      return Redirect(to: Paths.own, cookies: [site.cookie(Site.ownCookie, session.text)]).response()
    }
    doors.post("my/sign-out", needs: .ownSubscription) { request, visit -> Response in
      if let own = site.value(of: Site.ownCookie, in: request) { try await desk.leave(Secret(own)) }
      if try visit.known().account != 0 { try await accounts.signOut(try visit.known()) }
      return out(visit)
    }
    doors.post("my/revoke", needs: .ownSubscription) { _, visit -> Response in
      let identity = try visit.known()
      let customer = try identity.subscriber()
      try await changing {
        _ = try await desk.kernel.perform(
          RevokeSubscriberAccess(customer: customer), by: identity.actor, key: "own/revoke/\(UUID().uuidString)")
        if identity.account != 0 { try await accounts.signOut(identity) }
      }
      return out(visit)
    }
    doors.post("subscribers/:id/link", needs: .changeSubscriptions) { _, visit in
      guard let id = Int64(try visit.parameters.require("id")) else { throw Refusal.noSubscriber }
      let made = try await changing { try await desk.make(for: id, by: try visit.known().actor) }
      return OncePage(
        title: .subscriberLink, lead: made.isMailed ? .subscriberLinkMailed : .subscriberLinkByHand,
        texts: [made.link], note: .subscriberLinkOnceNote,
        next: (Paths.subscriber(String(id)), .toSubscriber), place: .subscribers
      ).response(in: frame.plain(for: visit))
    }
  }

  private func out(_ visit: Visit) -> Response {
    Redirect(
      to: Paths.ownLink + "?done=out",
      cookies: [site.cookie(Site.ownCookie, "", seconds: 0)]
        + ((visit.identity?.account ?? 0) != 0 ? [site.cookie(Site.sessionCookie, "", seconds: 0)] : [])
    ).response()
  }

  private func caller(_ request: Request, _ visit: Visit) -> Caller {
    Caller(network: visit.network, agent: request.headers[.userAgent] ?? "")
  }

  private func changing<T>(_ body: () async throws -> T) async throws -> T {
    do { return try await body() } catch StoreError.commitUnknown {
      throw RefusalPage(.serviceUnavailable, mayHaveChanged: true)
    }
  }
}
