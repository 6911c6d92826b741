import ArgumentParser
import Billing
import Foundation
import Kernel
import Store
import Web
import Webhooks

@testable import Accounts
@testable import Server

/// The demo after its first seconds, served by the real program without a worker, so that it stands still while a browser looks
/// at it. Somebody of every role is signed in.
struct DemoHouse {
  struct Door: Encodable {
    let path: String
    let right: String
  }

  let folder: URL
  let base: String
  /// The doors that a browser opens by an address.
  let doors: [Door]
  /// The cookie of a session, with its name, for each role's name; `secondStep` is the one that waits for a code.
  let sessions: [String: String]
  /// Addresses that no page links to: an invitation that nobody has accepted, a search.
  let known: [String]
  /// What is written the same in every language.
  let names =
    [
      "Nadia Nour",
      "Atlas Reading Club", "Reading Club monthly", "Reading Club weekly", "carrier", "debit", "Phone bill",
      "Direct debit",
      // A reason, as somebody wrote it.
      "Away for a while",
    ] + DemoIncident.names

  static func open(_ body: (DemoHouse) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let demo = try Program(["demo", "--folder", ".", "--port", "0", "--subscribers", "80"], in: folder)
    try await demo.says("listens on")
    // A quick partner that still loses some messages, so that a few seconds are enough for charges in most states.
    let dials = """
      {"answers": {"async": 0.4, "asyncDelay": {"min": 0, "max": 3}, "resetAfterCharge": 0.1, "decline": 0.1},
       "notifications": {"lose": 0.3, "delay": {"min": 0, "max": 2}}}
      """
    if let partner = demo.text.firstMatch(of: #/http:\/\/127\.0\.0\.1:\d+\/_/#) {
      _ = try await Scenarios.Web.send("PUT", "\(partner.0)dials", body: Array(dials.utf8))
    }
    try await Task.sleep(for: .seconds(12))
    demo.end(by: SIGTERM)

    let house = try await prepare(folder)
    let server = try Program(
      [
        "serve", "--without-worker", "--port", "\(house.port)", "--database", "demo.sqlite", "--service",
        "Atlas Reading Club", "--zone", "Europe/Berlin",
      ], in: folder)
    try await server.says("listens on")
    try await body(house.value)
    let said = server.text
    server.kill()
    guard !said.contains("web.failed") else { throw Program.Failed(text: said) }
  }

  private static func prepare(_ folder: URL) async throws -> (port: Int, value: DemoHouse) {
    var database = try DatabaseOptions.parse(["--log", "critical"])
    database.database = folder.appending(path: "demo.sqlite").path
    var listening = try ListenOptions.parse([])
    listening.service = "Atlas Reading Club"
    listening.port = Scenarios.Web.freePort()
    let runtime = try await Runtime.open(database)
    return try await Runtime.use(runtime) { [database, listening] runtime in
      let service = Server.Service(runtime: runtime, database: database, listening: listening, works: false)
      let desk = try service.desk()
      var sessions: [String: String] = [:]
      for (_, role) in DemoAccounts.people {
        sessions[role.rawValue] = try await session(of: DemoAccounts.mail(role), .full, on: desk)
      }
      sessions["secondStep"] = try await session(of: DemoAccounts.mail(.auditor), .secondStep, on: desk)
      // The longest page of one's own: a second factor is being set up, and there is a token.
      if let own = try await desk.identify(
        .session(String((sessions["finance"] ?? "").trimmingPrefix("amends-session="))))
      {
        _ = try await desk.offerSecondFactor(own)
        _ = try await desk.makeToken(
          for: own.account, title: "Nightly export", scopes: [.readRenewals], days: 30, by: own.actor)
      }
      let invited = try await desk.invite(
        mail: "nadia@example.org", person: "Nadia Nour", role: .support, by: Actor(.operator, "demo"))
      let paused = try await furnish(runtime.kernel)
      try await DemoIncident(kernel: runtime.kernel, parts: runtime.harm).happen()
      let house = DemoHouse(
        folder: folder, base: listening.linkOrigin,
        doors: try service.doors(token: "").list.filter { "\($0)".hasPrefix("GET ") }
          .map { Door(path: $0.path, right: $0.right.rawValue) },
        sessions: sessions,
        known: [
          String(invited.link.dropFirst(listening.linkOrigin.count)), "/subscribers?q=ada", "/charges?state=settled",
          "/messages/stuck", "/subscribers/\(paused)",
        ])
      return (listening.port, house)
    }
  }

  /// What the demo does not have after a few seconds: somebody who pauses, a charge that waits for a person, a payment that a bank
  /// took back, a webhook.
  /// - Returns: the customer who pauses.
  private static func furnish(_ kernel: Kernel) async throws -> Int64 {
    let adas = try await kernel.store.read { tx in
      try tx.row(
        """
        SELECT s.id, s.customer FROM subscription AS s JOIN customer AS c ON c.id = s.customer
        WHERE c.reference = 'member-1012'
        """)
    }
    _ = try await kernel.perform(
      PauseSubscription(subscription: try adas?.integer("id") ?? 0, reason: "Away for a while"),
      by: Actor(.operator, "test"), key: "test/pause")
    _ = try await kernel.perform(
      AddWebhook(url: "https://example.org/hooks", types: [], tests: false), by: Actor(.operator, "test"),
      key: "test/webhook")
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      _ = try change.tx.execute(
        """
        UPDATE effect SET owner = 'finance', deadline = \(change.now + .hours(20)), next_at = NULL WHERE id = (
          SELECT min(id) FROM effect WHERE lane = 'carrier' AND state IN ('unknown', 'pending'))
        """)
      let payment = try change.tx.integer("SELECT min(id) FROM capture WHERE role = 'due' AND given_back = 0") ?? 0
      _ = try change.tx.execute("UPDATE capture SET taken_back = amount WHERE id = \(payment)")
      _ = try change.tx.execute(
        """
        INSERT INTO chargeback (id, lane, partner_id, obligation, capture, customer, amount, currency, at, heard_at, evidence,
          owner, deadline)
        SELECT \(try change.id()), lane, 'ret-0d2b9c8e', obligation, id, customer, amount, currency, \(change.now), \(change.now),
          evidence, 'finance', \(change.now + .days(5)) FROM capture WHERE id = \(payment)
        """)
    }
    return try adas?.integer("customer") ?? 0
  }

  /// - Returns: the cookie of a browser in which they are signed in.
  private static func session(of mail: String, _ stage: Session.Stage, on desk: AccountDesk) async throws -> String {
    let secret = Secret()
    try await desk.kernel.change(by: .system("test"), canRepeat: false) { change in
      let account = try change.tx.integer("SELECT id FROM account WHERE mail = \(mail)") ?? 0
      _ = try Session.begin(account, secret, stage, agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0", in: change)
    }
    return "amends-session=\(secret.text)"
  }
}
