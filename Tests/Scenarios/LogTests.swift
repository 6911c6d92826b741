import Foundation
import TestSupport
import Testing

/// What a server writes to its log while people sign in, are imported, charged and given their money back, and while things go
/// wrong: facts as data, and nobody's name.
@Suite("Log lines", .serialized)
struct LogTests {
  @Test("Log lines are JSON with constant messages, and hold no name, address, number, token or secret")
  func lines() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      let server = try house.start(
        "serve", "--port", "\(house.serverPort)", "--log", "debug", "--log-format", "json")
      try await server.says("listens on")
      let secrets = try await Self.live(house)
      server.end(by: SIGTERM)

      let lines = server.text.split(separator: "\n").filter { $0.hasPrefix("{") }
      #expect(lines.count > 10, "\(server.text)")
      var messages: Set<String> = []
      for line in lines {
        let fields = try #require(
          try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String], "\(line)")
        for name in ["time", "level", "logger", "message"] { #expect(fields[name]?.isEmpty == false, "\(line)") }
        messages.insert(fields["message"] ?? "")
      }
      // Nothing of a value is in a message: so there are few of them, however much happens.
      #expect(messages.count < 40, "\(messages.sorted())")
      for secret in secrets {
        let line = lines.first { $0.lowercased().contains(secret.lowercased()) }
        #expect(line == nil, "\(secret) stands in the log: \(line ?? "")")
      }
    }
  }

  @Test("Text lines hold the same, one in a line")
  func text() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      let server = try house.start("serve", "--port", "\(house.serverPort)", "--log", "info")
      try await server.says("listens on")
      _ = try await Web.send(
        "POST", "http://127.0.0.1:\(house.serverPort)/partners/carrier/notifications", body: Array("{}".utf8))
      server.end(by: SIGTERM)
      let line = try #require(server.text.split(separator: "\n").first { $0.contains("a notification was refused") })
      #expect(line.contains(" warning amends: ") && line.contains("lane=carrier"), "\(line)")
    }
  }

  /// Does what a day brings, and a bad one.
  /// - Returns: what must not be seen in the log.
  private static func live(_ house: ProcessTests.House) async throws -> [String] {
    let base = "http://127.0.0.1:\(house.serverPort)"
    let (name, mail, words) = ("Jane Doe-Miller", "jane.doe@example.org", "my cat eats no fish at all")
    let added = try await house.amends(
      "account", "add", mail, "--name", name, "--role", "administrator", "--address", base)
    #expect(added.code == 0, "\(added.text)")
    let url = added.text.split(separator: "\n").last.map(String.init) ?? ""
    let link = url.split(separator: "/").last.map(String.init) ?? "-"
    _ = try await AccountProcessTests.form(url, [("password", words), ("again", words)])
    _ = try await AccountProcessTests.form("\(base)/sign-in", [("mail", mail), ("password", "a wrong password")])
    let signedIn = try await AccountProcessTests.form("\(base)/sign-in", [("mail", mail), ("password", words)])
    let cookie = try #require(signedIn.cookie)
    _ = try await AccountProcessTests.form("\(base)/accounts", nil, cookie: cookie)
    _ = try await AccountProcessTests.form("\(base)/link/not-a-secret-that-holds", nil)
    _ = try await AccountProcessTests.form("\(base)/forgotten", [("mail", mail)])

    try ProcessTests.writeFiles(house, carriers: 12, cards: [])
    _ = try await house.amends("import", "plans", "plans.csv")
    let people = try await house.amends("import", "subscribers", "subscribers.csv")
    #expect(people.code == 0, "\(people.text)")
    _ = try await house.amends("import", "subscribers", "subscribers.csv")
    _ = try await ProcessTests.settled(house, 12)
    _ = try await house.amends("payment", "refund", "131099", "--reason", "Jane asked for it on the telephone")
    _ = try await Web.send("POST", "\(base)/partners/carrier/notifications", body: Array("{\"x\": \"\(mail)\"}".utf8))
    _ = try await Web.send("POST", "\(base)/partners/nobody/notifications", body: Array(mail.utf8))
    _ = try await Web.send(
      "GET", "\(base)/subscribers?q=Jane", headers: ["authorization": "Bearer amends_wrong"], body: [])
    _ = try await Web.send("POST", "\(base)/control", headers: ["authorization": "Bearer wrong-token"], body: [])
    let door = try String(contentsOf: house.folder.appending(path: "house.sqlite.control"), encoding: .utf8)
    let token = door.firstMatch(of: #/"token":"([^"]+)"/#).map { String($0.1).replacing("\\/", with: "/") } ?? "-"
    return [
      name, "Jane", mail, "jane.doe", words, "a wrong password", link,
      String(cookie.dropFirst("amends-session=".count)),
      "Person, ", "+49151", "49151", token, "amends_", ProcessTests.secrets["CARRIER_HOOK"] ?? "-", "not-a-secret-that",
    ]
  }
}
