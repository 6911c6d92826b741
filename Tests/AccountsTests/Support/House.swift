import Billing
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
  let subscribers: SubscriberDesk
  let subscriber: Subscribed

  static func open(
    on engine: TestEngine, origin: String? = nil, organisation: String? = nil, mails: Bool = false,
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
        // A server that is configured and never called: the outbox has no worker here.
        if mails { (database.mail.mailURL, database.mail.mailFrom) = ("smtp://127.0.0.1:1", "amends@example.org") }
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
          let subscribers = try service.subscriberDesk()
          let subscriber = try await Subscribed.add("member-1", to: desk.kernel)
          var accounts: [Web.Role: Int64] = [:]
          for role in Web.Role.allCases {
            accounts[role] = try await desk.addReady(
              mail: "\(role.rawValue)@example.org", person: "A \(role.rawValue)", role: role, hash: hash,
              customer: role == .subscriber ? subscriber.customer : nil)
          }
          let (list, known) = (doors.list, accounts)
          try await Application(responder: doors.responder(), logger: quiet).test(.router) { client in
            try await body(
              DoorHouse(
                doors: list, desk: desk, client: client, accounts: known, subscribers: subscribers,
                subscriber: subscriber))
          }
        }
      }
    }
  }

  struct Answer: Sendable {
    let status: Int
    let location: String
    let cookies: [String]
    let headers: HTTPFields
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
        headers: $0.headers, text: String(buffer: $0.body))
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

/// Somebody who subscribes, and what they paid.
struct Subscribed: Sendable {
  let customer: Int64
  let subscription: Int64

  static func add(_ reference: String, to kernel: Kernel, mail: String? = nil) async throws -> Subscribed {
    _ = try await kernel.perform(
      OfferPlan(product: "club", code: "monthly", title: "Reading Club", every: .months(1), price: Money(999, .eur)),
      by: .system("test"), key: "plan")
    let subscription = try await kernel.perform(
      Subscribe(
        customer: NewCustomer(
          reference: reference, name: "Ada <\(reference)> Costa", mail: mail ?? "\(reference)@Example.org",
          zone: "Europe/Berlin"), plan: "monthly", currency: "EUR",
        method: NewMethod(lane: "carrier", token: "+491510000001", label: "Phone bill"),
        paidUntil: kernel.world.now() + .days(10)),
      by: .system("test"), key: "subscribe/\(reference)")
    let customer = try await kernel.store.read { tx in
      try tx.integer("SELECT customer FROM subscription WHERE id = \(subscription)") ?? 0
    }
    return Subscribed(customer: customer, subscription: subscription)
  }

  /// A period of theirs that was charged and settled, as the engine leaves it.
  /// - Returns: the payment's number.
  func pay(_ period: Int64, in kernel: Kernel, twice: Bool = false) async throws -> Int64 {
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      let (obligation, effect, capture) = (try change.id(), try change.id(), try change.id())
      let start = change.now - .days(30 * (13 - period))
      try change.tx.execute(
        """
        INSERT INTO obligation (id, subscription, customer, lane, period, period_start, period_end, amount, currency, state,
          opened_at, ended_at)
        VALUES (\(obligation), \(subscription), \(customer), 'carrier', \(period), \(start), \(start + .days(30)), 999, 'EUR',
          'settled', \(start), \(start))
        """)
      try change.tx.execute(
        """
        INSERT INTO effect (id, lane, kind, slot, reference, payload, state, rank, prepared_at, due_at, ended_at)
        VALUES (\(effect), 'carrier', 'charge', \("obligation:\(obligation)"), \("ref-\(effect)"), '{}', 'done', 6, \(start),
          \(start), \(start))
        """)
      for (id, role) in [(capture, "due")] + (twice ? [(try change.id(), "surplus")] : []) {
        try change.tx.execute(
          """
          INSERT INTO capture (id, obligation, customer, effect, lane, partner_id, amount, currency, role, at, evidence)
          VALUES (\(id), \(obligation), \(customer), \(effect), 'carrier', \("pay-\(id)"), 999, 'EUR', \(role), \(start), 1)
          """)
      }
      return capture
    }
  }
}

extension DoorHouse {
  /// A subscriber's browser that came in by a link.
  func browser(_ subscribed: Subscribed) async throws -> (cookie: String, proof: String) {
    let made = try await subscribers.make(for: subscribed.customer, by: .system("test"))
    let path = "/my/link/" + (made.link.split(separator: "/").last ?? "")
    let answer = try await send(.get, path)
    let cookie = String(answer.cookies.first?.split(separator: ";").first ?? "")
    let identity = try await subscribers.identify(Secret(String(cookie.split(separator: "=").last ?? "")))
    return (cookie, identity?.proof ?? "")
  }
}
