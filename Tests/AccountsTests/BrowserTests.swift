import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts
@testable import Server

@Suite("What a browser sends")
struct BrowserTests {
  private static let origin = HTTPField.Name.origin
  private static func fetchSite() throws -> HTTPField.Name { try #require(HTTPField.Name("Sec-Fetch-Site")) }

  @Test("A form of another site changes nothing, however it is sent")
  func forged() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let target = house.accounts[.support] ?? 0
      let path = "/accounts/\(target)/suspend"
      let (cookie, proof) = try await house.browser(.administrator)
      let (_, foreignProof) = try await house.browser(.administrator)
      let reason = ("reason", "x")
      let tries: [(String, [(String, String)], HTTPFields)] = [
        ("another site", [reason, ("proof", proof)], [try Self.fetchSite(): "cross-site"]),
        ("another host of the domain", [reason, ("proof", proof)], [try Self.fetchSite(): "same-site"]),
        ("another origin, an old browser", [reason, ("proof", proof)], [Self.origin: "https://evil.example"]),
        ("nowhere", [reason, ("proof", proof)], [Self.origin: "null"]),
        ("without the proof", [reason], [try Self.fetchSite(): "same-origin"]),
        ("with an empty proof", [reason, ("proof", "")], [:]),
        ("with another session's proof", [reason, ("proof", foreignProof)], [try Self.fetchSite(): "same-origin"]),
      ]
      for (name, form, headers) in tries {
        let answer = try await house.send(.post, path, form: form, cookie: cookie, headers: headers)
        #expect(answer.status == 403, "\(name): \(answer.status)")
      }
      #expect(try await house.desk.account(target)?.state == .active)
      // Reading it by GET does nothing either.
      #expect(try await house.send(.get, path + "?reason=x&proof=\(proof)", cookie: cookie).status == 404)
      let good = try await house.send(
        .post, path, form: [reason, ("proof", proof)], cookie: cookie, headers: [try Self.fetchSite(): "same-origin"])
      #expect(good.status == 303)
      #expect(try await house.desk.account(target)?.state == .suspended)
    }
  }

  @Test("Nobody is signed in to a stranger's account by a form of another site")
  func signInForged() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let form = [("mail", "finance@example.org"), ("password", Office.password)]
      for headers: HTTPFields in [[try Self.fetchSite(): "cross-site"], [Self.origin: "https://evil.example"]] {
        let answer = try await house.send(.post, "/sign-in", form: form, headers: headers)
        #expect(answer.status == 403 && answer.cookies.isEmpty)
      }
    }
  }

  @Test("Signing in makes a new session, whatever cookie was there before")
  func fixation() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let form = [("mail", "finance@example.org"), ("password", Office.password)]
      let planted = "amends-session=planted-by-somebody-else"
      let answer = try await house.send(.post, "/sign-in", form: form, cookie: planted)
      #expect(answer.status == 303 && answer.location == "/")
      let session = try #require(answer.cookies.first { $0.hasPrefix("amends-session=") })
      #expect(!session.contains("planted"))
      #expect(try await house.send(.get, "/", cookie: planted).isToSignIn)
      let cookie = String(session.prefix { $0 != ";" })
      #expect(try await house.send(.get, "/", cookie: cookie).status == 200)
      // Signing in again in the same browser ends the session that it had.
      _ = try await house.send(.post, "/sign-in", form: form, cookie: cookie)
      #expect(try await house.send(.get, "/", cookie: cookie).isToSignIn)
    }
  }

  @Test("Cookies cannot be read by scripts nor sent by other sites, and over TLS are of this host alone")
  func cookies() async throws {
    let form = [("mail", "finance@example.org"), ("password", Office.password)]
    try await DoorHouse.open(on: .sqlite) { house in
      for cookie in try await house.send(.post, "/sign-in", form: form).cookies {
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"))
        #expect(!cookie.contains("Secure") && !cookie.contains("Domain"))
      }
    }
    try await DoorHouse.open(on: .sqlite, origin: "https://amends.example") { house in
      let answer = try await house.send(
        .post, "/sign-in", form: form, headers: [Self.origin: "https://amends.example"])
      #expect(answer.cookies.count == 2)
      for cookie in answer.cookies {
        #expect(cookie.hasPrefix("__Host-amends-") && cookie.contains("Secure") && cookie.contains("HttpOnly"))
      }
      // Nobody is led over plain HTTP once they were here; where that is all there is, nothing is said.
      #expect(answer.headers[.strictTransportSecurity] == "max-age=31536000")
      let other = try await house.send(.post, "/sign-in", form: form, headers: [Self.origin: "http://amends.example"])
      #expect(other.status == 403)
    }
  }

  @Test(
    "After signing in one goes on to a place of this server, never to another",
    arguments: [
      ("/subscribers?q=ada", "/subscribers?q=ada"), ("https://evil.example/", "/"), ("//evil.example/", "/"),
      ("/\\evil.example", "/"), ("/\t/evil.example", "/"), ("/%0d%0aset-cookie:a=b", "/%0d%0aset-cookie:a=b"),
      ("javascript:alert(1)", "/"), ("", "/"), ("/a\r\nset-cookie: a=b", "/"),
    ])
  func back(asked: String, goes: String) async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let answer = try await house.send(
        .post, "/sign-in", form: [("mail", "finance@example.org"), ("password", Office.password), ("back", asked)])
      #expect(answer.status == 303 && answer.location == goes)
      let page = try await house.send(.get, "/sign-in?back=\(Paths.segment(asked))")
      #expect(page.text.contains("evil.example") == false)
    }
  }

  @Test("Each role begins where it may be")
  func landing() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      for (role, place) in [
        (Web.Role.operator, "/"), (.finance, "/"), (.support, "/"), (.auditor, "/"), (.administrator, "/accounts"),
        (.subscriber, "/my"),
      ] {
        let answer = try await house.send(
          .post, "/sign-in", form: [("mail", "\(role.rawValue)@example.org"), ("password", Office.password)])
        #expect(answer.location == place, "\(role)")
        let session = try #require(answer.cookies.first { $0.hasPrefix("amends-session=") }).prefix { $0 != ";" }
        #expect(try await house.send(.get, place, cookie: String(session)).status == 200, "\(role)")
      }
    }
  }

  @Test("An invitation by the pages: seen once, accepted, signed in, and the link is gone")
  func invitation() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let (cookie, proof) = try await house.browser(.administrator)
      let made = try await house.send(
        .post, "/accounts",
        form: [("proof", proof), ("mail", "new@example.org"), ("person", "<b>New"), ("role", "support")], cookie: cookie
      )
      #expect(made.status == 200 && made.text.contains("This server sends no mail"))
      let link = try #require(made.text.firstMatch(of: #/http:\/\/127\.0\.0\.1:8080(\/link\/[A-Za-z0-9_-]{43})/#)).1
      let page = try await house.send(.get, String(link))
      #expect(page.status == 200 && page.text.contains("&lt;b&gt;New"))
      let differs = try await house.send(
        .post, String(link), form: [("password", "a long new sentence"), ("again", "another")])
      #expect(differs.status == 422 && differs.text.contains("not the same"))
      let short = try await house.send(.post, String(link), form: [("password", "short"), ("again", "short")])
      #expect(short.status == 422 && short.text.contains("at least 12"))
      let done = try await house.send(
        .post, String(link), form: [("password", "a long new sentence"), ("again", "a long new sentence")])
      #expect(done.status == 303 && done.location == "/sign-in?done=password")
      #expect(try await house.send(.get, String(link)).status == 404)
      let signedIn = try await house.send(
        .post, "/sign-in", form: [("mail", "new@example.org"), ("password", "a long new sentence")])
      #expect(signedIn.status == 303 && signedIn.location == "/")
    }
  }

  @Test("A token by the pages: chosen rights, shown once, revoked")
  func token() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let (cookie, proof) = try await house.browser(.support)
      let none = try await house.send(
        .post, "/account/tokens", form: [("proof", proof), ("title", "x"), ("days", "30")], cookie: cookie)
      #expect(none.status == 422 && none.text.contains("Choose one"))
      let made = try await house.send(
        .post, "/account/tokens",
        form: [("proof", proof), ("title", "nightly"), ("days", "30"), ("scope", "readRenewals")], cookie: cookie)
      let token = try #require(made.text.firstMatch(of: #/amends_[A-Za-z0-9_-]{49}/#)).0
      let program: HTTPFields = [.accept: "application/json", .authorization: "Bearer \(token)"]
      #expect(try await house.send(.get, "/", headers: program).status == 200)
      #expect(try await house.send(.get, "/subscribers", headers: program).status == 403)
      let page = try await house.send(.get, "/account", cookie: cookie).text
      #expect(page.contains("nightly") && !page.contains(token))
      let number = try #require(page.firstMatch(of: #/name="token" value="(\d+)"/#)).1
      let revoked = try await house.send(
        .post, "/account/tokens/revoke", form: [("proof", proof), ("token", String(number))], cookie: cookie)
      #expect(revoked.location == "/account?done=revoked")
      #expect(try await house.send(.get, "/", headers: program).status == 401)
    }
  }

  @Test("The second factor by the pages")
  func factor() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let (cookie, proof) = try await house.browser(.finance)
      _ = try await house.send(.post, "/account/second-factor", form: [("proof", proof)], cookie: cookie)
      let page = try await house.send(.get, "/account", cookie: cookie).text
      #expect(page.contains("<svg class=\"qr\"") && page.contains("otpauth://totp/"))
      let wrong = try await house.send(
        .post, "/account/second-factor/confirm", form: [("proof", proof), ("code", "1")], cookie: cookie)
      #expect(wrong.status == 422 && wrong.text.contains("aria-invalid"))
      let identity = try #require(
        try await house.desk.identify(.session(String(cookie.dropFirst("amends-session=".count)))))
      let sealed = try await house.desk.kernel.store.read { tx in
        try tx.row("SELECT offered FROM account WHERE id = \(identity.account)")?.blobOrNull("offered")
      }
      let app = try house.desk.key.open(try #require(sealed), for: identity.account)
      let now = { TimeCode.step(at: house.desk.kernel.world.now()) }
      let on = try await house.send(
        .post, "/account/second-factor/confirm",
        form: [("proof", proof), ("code", TimeCode.code(app, step: now() - 1))], cookie: cookie)
      #expect(on.status == 200 && on.text.contains("recovery codes"))
      let password = try await house.send(
        .post, "/sign-in",
        form: [("mail", "finance@example.org"), ("password", Office.password), ("back", "/subscribers")])
      #expect(password.status == 303 && password.location == "/sign-in/second-step?back=%2Fsubscribers")
      #expect(!password.cookies.contains { $0.contains("device") })
      let half = String(try #require(password.cookies.first).prefix { $0 != ";" })
      let form = try await house.send(.get, password.location, cookie: half).text
      let halfProof = String(try #require(form.firstMatch(of: #/name="proof" value="([^"]+)"/#)).1)
      let fields = [("proof", halfProof), ("code", TimeCode.code(app, step: now() + 1)), ("back", "/subscribers")]
      let full = try await house.send(.post, "/sign-in/second-step", form: fields, cookie: half)
      #expect(full.status == 303 && full.location == "/subscribers")
      #expect(try await house.send(.get, "/", cookie: half).isToSignIn)
      #expect(try await house.send(.post, "/sign-in/second-step", form: fields, cookie: half).isToSignIn)
    }
  }

  @Test("Forms that are too large, or no forms, are refused and not read")
  func large() async throws {
    try await DoorHouse.open(on: .sqlite) { house in
      let large = try await house.send(.post, "/sign-in", form: [("mail", String(repeating: "a", count: 70_000))])
      #expect(large.status == 413)
      let long = try await house.send(
        .post, "/sign-in", form: [("mail", "a@b"), ("password", String(repeating: "a", count: 60_000))])
      #expect(long.status == 422)
    }
  }
}
