import Billing
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import NIOCore
import Store
import TestSupport
import Testing
import Web

@testable import Accounts
@testable import Server

/// The real server's API, with a token of every role and one partner.
struct APIHouse: Sendable {
  let runtime: Runtime
  let desk: AccountDesk
  let client: any TestClientProtocol
  private let tokens: [Web.Role: String]

  /// - Parameter rate: requests a minute.
  static func open(
    on engine: TestEngine, rate: Int = 100_000, _ body: @escaping @Sendable (APIHouse) async throws -> Void
  ) async throws {
    try await Turns.databases.hold {
      try await withDatabase(on: engine) { address in
        let folder = FileManager.default.temporaryDirectory.appending(path: "amends-api-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try options(address, folder)
        var listening = try ListenOptions.parse([])
        listening.apiRate = rate
        try await Runtime.use(try await Runtime.open(database, migrates: true)) { [listening] runtime in
          let service = Server.Service(runtime: runtime, database: database, listening: listening, works: false)
          let doors = try service.doors(token: "the control door's token", cost: .trifling)
          let desk = try service.desk(cost: .trifling)
          let tokens = try await tokens(of: desk)
          try await Application(responder: doors.responder(), logger: quiet).test(.router) { client in
            try await body(APIHouse(runtime: runtime, desk: desk, client: client, tokens: tokens))
          }
        }
      }
    }
  }

  private static func options(_ address: String, _ folder: URL) throws -> DatabaseOptions {
    var database = try DatabaseOptions.parse(["--log", "critical"])
    database.database = address
    database.journalKey = folder.appending(path: "journal.key").path
    database.accessKey = folder.appending(path: "access.key").path
    database.partners = folder.appending(path: "partners.json").path
    let partner = #"{"partners": [{"lane": "debit", "kind": "debit", "baseURL": "http://127.0.0.1:1", "secrets": {}}]}"#
    try Data(partner.utf8).write(to: URL(filePath: database.partners ?? ""))
    _ = try JournalKey.load(database.keyFile, makes: true)
    _ = try AccessKeyFile.load(database.accessKeyFile, makes: true)
    return database
  }

  private static func tokens(of desk: AccountDesk) async throws -> [Web.Role: String] {
    let hash = try await desk.hasher.hash("a sentence for the tests")
    var tokens: [Web.Role: String] = [:]
    for role in Web.Role.allCases where !role.rights.filter(\.isForTokens).isEmpty {
      let id = try await desk.addReady(
        mail: "\(role.rawValue)@example.org", person: "A \(role.rawValue)", role: role, hash: hash)
      tokens[role] = try await desk.makeToken(
        for: id, title: "test", scopes: role.rights.filter(\.isForTokens), days: 1, by: role.actor(id)
      ).text
    }
    return tokens
  }

  // MARK: - Asking

  struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    var json: JSON { (try? JSON(reading: bytes)) ?? .null }
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var code: String { json["code"]?.words ?? "" }
  }

  func token(_ role: Web.Role) -> String { tokens[role] ?? "" }

  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, as role: Web.Role? = .operator,
    key: String? = UUID().uuidString, headers: HTTPFields = [:]
  ) async throws -> Answer {
    var fields: HTTPFields = [:]
    if let role { fields[.authorization] = "Bearer \(token(role))" }
    if body != nil { fields[.contentType] = "application/json" }
    if method == .post, let key, let name = HTTPField.Name("Idempotency-Key") { fields[name] = key }
    for field in headers { fields[field.name] = field.value }
    let address = path.hasPrefix("/") ? path : "/api/v1/\(path)"
    return try await client.execute(
      uri: address, method: method, headers: fields, body: ByteBuffer(string: body ?? "")
    ) { Answer(status: $0.status.code, headers: $0.headers, bytes: Array(buffer: $0.body)) }
  }

  func get(_ path: String, as role: Web.Role? = .operator) async throws -> Answer {
    try await send(.get, path, as: role)
  }

  func post(
    _ path: String, _ body: String, as role: Web.Role? = .operator, key: String? = UUID().uuidString
  ) async throws -> Answer { try await send(.post, path, body, as: role, key: key) }

  // MARK: - A service with something in it

  static let plan = """
    {"code": "monthly", "product": "atlas", "name": "Atlas Monthly", "every": "P1M",
     "price": {"amount": 999, "currency": "EUR"}, "dunning": [1, 3]}
    """

  func customer(_ reference: String = "ada") async throws -> String {
    let answer = try await post(
      "customers", #"{"reference": "\#(reference)", "name": "Ada", "mail": "ada@example.org", "zone": "Europe/Berlin"}"#
    )
    #expect(answer.status == 201, "\(answer.text)")
    return answer.json["id"]?.words ?? ""
  }

  static func subscription(_ customer: String) -> String {
    """
    {"customer": "\(customer)", "plan": "monthly", "currency": "EUR",
     "method": {"partner": "debit", "token": "mandate-1", "label": "Direct debit"}}
    """
  }

  /// A plan, a customer and their subscription, by number.
  func subscriber(_ reference: String = "ada") async throws -> (customer: String, subscription: String) {
    _ = try await post("plans", Self.plan)
    let customer = try await customer(reference)
    let answer = try await post("subscriptions", Self.subscription(customer))
    #expect(answer.status == 201, "\(answer.text)")
    return (customer, answer.json["id"]?.words ?? "")
  }

  /// Asks until the first fact is sealed. On PostgreSQL a seal waits for every transaction that is older, of other databases of
  /// the server too.
  func sealed(_ path: String) async throws -> Answer {
    for _ in 0..<100 {
      let answer = try await get(path)
      if answer.json["data"]?.items.first?["sealed"] == true { return answer }
      try await Task.sleep(for: .milliseconds(100))
      _ = try await runtime.engine.journal.seal()
    }
    return try await get(path)
  }

  /// Opens what is due, sends it to a partner that does not answer, and seals the journal.
  func renew() async throws {
    var cursors = RenewalEngine.Cursors()
    try await runtime.engine.settle(&cursors, checks: true)
  }
}

extension JSON {
  var words: String? { if case .text(let text) = self { text } else { nil } }
  var number: Int64? { if case .integer(let number) = self { number } else { nil } }
  var items: [JSON] { if case .list(let items) = self { items } else { [] } }
  var isTrue: Bool { self == true }
}
