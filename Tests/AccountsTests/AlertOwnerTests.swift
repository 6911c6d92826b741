import Foundation
import Kernel
import Mail
import Store
import TestSupport
import Testing
import Web
import Words

@testable import Accounts
@testable import Server

@Suite("Whose an alert is")
struct AlertOwnerTests {
  private static func news(_ owner: String, _ state: AlertNews.State = .raised) -> AlertNews {
    AlertNews(
      state, name: "partnerDown", about: "lane:carrier", message: "It does not answer.", owner: owner,
      at: Instant(seconds: 0))
  }

  @Test("Owners are roles until a setting says otherwise")
  func setting() throws {
    let standard = AlertOwners()
    #expect(standard.who(Self.news("payments")) == [.role(.operator)])
    #expect(standard.who(Self.news("finance")) == [.role(.finance)])
    #expect(standard.who(Self.news("head of payments", .escalated)) == [.role(.administrator)])
    #expect(standard.who(Self.news("somebody new")) == [.role(.operator)], "no alert is nobody's")
    let own = try AlertOwners("payments = finance, Anna@Example.org ; head of payments=auditor;")
    #expect(own.who(Self.news("payments")) == [.role(.finance), .mail("anna@example.org")])
    #expect(own.who(Self.news("head of payments", .escalated)) == [.role(.auditor)])
    #expect(own.who(Self.news("operations")) == [.role(.operator)])
    for wrong in ["payments", "=finance", "payments=cashier", "payments=subscriber"] {
      #expect(throws: Problem.self, "\(wrong)") { try AlertOwners(wrong) }
    }
  }

  @Test(
    "Letters go to active people of the owner's role, in their languages, and to administrators where there are none",
    arguments: TestEngine.available)
  func letters(engine: TestEngine) async throws {
    try await Turns.databases.hold {
      try await withStore(on: engine) { store in
        _ = try await store.migrate(Runtime.migrations)
        let kernel = Kernel(store: store, world: .real(telling: { _ in }))
        let desk = AccountDesk(
          kernel: kernel, key: AccessKey(), hasher: PasswordHasher(cost: .trifling), origin: "https://amends.example")
        var accounts: [String: Int64] = [:]
        let people: [(String, Web.Role)] = [
          ("olu", .operator), ("ova", .operator), ("gone", .operator), ("ada", .administrator), ("sven", .support),
        ]
        for (name, role) in people {
          accounts[name] = try await desk.addReady(
            mail: "\(name)@example.org", person: name, role: role, hash: "not a password")
        }
        _ = try await desk.act(
          AddAccount(mail: "program@example.org", person: "Program", role: .operator, invitation: nil),
          by: Office.machine)
        try await desk.choose(LanguageTag(.german), for: accounts["olu"] ?? 0, by: Office.machine)
        try await desk.choose(LanguageTag(.japanese), for: accounts["ada"] ?? 0, by: Office.machine)
        try await desk.act(SuspendAccount(account: accounts["gone"] ?? 0, reason: "a test"), by: Office.machine)

        let letters = try AlertLetters(
          Mailer(service: "Club", from: try Mail.MailAddress("club@example.org")), owners: AlertOwners(), zone: .gmt,
          origin: "https://amends.example")
        let check = Check(
          name: "partnerDown", owner: "payments", escalatesTo: "head of payments", escalatesAfter: .seconds(0)
        ) { _, _ in [.init(subject: "lane:carrier", message: "It does not answer.")] }
        let alone = Check(name: "decisionsOverdue", owner: "finance", escalatesTo: "x", escalatesAfter: .days(1)) {
          _, _ in [.init(subject: "queue", message: "Nobody decides.")]
        }
        let alerts = Alerts(kernel: kernel, checks: [check, alone], tell: { try letters.tell($0, $1) })
        _ = try await alerts.run()
        _ = try await alerts.run()
        let found = try await store.read { tx in
          try tx.rows("SELECT address, language, kind, subject FROM mail ORDER BY address, id").map {
            "\(try $0.text("address")) \(try $0.text("language")) \(try $0.text("kind"))"
          }
        }
        #expect(
          found == [
            // What nobody mended at once, and what no account of finance can be told of.
            "ada@example.org ja alert", "ada@example.org ja alert", "olu@example.org de alert",
            "ova@example.org en alert",
          ])
      }
    }
  }
}
