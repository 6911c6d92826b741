import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Logging
import NIOCore
import Store
import TestSupport
import Web

@testable import Accounts
@testable import Server

/// The doors of the real server, with people of every role behind them.
struct DoorHouse: Sendable {
  let doors: [Doors.Door]
  let desk: AccountDesk
  let client: any TestClientProtocol
  let accounts: [Web.Role: Int64]

  static func open(
    on engine: TestEngine, origin: String? = nil, organisation: String? = nil,
    _ body: @escaping @Sendable (DoorHouse) async throws -> Void
  ) async throws {
    try await Turns.databases.hold {
      try await withDatabase(on: engine) { address in
        let folder = FileManager.default.temporaryDirectory.appending(path: "amends-doors-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var database = try DatabaseOptions.parse(["--log", "critical"])
        database.database = address
        database.journalKey = folder.appending(path: "journal.key").path
        database.accessKey = folder.appending(path: "access.key").path
        _ = try JournalKey.load(database.keyFile, makes: true)
        _ = try AccessKeyFile.load(database.accessKeyFile, makes: true)
        var listening = try ListenOptions.parse([])
        listening.address = origin
        // Somebody walks through every door many times within a minute.
        listening.apiRate = 1_000_000
        if let organisation {
          setenv("AMENDS_OIDC_SECRET", "a secret of the test", 1)
          listening.organisation.oidcIssuer = organisation
          listening.organisation.oidcClient = "amends-test"
          listening.organisation.oidcName = "Example & Co"
        }
        let runtime = try await Runtime.open(database, migrates: true)
        try await Runtime.use(runtime) { [database, listening] runtime in
          let service = Server.Service(runtime: runtime, database: database, listening: listening, works: false)
          let doors = try service.doors(token: "the control door's token", cost: .trifling)
          let desk = try service.desk(cost: .trifling)
          let hash = try await desk.hasher.hash(Office.password)
          var accounts: [Web.Role: Int64] = [:]
          for role in Web.Role.allCases {
            accounts[role] = try await desk.addReady(
              mail: "\(role.rawValue)@example.org", person: "A \(role.rawValue)", role: role, hash: hash)
          }
          let (list, known) = (doors.list, accounts)
          try await Application(responder: doors.responder(), logger: quiet).test(.router) { client in
            try await body(DoorHouse(doors: list, desk: desk, client: client, accounts: known))
          }
        }
      }
    }
  }

  struct Answer: Sendable {
    let status: Int
    let location: String
    let cookies: [String]
    let text: String

    var isToSignIn: Bool { status == 303 && location.hasPrefix("/sign-in") }
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, form: [(String, String)] = [], cookie: String? = nil,
    headers: HTTPFields = [:]
  ) async throws -> Answer {
    var fields: HTTPFields = [.accept: "text/html", .contentType: "application/x-www-form-urlencoded"]
    if let cookie { fields[.cookie] = cookie }
    for field in headers { fields[field.name] = field.value }
    let text = form.map { "\(Paths.segment($0.0))=\(Paths.segment($0.1))" }.joined(separator: "&")
    return try await client.execute(uri: path, method: method, headers: fields, body: ByteBuffer(string: text)) {
      Answer(
        status: $0.status.code, location: $0.headers[.location] ?? "", cookies: $0.headers[values: .setCookie],
        text: String(buffer: $0.body))
    }
  }

  /// A browser in which somebody is signed in: its cookie, and what its forms carry.
  func browser(_ account: Int64, _ stage: Session.Stage = .full) async throws -> (cookie: String, proof: String) {
    let secret = Secret()
    let id = try await desk.kernel.change(by: .system("test"), canRepeat: false) { change in
      try Session.begin(account, secret, stage, agent: "test", in: change)
    }
    return ("amends-session=\(secret.text)", desk.proof(id))
  }

  func browser(_ role: Web.Role) async throws -> (cookie: String, proof: String) {
    try await browser(accounts[role] ?? 0)
  }
}
