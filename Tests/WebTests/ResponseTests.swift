import Billing
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

@testable import Web

@Suite("Answers to browsers")
struct ResponseTests {
  private static let page: HTTPFields = [.accept: "text/html,application/xhtml+xml"]

  private func router() -> RouterResponder<Visit> {
    let doors = Doors(DoorKeeper(site: Site()) { _ in nil }) { Samples.emptyConsole }
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

  @Test("Every page forbids scripts, frames and caches")
  func headers() async throws {
    try await Application(responder: router()).test(.router) { client in
      for path in ["/page", "/nowhere", "/broken"] {
        try await client.execute(uri: path, method: .get, headers: Self.page) { response in
          let policy = try #require(response.headers[.contentSecurityPolicy])
          #expect(policy.hasPrefix("default-src 'none'; style-src 'self'; img-src 'self' data:;"))
          #expect(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"))
          #expect(!policy.contains("unsafe") && !policy.contains("script-src"))
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
    let words = RefusalWords(.init(code: code))
    #expect(page.html.contains("<h1>\(words.title)</h1>") && page.html.contains("<h2>What to do</h2>"))
    #expect(page.html.contains(words.advice) || page.html.contains(HTMLText.escape(words.advice)))
  }

  @Test("No two of the refusals that are told apart say the same")
  func distinct() {
    let titles = [400, 404, 409, 413, 429, 500, 503].map { RefusalWords(.init(code: $0)).title }
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
      try await client.execute(uri: Assets.stylesheetPath, method: .get) { response in
        #expect(response.status == .ok)
        #expect(response.headers[.contentType] == "text/css; charset=utf-8")
        #expect(response.headers[.cacheControl] == "public, max-age=31536000, immutable")
        #expect(String(buffer: response.body) == Assets.stylesheet)
      }
      try await client.execute(uri: "/assets/0000000000000000.css", method: .get) { response in
        #expect(response.status == .notFound)
      }
    }
    #expect(Assets.stylesheetPath.wholeMatch(of: /\/assets\/[0-9a-f]{16}\.css/) != nil)
    let page = HTMLResponse(Samples.emptyDay.html(in: Samples.emptyConsole))
    #expect(page.html.contains("href=\"\(Assets.stylesheetPath)\""))
  }
}
