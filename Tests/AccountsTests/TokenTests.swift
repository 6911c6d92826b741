import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts

@Suite("API tokens")
struct TokenTests {
  private func make(_ office: Office, _ id: Int64, _ scopes: Set<Right>, days: Int64 = 30) async throws -> Secret {
    try await office.desk.makeToken(for: id, title: "nightly", scopes: scopes, days: days, by: Role.finance.actor(id))
  }

  private func identity(_ office: Office, _ token: Secret) async throws -> Identity? {
    try await office.desk.identify(.token(token.text))
  }

  @Test("A token may what was chosen, until its day, and only its hash is kept", arguments: TestEngine.available)
  func scopes(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let id = try await office.add(.finance)
      let token = try await make(office, id, [.readRenewals])
      #expect(token.text.hasPrefix("amends_") && ApiToken.isOne(token.text))
      let found = try #require(try await identity(office, token))
      #expect(found.rights == [.readRenewals] && found.role == .finance)
      let kept = try await office.store.read { tx in
        try tx.row("SELECT digest, used_at FROM account_token LIMIT 1")
      }
      #expect(try kept?.blob("digest") == token.digest)
      #expect(try kept?.instantOrNull("used_at") == office.clock.now)
      #expect(try await office.desk.identify(.session(token.text)) == nil, "it is no session")
      office.clock.move(.days(30))
      #expect(try await identity(office, token) == nil)
    }
  }

  @Test("Nothing that the account may not, and nothing that would make more of itself", arguments: TestEngine.available)
  func foreign(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let id = try await office.add(.finance)
      let administrator = try await office.add(.administrator)
      for scope in [Right.changeSubscriptions, .manageAccounts, .ownAccount, .secondStep, .controlToken] {
        await #expect(throws: Refusal.self, "\(scope)") { try await make(office, id, [scope]) }
      }
      await #expect(throws: Refusal.self) {
        try await office.desk.makeToken(
          for: administrator, title: "x", scopes: [.manageAccounts], days: 1,
          by: Role.administrator.actor(administrator))
      }
      await #expect(throws: Refusal.self, "somebody else's") {
        try await office.desk.makeToken(
          for: id, title: "x", scopes: [.readRenewals], days: 1, by: Role.administrator.actor(administrator))
      }
      await #expect(throws: Refusal.self) { try await make(office, id, []) }
      await #expect(throws: Refusal.self) { try await make(office, id, [.readRenewals], days: 367) }
    }
  }

  @Test("Revoked, of another role, of a suspended account: it opens nothing at once", arguments: TestEngine.available)
  func revoked(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let id = try await office.add(.finance)
      let stranger = try await office.add(.support)
      let first = try await make(office, id, [.readRenewals])
      let number = try #require(
        try await office.store.read { tx in try tx.integer("SELECT id FROM account_token LIMIT 1") })
      await #expect(throws: Refusal.self) {
        try await office.desk.act(RevokeToken(account: stranger, token: number), by: Role.support.actor(stranger))
      }
      await #expect(throws: Refusal.self) {
        try await office.desk.act(RevokeToken(account: id, token: number), by: Role.support.actor(stranger))
      }
      #expect(try await identity(office, first) != nil)
      try await office.desk.act(RevokeToken(account: id, token: number), by: Role.finance.actor(id))
      #expect(try await identity(office, first) == nil)

      let second = try await make(office, id, [.readRenewals])
      try await office.desk.act(ChangeRole(account: id, role: .auditor, reason: "moved"), by: Office.machine)
      #expect(try await identity(office, second) == nil)

      let third = try await office.desk.makeToken(
        for: id, title: "x", scopes: [.readJournal], days: 5, by: Role.auditor.actor(id))
      try await office.desk.act(SuspendAccount(account: id, reason: "left"), by: Office.machine)
      #expect(try await identity(office, third) == nil)
      try await office.desk.act(ResumeAccount(account: id, reason: "is back"), by: Office.machine)
      #expect(try await identity(office, third) == nil, "what was revoked stays revoked")
    }
  }

  @Test(
    "What is no token is not looked up",
    arguments: [
      "", "amends_", "amends_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "x",
    ])
  func noToken(text: String) { #expect(!ApiToken.isOne(text)) }
}
