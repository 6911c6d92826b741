import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

/// The first administrator of a new house, as somebody at its machine makes them.
@Suite("Accounts from the command line", .serialized)
struct AccountProcessTests {
  struct Answer {
    let status: UInt
    let location: String
    let cookie: String?
    let text: String
  }

  /// As a browser sends a form, without following where it is sent on to.
  static func form(
    _ address: String, _ fields: [(String, String)]?, cookie: String? = nil
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: address)
    request.headers.add(name: "accept", value: "text/html")
    if let cookie { request.headers.add(name: "cookie", value: cookie) }
    if let fields {
      request.method = .POST
      request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
      var escape = URLComponents()
      escape.queryItems = fields.map { URLQueryItem(name: $0.0, value: $0.1) }
      let text = (escape.percentEncodedQuery ?? "").replacing("+", with: "%2B")
      request.body = .bytes(ByteBuffer(string: text))
    }
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    let client = HTTPClient(configuration: configuration)
    do {
      let response = try await client.execute(request, timeout: .seconds(60))
      let answer = Answer(
        status: response.status.code, location: response.headers.first(name: "location") ?? "",
        cookie: response.headers["set-cookie"].first { $0.hasPrefix("amends-session=") }
          .map { String($0.prefix { $0 != ";" }) },
        text: String(buffer: try await response.body.collect(upTo: 1 << 20)))
      try await client.shutdown()
      return answer
    } catch {
      try? await client.shutdown()
      throw error
    }
  }

  @Test("Added beside the server, accepted and signed in by HTTP, suspended again", arguments: TestEngine.available)
  func administrator(engine: TestEngine) async throws {
    try await withDatabase(on: engine) { database in
      try await ProcessTests.withHouse(database: database, cards: nil) { house in
        let migrated = try await house.amends("migrate")
        #expect(migrated.code == 0, "\(migrated.text)")
        let base = "http://127.0.0.1:\(house.serverPort)"
        let first = try await house.amends(
          "account", "add", "Boss@Example.org", "--name", "Boss", "--role", "administrator", "--address",
          "http://127.0.0.1")
        #expect(first.code == 0 && first.text.contains("/link/"), "\(first.text)")

        let server = try house.start("serve", "--port", "\(house.serverPort)")
        try await server.says("listens on")
        let again = try await house.amends(
          "account", "add", "boss@example.org", "--name", "Boss", "--role", "finance")
        #expect(again.code == 77, "\(again.text)")
        let link = try await house.amends("account", "link", "boss@example.org", "--address", base)
        let url = link.text.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(link.code == 0 && url.hasPrefix("\(base)/link/"), "\(link.text)")
        let old = first.text.split(separator: "/").last.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
        #expect(try await Self.form("\(base)/link/\(old)", nil).status == 404, "the first link was replaced")

        let words = "my cat eats no fish"
        let accepted = try await Self.form(url, [("password", words), ("again", words)])
        #expect(accepted.location == "/sign-in?done=password", "\(accepted.text)")
        let signedIn = try await Self.form("\(base)/sign-in", [("mail", "boss@example.org"), ("password", words)])
        #expect(signedIn.status == 303 && signedIn.location == "/accounts")
        let cookie = try #require(signedIn.cookie)
        #expect(try await Self.form("\(base)/accounts", nil, cookie: cookie).status == 200)
        #expect(try await Self.form("\(base)/", nil, cookie: cookie).status == 403)

        let last = try await house.amends("account", "suspend", "boss@example.org", "--reason", "a test")
        #expect(last.code == 77 && last.text.contains("last administrator"), "\(last.text)")
        let role = try await house.amends(
          "account", "add", "second@example.org", "--name", "Second", "--role", "administrator", "--json")
        #expect(role.code == 0 && role.text.contains("\"link\":\"http"), "\(role.text)")
        let list = try await house.amends("account", "list", "--json")
        #expect(list.text.contains("\"mail\":\"boss@example.org\"") && list.text.contains("\"state\":\"invited\""))
        let token = try await house.amends(
          "account", "token", "boss@example.org", "--name", "t", "--scope", "readAccounts", "--days", "1")
        let bearer = ["authorization": "Bearer \(token.text.trimmingCharacters(in: .whitespacesAndNewlines))"]
        #expect(try await Web.send("GET", "\(base)/accounts", headers: bearer, body: []).status == 200, "\(token.text)")
        #expect(try await Web.send("GET", "\(base)/accounts/987654321", headers: bearer, body: []).status == 404)
        #expect(try await Web.send("GET", "\(base)/", headers: bearer, body: []).status == 403)
        let none = try await house.amends(
          "account", "token", "boss@example.org", "--name", "t", "--scope", "manageAccounts")
        #expect(none.code == 64, "\(none.text)")
        server.kill()
        let text = server.text
        #expect(!text.contains(words) && !text.contains("boss@"), "\(text)")
      }
    }
  }

  @Test("On another address than loopback there is no console, unless the server knows its own address")
  func elsewhere() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      let base = "http://127.0.0.1:\(house.serverPort)"
      let closed = try house.start("serve", "--host", "0.0.0.0", "--port", "\(house.serverPort)")
      try await closed.says("listens on")
      #expect(try await Web.send("GET", "\(base)/health", body: []).status == 200)
      for path in ["/", "/sign-in", "/accounts", "/control"] {
        #expect(try await Web.send("GET", base + path, body: []).status == 404, "\(path)")
      }
      closed.kill()
      let open = try house.start(
        "serve", "--host", "0.0.0.0", "--port", "\(house.serverPort)", "--address", "https://amends.example",
        "--proxy", "127.0.0.1")
      try await open.says("listens on")
      #expect(try await Web.send("GET", "\(base)/sign-in", body: []).status == 200)
      #expect(try await Web.send("GET", "\(base)/", body: []).status == 401)
      open.kill()
      for address in ["http://amends.example", "https://a.example/path", "amends.example", "https://"] {
        #expect(try await house.amends("serve", "--address", address, "--proxy", "127.0.0.1").code == 64, "\(address)")
      }
      let alone = try await house.amends("serve", "--address", "https://amends.example")
      #expect(alone.code == 64 && alone.text.contains("--proxy"), "\(alone.text)")
    }
  }
}
