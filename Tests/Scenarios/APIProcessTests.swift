import Foundation
import TestSupport
import Testing

/// The API of a real server, over real HTTP.
@Suite("The API of a real process", .serialized)
struct APIProcessTests {
  /// Beside the Python that the tests use.
  private static let schemathesis: String? = {
    let python = ProcessInfo.processInfo.environment["AMENDS_TEST_PYTHON"] ?? ""
    guard !python.isEmpty else { return nil }
    let path = URL(filePath: python).deletingLastPathComponent().appending(path: "schemathesis").path
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  private static let shell = ["bash", "curl", "jq"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
  }

  /// 422 is the answer to what a JSON Schema cannot say: a time zone that there is not, a currency without a price.
  private static let settings = """
    [checks.positive_data_acceptance]
    expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
    """

  @Test(
    "schemathesis finds nothing wrong with it",
    .enabled(if: schemathesis != nil, "there is no schemathesis beside AMENDS_TEST_PYTHON (make test installs it)"))
  func conforms() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      let server = try house.start("serve", "--port", "\(house.serverPort)", "--api-rate", "1000000")
      try await server.says("listens on")
      let client = try await Client(
        house, role: "operator",
        scopes: [
          "readRenewals", "readSubscribers", "readJournal", "stopPartners", "changeSubscriptions", "offerPlans",
        ])
      try await client.fill()
      let finance = try await Client(
        house, role: "finance",
        scopes: [
          "readRenewals", "readSubscribers", "readJournal", "refundPayments", "decideCharges",
        ])
      try Data(Self.settings.utf8).write(to: house.folder.appending(path: "schemathesis.toml"))
      // As finance only what the others may not: reading is the same.
      for (token, filter) in [
        (client.token, []), (finance.token, ["--include-tag", "Payments", "--include-tag", "Queue"]),
      ] {
        let run = try await Program.run(
          [
            "--config-file", "schemathesis.toml", "run", "http://127.0.0.1:\(house.serverPort)/api/openapi.json",
            "--header", "Authorization: Bearer \(token)", "--checks", "all", "--max-examples", "10",
            // The same in every run: what it finds must be somebody's change, not chance.
            "--generation-deterministic", "--continue-on-failure",
            "--request-timeout", "10", "--no-color",
          ] + filter, of: Self.schemathesis ?? "", in: house.folder, seconds: 300)
        #expect(run.code == 0, "\(run.text.suffix(12_000))")
      }
      server.kill()
      #expect(!server.text.contains("api.failed"), "\(server.text)")
    }
  }

  @Test(
    "The quickstart of docs/api.md runs word by word",
    .enabled(if: shell, "it needs bash, curl and jq in /usr/bin (scripts/packages names them)"))
  func quickstart() async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/api.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let blocks = text.matches(of: #/(?m)^```sh\n((?:(?!^```)[\s\S])*)^```/#).map { String($0.1) }
    #expect(blocks.count >= 6)
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-quick-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let port = Web.freePort()
    let demo = try Program(["demo", "--folder", "demo", "--port", "\(port)", "--subscribers", "4"], in: folder)
    try await demo.says("Amends listens on")
    try Data(blocks.joined(separator: "\n").utf8).write(to: folder.appending(path: "quickstart.sh"))
    let environment = [
      "AMENDS": Program.executable.path, "FOLDER": "demo", "API": "http://127.0.0.1:\(port)/api/v1",
    ]
    let run = try await Program.run(
      ["-euo", "pipefail", "quickstart.sh"], of: "/usr/bin/bash", in: folder, environment: environment, seconds: 180)
    #expect(run.code == 0, "\(run.text)")
    for word in [#""state": "settled""#, #""reason": "paid""#, "chargeSettled", "customerAdded"] {
      #expect(run.text.contains(word), "\(word) is not in: \(run.text)")
    }
    // Its partner is a process of its own, which the demo ends.
    demo.end(by: SIGTERM)
  }

  /// A program with a token.
  struct Client {
    let base: String
    let token: String

    init(_ house: ProcessTests.House, role: String, scopes: [String]) async throws {
      base = "http://127.0.0.1:\(house.serverPort)/api/v1"
      let mail = "\(role)-program@example.org"
      let added = try await house.amends("account", "add", mail, "--name", "Program", "--role", role, "--program")
      #expect(added.code == 0, "\(added.text)")
      let made = try await Program.run(
        ["account", "token", mail, "--name", "test", "--days", "1"] + scopes.flatMap { ["--scope", $0] }
          + house.options,
        in: house.folder, environment: ProcessTests.secrets)
      token = made.text.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(made.code == 0 && token.hasPrefix("amends_"), "\(made.text)")
    }

    /// Something of everything, so that what is found by its number is there.
    func fill() async throws {
      try await post(
        "plans",
        #"{"code": "club", "product": "club", "name": "Club", "every": "P1M", "price": {"amount": 999, "currency": "EUR"}}"#
      )
      for n in 1...3 {
        let id = try await post(
          "customers", #"{"reference": "c\#(n)", "name": "Person \#(n)", "zone": "Europe/Berlin"}"#)
        let subscription = try await post(
          "subscriptions",
          """
          {"customer": "\(id)", "plan": "club", "currency": "EUR",
           "method": {"partner": "carrier", "token": "+4915110000\(n)", "label": "Phone bill"}}
          """)
        #expect(!subscription.isEmpty)
      }
      for _ in 0..<300 {
        let settled = try await Web.send("GET", "\(base)/charges?state=settled", headers: headers, body: [])
        if settled.text.contains("\"settled\"") { return }
        try await Task.sleep(for: .milliseconds(100))
      }
      Issue.record("nothing was charged within thirty seconds")
    }

    /// The text of what is answered.
    func get(_ path: String) async throws -> String {
      let answer = try await Web.send("GET", "\(base)/\(path)", headers: headers, body: [])
      #expect(answer.status == 200, "\(answer.text)")
      return answer.text
    }

    private var headers: [String: String] { ["authorization": "Bearer \(token)"] }

    /// - Returns: the number of what was made.
    @discardableResult
    func post(_ path: String, _ body: String) async throws -> String {
      let all = headers.merging(["content-type": "application/json", "idempotency-key": UUID().uuidString]) { $1 }
      let answer = try await Web.send("POST", "\(base)/\(path)", headers: all, body: Array(body.utf8))
      #expect(answer.status == 201, "\(answer.text)")
      let json = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
      return json?["id"] as? String ?? ""
    }
  }
}
