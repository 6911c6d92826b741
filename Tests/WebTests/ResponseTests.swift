import Billing
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Testing
import Words

@testable import Web

@Suite("Answers to browsers")
struct ResponseTests {
  private static let page: HTTPFields = [.accept: "text/html,application/xhtml+xml"]

  private func router() -> RouterResponder<Visit> {
    let doors = Doors(DoorKeeper(site: Site()) { _ in nil }, frame: Samples.frame)
    Assets.addRoutes(to: doors)
    doors.get("page", needs: .anybody) { _, _ in HTMLResponse("<!doctype html><p>é") }
    doors.get("busy", needs: .anybody) { _, _ -> Response in
      throw RefusalPage(.tooManyRequests, retryAfter: .milliseconds(1_200))
    }
    doors.get("broken", needs: .anybody) { _, _ -> Response in throw Broken(secret: "jane@example.org") }
    doors.get("lost", needs: .anybody) { _, _ -> Response in
      throw RefusalPage(.internalServerError, mayHaveChanged: true)
    }
    return doors.responder()
  }

  private struct Broken: Error { let secret: String }

  @Test("Every page forbids strange scripts, frames and caches")
  func headers() async throws {
    try await Application(responder: router()).test(.router) { client in
      for path in ["/page", "/nowhere", "/broken"] {
        try await client.execute(uri: path, method: .get, headers: Self.page) { response in
          let policy = try #require(response.headers[.contentSecurityPolicy])
          #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"))
          #expect(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"))
          #expect(!policy.contains("unsafe") && !policy.contains("script-src 'self' ") && !policy.contains("*"))
          #expect(response.headers[.xContentTypeOptions] == "nosniff")
          #expect(response.headers[.cacheControl] == "no-store")
          #expect(response.headers[.contentType] == "text/html; charset=utf-8")
          for (name, value) in [("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY")] {
            #expect(response.headers[try #require(HTTPField.Name(name))] == value)
          }
        }
      }
    }
  }

  @Test(
    "A refusal keeps its status and says what it means and what to do",
    arguments: [
      400, 404, 409, 413, 422, 429, 451, 500, 503,
    ])
  func statuses(_ code: Int) {
    let page = RefusalPage(.init(code: code), detail: "The subscription has already ended.")
      .page(in: Samples.console, reference: "req-1")
    #expect(page.status.code == code)
    #expect(page.html.contains("<p class=\"code\">\(code)</p>"))
    #expect(page.html.contains("The subscription has already ended.") && page.html.contains("req-1"))
    let (refusal, words) = (RefusalWords(.init(code: code)), Words(.english))
    #expect(page.html.contains("<h1>\(words.text(refusal.title))</h1>") && page.html.contains("<h2>What to do</h2>"))
    #expect(page.html.contains(HTMLText.escape(words.text(refusal.advice))))
  }

  @Test("A page is in the reader's language: the one they chose, else what their browser asks for")
  func languages() async throws {
    let doors = Doors(DoorKeeper(site: Site()) { _ in nil }, frame: Samples.frame)
    Samples.frame.addRoutes(to: doors)
    try await Application(responder: doors.responder()).test(.router) { client in
      var headers = Self.page
      headers[.acceptLanguage] = "ar;q=0.9, en;q=0.1"
      try await client.execute(uri: "/nothing?x=1", method: .get, headers: headers) { response in
        let html = String(buffer: response.body)
        #expect(
          html.contains("<html lang=\"ar\" dir=\"rtl\">") && html.contains("name=\"back\" value=\"/nothing?x=1\""))
        #expect(html.contains("لا شيء في هذا العنوان"))
      }
      headers[.contentType] = "application/x-www-form-urlencoded"
      let chosen = ByteBuffer(string: "language=de&back=%2Fsubscribers%3Fq%3Dx")
      try await client.execute(uri: "/language", method: .post, headers: headers, body: chosen) { response in
        #expect(response.status == .seeOther && response.headers[.location] == "/subscribers?q=x")
        let cookie = try #require(response.headers[.setCookie])
        #expect(cookie.hasPrefix("amends-language=de;"))
        headers[.cookie] = "amends-language=de"
      }
      try await client.execute(uri: "/nothing", method: .get, headers: headers) { response in
        #expect(String(buffer: response.body).contains("<html lang=\"de\" dir=\"ltr\">"))
      }
      for body in ["language=xx", "", "language=de&back=%2F%2Fevil.example"] {
        try await client.execute(uri: "/language", method: .post, headers: headers, body: ByteBuffer(string: body)) {
          #expect($0.status == .badRequest || $0.headers[.location] == "/", "\(body)")
        }
      }
    }
  }

  @Test("No two of the refusals that are told apart say the same")
  func distinct() {
    let titles = [400, 404, 409, 413, 429, 500, 503].map { Words(.english).text(RefusalWords(.init(code: $0)).title) }
    #expect(Set(titles).count == titles.count)
  }

  @Test("Too many requests: when to come back stands in the header and on the page")
  func retry() async throws {
    try await Application(responder: router()).test(.router) { client in
      try await client.execute(uri: "/busy", method: .get, headers: Self.page) { response in
        #expect(response.status == .tooManyRequests)
        #expect(response.headers[.retryAfter] == "2")
        #expect(String(buffer: response.body).contains("It makes sense again in 1.2\u{202F}s."))
      }
    }
  }

  @Test("A failure shows nothing of what failed; a lost answer never claims that nothing was changed")
  func failure() async throws {
    try await Application(responder: router()).test(.router) { client in
      try await client.execute(uri: "/broken", method: .get, headers: Self.page) { response in
        #expect(response.status == .internalServerError)
        #expect(!String(buffer: response.body).contains("jane@example.org"))
      }
      try await client.execute(uri: "/lost", method: .get, headers: Self.page) { response in
        let html = String(buffer: response.body)
        #expect(html.contains("We do not know whether it was carried out"))
        #expect(!html.contains("nothing was changed") && !html.contains("Nothing was changed"))
      }
    }
  }

  @Test("A program is answered without a page")
  func program() async throws {
    try await Application(responder: router()).test(.router) { client in
      try await client.execute(uri: "/busy", method: .get, headers: [.accept: "application/json"]) { response in
        #expect(response.status == .tooManyRequests)
        #expect(!String(buffer: response.body).contains("<html"))
      }
    }
  }

  @Test("The stylesheet is found under its hash, may be kept for ever, and an older hash is not found")
  func stylesheet() async throws {
    try await Application(responder: router()).test(.router) { client in
      try await client.execute(uri: Assets.stylesheet.path, method: .get) { response in
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/css; charset=utf-8")
        #expect(response.headers[.cacheControl] == "public, max-age=31536000, immutable")
        #expect(String(buffer: response.body) == Assets.stylesheet.text)
      }
      try await client.execute(uri: "/assets/0000000000000000.css", method: .get) { response in
        #expect(response.status == .notFound)
      }
    }
    #expect(Assets.stylesheet.path.wholeMatch(of: /\/assets\/[0-9a-f]{16}\.css/) != nil)
    let page = HTMLResponse(try Samples.emptyDay.html(in: Samples.emptyConsole))
    #expect(page.html.contains("href=\"\(Assets.stylesheet.path)\""))
  }
}
