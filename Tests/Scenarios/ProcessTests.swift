import Foundation
import TestSupport
import Testing

/// The whole thing as it stands in real life: server, workers, partners and PostgreSQL, each a process of its own.
@Suite("Real processes", .serialized)
struct ProcessTests {
  static let secrets = [
    "CARRIER_TOKEN": "token", "CARRIER_HOOK": "whsec_MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=",
    "CARD_KEY": "sk_test_12345",
    "CARD_HOOK": "whsec_test_4eC39HqLyjWDarjtT1zdp7dc",
  ]

  /// Lost, late and doubled notifications; answers that never come although it charged.
  static let dials = """
    {"answers": {"async": 0.7, "asyncDelay": {"min": 0, "max": 2}, "resetAfterCharge": 0.1, "http5xxAfterCharge": 0.1,
      "garbageAfterCharge": 0.05},
     "notifications": {"lose": 0.3, "double": 0.3, "delay": {"min": 0, "max": 3}}}
    """

  struct House {
    let folder: URL
    let partner: Program
    let partnerPort: Int
    let serverPort: Int
    let database: String

    func amends(_ arguments: String...) async throws -> (code: Int32, text: String) {
      try await Program.run(arguments + options, in: folder, environment: ProcessTests.secrets)
    }

    func start(_ arguments: String...) throws -> Program {
      try Program(arguments + options, in: folder, environment: ProcessTests.secrets)
    }

    var options: [String] { ["--database", database, "--partners", "partners.json"] }

    /// How many captures the partner's own book has, and for how many references more than one.
    func truth() async throws -> (captures: Int, doubled: Int) {
      let truth = try await Web.json("http://127.0.0.1:\(partnerPort)/_truth")
      let perReference = truth["capturesPerReference"] as? [String: Int] ?? [:]
      let totals = truth["totals"] as? [[String: Any]] ?? []
      return (
        totals.reduce(0) { $0 + ($1["captures"] as? Int ?? 0) },
        perReference.reduce(0) { $0 + ($1.key == "1" ? 0 : $1.value) }
      )
    }
  }

  static func withHouse(
    database: String, cards: Localstripe?, _ body: (House) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-house-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(dials.utf8).write(to: folder.appending(path: "dials.json"))
    let partner = try Program(
      [
        "partner", "--port", "0", "--truth", "truth.jsonl", "--dials", "dials.json", "--secret-variable",
        "CARRIER_HOOK",
      ],
      in: folder, environment: secrets)
    let house = House(
      folder: folder, partner: partner, partnerPort: try await partner.port(), serverPort: Web.freePort(),
      database: database)
    var lanes = [
      """
      {"lane": "carrier", "kind": "camara", "baseURL": "http://127.0.0.1:\(house.partnerPort)", "paymentQuery": "byCorrelator",
       "sinkURL": "http://127.0.0.1:\(house.serverPort)/partners/carrier/notifications",
       "secrets": {"accessToken": {"env": "CARRIER_TOKEN"}, "webhook": {"env": "CARRIER_HOOK"}},
       "capabilities": {"replayWindowSeconds": 3600, "queryLagSeconds": 1, "notifiesWithinSeconds": 5, "concurrency": 200,
         "timeoutMilliseconds": 1000}}
      """
    ]
    if let cards {
      lanes.append(
        """
        {"lane": "card", "kind": "stripe", "baseURL": "\(cards.base)", "plainParameters": true,
         "secrets": {"apiKey": {"env": "CARD_KEY"}, "webhook": {"env": "CARD_HOOK"}},
         "capabilities": {"replayWindowSeconds": 0, "queryLagSeconds": 5, "concurrency": 4, "timeoutMilliseconds": 5000}}
        """)
    }
    try Data("{\"partners\": [\(lanes.joined(separator: ","))]}".utf8).write(
      to: folder.appending(path: "partners.json"))
    try await body(house)
  }

  /// Subscribers whose period ended a moment ago.
  static func writeFiles(_ house: House, carriers: Int, cards: [Localstripe.Payer]) throws {
    let plans = "product,plan,name,every,currency,amount\nclub,monthly,Club,P1M,EUR,9.99\n"
    try Data(plans.utf8).write(to: house.folder.appending(path: "plans.csv"))
    let paid = Date(timeIntervalSinceNow: -60).formatted(.iso8601)
    var rows = ["reference,name,zone,plan,currency,partner,token,partner_customer,paid_until"]
    for index in 0..<carriers {
      rows.append(
        "c\(index),\"Person, \(index)\",Europe/Berlin,monthly,EUR,carrier,+49151\(1_000_000 + index),,\(paid)")
    }
    for (index, payer) in cards.enumerated() {
      rows.append("k\(index),Card \(index),Europe/Berlin,monthly,EUR,card,\(payer.method),\(payer.customer),\(paid)")
    }
    try Data(rows.joined(separator: "\n").utf8).write(to: house.folder.appending(path: "subscribers.csv"))
  }

  @Test("A server that is killed again and again charges everybody once, by the partner's own book")
  func killedServer() async throws {
    try await Self.withHouse(database: "house.sqlite", cards: nil) { house in
      try Self.writeFiles(house, carriers: 150, cards: [])
      let plans = try await house.amends("import", "plans", "plans.csv")
      #expect(plans.code == 0, "\(plans.text)")
      let people = try await house.amends("import", "subscribers", "subscribers.csv", "--json")
      #expect(people.code == 0, "\(people.text)")
      #expect(people.text.contains("\"saved\":150"))

      for pause in [0.4, 0.8, 1.2] {
        let server = try house.start("serve", "--port", "\(house.serverPort)")
        try await server.says("listens on")
        try await Task.sleep(for: .seconds(pause))
        server.kill()
      }
      let server = try house.start("serve", "--port", "\(house.serverPort)")
      try await server.says("listens on")
      let page = try await Self.settled(house, 150)
      server.kill()

      #expect(page.captures == 150, "the partner charged \(page.captures) times\n\(server.text)")
      #expect(page.doubled == 0)
      let journal = try await house.amends("journal", "verify", "--json")
      #expect(journal.code == 0, "\(journal.text)")
    }
  }

  @Test("What a server's operator does beside it: import, look, verify, while it has the SQLite file")
  func besideTheServer() async throws {
    try await Self.withHouse(database: "house.sqlite", cards: nil) { house in
      let server = try house.start("serve", "--port", "\(house.serverPort)")
      try await server.says("listens on")
      try Self.writeFiles(house, carriers: 40, cards: [])
      let plans = try await house.amends("import", "plans", "plans.csv")
      #expect(plans.code == 0 && plans.text.contains("1 plans saved."), "\(plans.text)")

      let bad = house.folder.appending(path: "bad.csv")
      let good = try String(contentsOf: house.folder.appending(path: "subscribers.csv"), encoding: .utf8)
      try Data((good + "\nx,Nobody,Mars/Olympus,monthly,EUR,carrier,+49151,,\n").utf8).write(to: bad)
      let refused = try await house.amends("import", "subscribers", "bad.csv")
      #expect(refused.code == 1 && refused.text.contains("line 42") && refused.text.contains("nothing was saved"))
      let tried = try await house.amends("import", "subscribers", "subscribers.csv", "--dry-run")
      #expect(tried.code == 0 && tried.text.contains("40 subscribers are good"), "\(tried.text)")
      let saved = try await house.amends("import", "subscribers", "subscribers.csv", "--json")
      #expect(saved.code == 0 && saved.text.contains("\"saved\":40"), "\(saved.text)")
      let again = try await house.amends("import", "subscribers", "subscribers.csv")
      #expect(again.code == 1 && again.text.contains("exists already"))

      let statement = "header,1,operator,1,2026-03-01\r\ntrailer,0,0\r\n"
      try Data(statement.utf8).write(to: house.folder.appending(path: "day.csv"))
      let nobody = try await house.amends("import", "statement", "nobody", "day.csv", "--dry-run")
      #expect(nobody.code == 77 && nobody.text.contains("There is no partner nobody."), "\(nobody.text)")
      let imported = try await house.amends("import", "statement", "carrier", "day.csv", "--json")
      #expect(imported.code == 0 && imported.text.contains("\"complete\":true"), "\(imported.text)")
      let missing = try await house.amends("import", "plans", "nowhere.csv")
      #expect(missing.code == 66, "\(missing.text)")

      let page = try await Self.settled(house, 40)
      #expect(page.captures == 40 && page.doubled == 0)
      let lanes = try await house.amends("lane", "list", "--json")
      #expect(lanes.code == 0 && lanes.text.contains("\"carrier\""), "\(lanes.text)")
      let journal = try await house.amends("journal", "verify", "--json")
      #expect(journal.code == 0 && journal.text.contains("\"problems\":[]"), "\(journal.text)")
      server.kill()
    }
  }

  @Test("Forged, replayed, oversized and unknown notifications are refused and change nothing")
  func forgeries() async throws {
    try await Self.withHouse(database: "house.sqlite", cards: nil) { house in
      let server = try house.start("serve", "--port", "\(house.serverPort)")
      try await server.says("listens on")
      let door = "http://127.0.0.1:\(house.serverPort)/partners/carrier/notifications"
      let unsigned = try await Web.send("POST", door, body: Array("{}".utf8))
      #expect(unsigned.status == 401)
      let old = [
        "webhook-id": "1", "webhook-timestamp": "1000000000", "webhook-signature": "v1,AAAA",
        "content-type": "application/json",
      ]
      #expect(try await Web.send("POST", door, headers: old, body: Array("{}".utf8)).status == 401)
      #expect(try await Web.send("POST", door, body: [UInt8](repeating: 32, count: 300_000)).status == 413)
      let nobody = "http://127.0.0.1:\(house.serverPort)/partners/nobody/notifications"
      #expect(try await Web.send("POST", nobody, body: Array("{}".utf8)).status == 404)
      let control = "http://127.0.0.1:\(house.serverPort)/control"
      let guess = ["authorization": "Bearer guess"]
      #expect(try await Web.send("POST", control, headers: guess, body: Array("{}".utf8)).status == 401)
      let stopped = try await house.amends("lane", "stop", "carrier", "--reason", "a test of the switch")
      #expect(stopped.code == 0, "\(stopped.text)")
    }
  }

  @Test(
    "Two workers on PostgreSQL, one of them killed, charge a carrier's and a card's payers once each",
    .enabled(if: TestEngine.postgresAddress != nil))
  func workers() async throws {
    try await withDatabase(on: .postgres) { address in
      let cards = Localstripe.executable == nil ? nil : try await Localstripe()
      defer { cards?.stop() }
      try await Self.withHouse(database: address, cards: cards) { house in
        var payers: [Localstripe.Payer] = []
        if let cards { for _ in 0..<12 { payers.append(try await cards.payer("pm_card_visa")) } }
        try Self.writeFiles(house, carriers: 120, cards: payers)
        let migrated = try await house.amends("migrate")
        #expect(migrated.code == 0, "\(migrated.text)")
        let plans = try await house.amends("import", "plans", "plans.csv")
        #expect(plans.code == 0, "\(plans.text)")
        let people = try await house.amends("import", "subscribers", "subscribers.csv")
        #expect(people.code == 0, "\(people.text)")
        let server = try house.start("serve", "--without-worker", "--port", "\(house.serverPort)")
        try await server.says("listens on")
        let first = try house.start("work")
        let second = try house.start("work")
        try await first.says("works")
        try await Task.sleep(for: .seconds(1))
        first.kill()
        let page = try await Self.settled(house, 120 + payers.count)
        #expect(page.captures == 120, "the partner charged \(page.captures) times\n\(second.text)")
        #expect(page.doubled == 0)
        if let cards {
          let list = try await Web.send(
            "GET", "\(cards.base)/v1/payment_intents?limit=100", headers: ["authorization": "Bearer sk_test_12345"],
            body: [])
          let intents = try JSONSerialization.jsonObject(with: Data(list.text.utf8)) as? [String: Any]
          let taken = (intents?["data"] as? [[String: Any]] ?? []).filter { $0["status"] as? String == "succeeded" }
          #expect(taken.count == payers.count, "the card gateway took \(taken.count) payments")
          #expect(Set(taken.compactMap { $0["customer"] as? String }).count == payers.count)
        }
        second.kill()
        server.kill()
        let journal = try await house.amends("journal", "verify", "--json")
        #expect(journal.code == 0, "\(journal.text)")
      }
    }
  }

  /// A program's account that may look at the page of today, and its token.
  static func token(_ amends: ([String]) async throws -> (code: Int32, text: String)) async throws -> String {
    _ = try await amends(["account", "add", "watch@example.org", "--name", "Watch", "--role", "auditor", "--program"])
    let made = try await amends([
      "account", "token", "watch@example.org", "--name", "the test", "--scope", "readRenewals",
    ])
    guard made.code == 0 else { throw Program.Failed(text: made.text) }
    return made.text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Waits until the page of today says that everything is settled; two minutes at most.
  static func settled(_ house: House, _ count: Int) async throws -> (captures: Int, doubled: Int) {
    let address = "http://127.0.0.1:\(house.serverPort)/"
    let token = try await token { try await Program.run($0 + house.options, in: house.folder, environment: secrets) }
    // A breaker that opened makes the flow begin at a hundredth of the partner's rate: that takes its time.
    for _ in 0..<600 {
      let page =
        (try? await Web.send("GET", address, headers: ["authorization": "Bearer \(token)"], body: []).text) ?? ""
      if page.contains("settled \(count)") { break }
      try await Task.sleep(for: .milliseconds(500))
    }
    return try await house.truth()
  }
}
