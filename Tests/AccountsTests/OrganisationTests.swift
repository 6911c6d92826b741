import AsyncHTTPClient
import Foundation
import HTTPTypes
import Kernel
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Web

@testable import Accounts
@testable import Server

/// Signing in through a real provider, a process of its own.
@Suite("Signing in through an organisation", .serialized, .enabled(if: OpenIDProviderProcess.executable != nil))
struct OrganisationTests {
  private static func withProvider(_ body: @escaping @Sendable (DoorHouse, String) async throws -> Void) async throws {
    let provider = try OpenIDProviderProcess(port: freePort())
    defer { provider.stop() }
    var isUp = false
    for _ in 0..<150 where !isUp {
      isUp = (try? await get(provider.issuer + "/.well-known/openid-configuration"))?.status == 200
      if !isUp { try await Task.sleep(for: .milliseconds(100)) }
    }
    try #require(isUp)
    let issuer = provider.issuer
    try await DoorHouse.open(on: .sqlite, organisation: issuer) { house in try await body(house, issuer) }
  }

  private static func freePort() -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in.loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        guard bind(descriptor, $0, length) == 0, getsockname(descriptor, $0, &length) == 0 else { return 0 }
        return Int(UnsafeRawPointer($0).load(as: sockaddr_in.self).sin_port.byteSwapped)
      }
    }
  }

  private static func get(_ url: String, form: String? = nil) async throws -> (status: UInt, location: String) {
    let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
    var request = HTTPClientRequest(url: url)
    if let form {
      request.method = .POST
      request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
      request.body = .bytes(ByteBuffer(string: form))
    }
    do {
      let response = try await client.execute(request, timeout: .seconds(10))
      _ = try await response.body.collect(upTo: 1 << 20)
      try await client.shutdown()
      return (response.status.code, response.headers.first(name: "location") ?? "")
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  private static func cookie(_ name: String, _ answer: DoorHouse.Answer) -> String? {
    answer.cookies.first { $0.hasPrefix("amends-\(name)=") }.map { String($0.prefix { $0 != ";" }) }
  }

  /// From here to the provider, where the person says who they are.
  /// - Returns: where the provider sends the browser, and what the browser kept.
  private static func out(
    _ house: DoorHouse, from path: String, as subject: String
  ) async throws -> (back: String, cookie: String) {
    let away = try await house.send(.get, path)
    try #require(away.status == 303, "\(away.status) \(away.text)")
    let kept = try #require(cookie("organisation", away))
    let sent = try await get(away.location, form: "sub=\(subject)")
    let back = try #require(URLComponents(string: sent.location))
    #expect(back.host == "127.0.0.1" && back.port == 8080 && back.path == "/sign-in/organisation/done")
    return (back.path + "?" + (back.percentEncodedQuery ?? ""), kept)
  }

  private static func invite(_ house: DoorHouse, _ mail: String) async throws -> String {
    let made = try await house.desk.invite(mail: mail, person: "New", role: .support, by: Actor(.operator, "cli"))
    return "/link/" + (made.link.split(separator: "/").last.map(String.init) ?? "")
  }

  @Test("An invitation is accepted through the provider once; from then on its subject is that account")
  func invitation() async throws {
    try await Self.withProvider { house, _ in
      let link = try await Self.invite(house, "new@example.org")
      #expect(try await house.send(.get, link).text.contains("accept with Example &amp; Co"))
      let first = try await Self.out(house, from: link + "/organisation", as: "employee-7")
      let inside = try await house.send(.get, first.back, cookie: first.cookie)
      #expect(inside.status == 303 && inside.location == "/", "\(inside.text)")
      let session = try #require(Self.cookie("session", inside))
      #expect(try await house.send(.get, "/subscribers", cookie: session).status == 200)
      #expect(try await house.send(.get, link).status == 404, "used")

      let again = try await Self.out(house, from: "/sign-in/organisation?back=/subscribers", as: "employee-7")
      let back = try await house.send(.get, again.back, cookie: again.cookie)
      #expect(back.status == 303 && back.location == "/subscribers")
      #expect(Self.cookie("organisation", back) == "amends-organisation=", "what was kept is taken away")

      let facts = try await house.desk.kernel.store.read { tx in
        try tx.rows("SELECT kind, body FROM fact ORDER BY id LIMIT 1000").map {
          try $0.text("kind") + " " + $0.text("body")
        }
      }
      #expect(facts.contains { $0.hasPrefix("signedIn ") && $0.contains(#""by":"organisation""#) })
      #expect(facts.contains { $0.contains("organisationBound") } && !facts.contains { $0.contains("employee-7") })
    }
  }

  @Test("Nobody else of the organisation comes in, not even with a mail address that has an account")
  func strangers() async throws {
    try await Self.withProvider { house, _ in
      for subject in ["employee-8", "finance%40example.org"] {
        let stranger = try await Self.out(house, from: "/sign-in/organisation", as: subject)
        let answer = try await house.send(.get, stranger.back, cookie: stranger.cookie)
        #expect(answer.status == 422 && answer.text.contains("Open the link of your invitation first"))
        #expect(Self.cookie("session", answer) == nil)
      }
    }
  }

  @Test("An answer belongs to the browser that asked, is good once, and says what was asked")
  func belongs() async throws {
    try await Self.withProvider { house, issuer in
      let link = try await Self.invite(house, "new@example.org")
      let mine = try await Self.out(house, from: link + "/organisation", as: "employee-7")
      let theirs = try await Self.out(house, from: "/sign-in/organisation", as: "employee-9")
      let state = mine.back.replacing(#/state=[^&]+/#, with: "state=guessed")
      for (name, back, cookie) in [
        ("without the cookie", mine.back, nil), ("in another browser", mine.back, theirs.cookie),
        ("another state", state, mine.cookie), ("a cookie that was made up", mine.back, "amends-organisation=AAAA"),
        ("another issuer", mine.back + "&iss=https%3A%2F%2Fevil.example", mine.cookie),
        ("no code", "/sign-in/organisation/done", mine.cookie),
        ("the provider said no", "/sign-in/organisation/done?error=access_denied", mine.cookie),
      ] as [(String, String, String?)] {
        let answer = try await house.send(.get, back, cookie: cookie)
        #expect(answer.status == 422 && Self.cookie("session", answer) == nil, "\(name): \(answer.status)")
      }
      #expect(try await house.send(.get, mine.back, cookie: mine.cookie).status == 303)
      let replayed = try await house.send(.get, mine.back, cookie: mine.cookie)
      #expect(replayed.status == 422 && Self.cookie("session", replayed) == nil, "replayed")
      // The same person at a second invitation: one subject is one account.
      let second = try await Self.invite(house, "second@example.org")
      let taken = try await Self.out(house, from: second + "/organisation", as: "employee-7")
      #expect(try await house.send(.get, taken.back, cookie: taken.cookie).status == 422)
      #expect(try await house.send(.get, second).status == 200, "the invitation is still good")
      _ = issuer
    }
  }

  @Test("A suspended account does not come in, and one with a second factor still owes a code")
  func states() async throws {
    try await Self.withProvider { house, _ in
      let link = try await Self.invite(house, "new@example.org")
      let first = try await Self.out(house, from: link + "/organisation", as: "employee-7")
      _ = try await house.send(.get, first.back, cookie: first.cookie)
      let id = try #require(
        try await house.desk.kernel.store.read { tx in try tx.integer("SELECT account FROM account_identity") })
      try await house.desk.kernel.change(by: .system("test"), canRepeat: true) { [key = house.desk.key] change in
        let sealed = try key.seal([UInt8](repeating: 1, count: 20), for: id)
        try change.tx.execute("UPDATE account SET factor = \(sealed) WHERE id = \(id)")
      }
      let owing = try await Self.out(house, from: "/sign-in/organisation", as: "employee-7")
      #expect(try await house.send(.get, owing.back, cookie: owing.cookie).location == "/sign-in/second-step")
      try await house.desk.act(SuspendAccount(account: id, reason: "left"), by: Actor(.operator, "cli"))
      let gone = try await Self.out(house, from: "/sign-in/organisation", as: "employee-7")
      let answer = try await house.send(.get, gone.back, cookie: gone.cookie)
      #expect(answer.status == 422 && Self.cookie("session", answer) == nil)
    }
  }

  @Test("Where the provider is away, that is said, and passwords still work")
  func away() async throws {
    try await DoorHouse.open(on: .sqlite, organisation: "http://127.0.0.1:1") { house in
      let more = house.doors.filter { DoorTests.table["\($0)"] == nil }
      #expect(
        more.map(\.description).sorted() == [
          "GET /link/:secret/organisation", "GET /sign-in/organisation", "GET /sign-in/organisation/done",
        ])
      #expect(more.allSatisfy { $0.right == .anybody })
      let answer = try await house.send(.get, "/sign-in/organisation")
      #expect(answer.status == 422 && answer.text.contains("did not work"))
      let password = try await house.send(
        .post, "/sign-in", form: [("mail", "finance@example.org"), ("password", Office.password)])
      #expect(password.status == 303)
    }
  }
}
