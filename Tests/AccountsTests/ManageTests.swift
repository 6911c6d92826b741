import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts

@Suite("Managing accounts")
struct ManageTests {
  @Test("A suspended account's sessions end at once, and so do those of another role", arguments: TestEngine.available)
  func atOnce(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let administrator = Role.administrator.actor(try await office.add(.administrator))
      let id = try await office.add(.support)
      let first = try await office.signIn("support@example.org").session
      try await office.desk.act(ChangeRole(account: id, role: .finance, reason: "moved"), by: administrator)
      #expect(try await office.identity(first) == nil)
      let second = try await office.signIn("support@example.org").session
      #expect(try await office.identity(second)?.role == .finance)
      try await office.desk.act(SuspendAccount(account: id, reason: "left"), by: administrator)
      #expect(try await office.identity(second) == nil)
      #expect(
        try await office.desk.signIn(mail: "support@example.org", password: Office.password, Office.home).isRefused)
      try await office.desk.act(ResumeAccount(account: id, reason: "is back"), by: administrator)
      #expect(try await office.identity(second) == nil)
      _ = try await office.signIn("support@example.org")
      let facts = try await office.facts(id).filter { $0.kind == "accountChanged" && $0.body.contains("reason") }
      #expect(facts.count == 3 && facts.allSatisfy { $0.actor == administrator.description })
    }
  }

  @Test("Nobody changes their own role or status, and somebody stays who can", arguments: TestEngine.available)
  func lastAdministrator(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let first = try await office.add(.administrator, "one@example.org")
      let one = Role.administrator.actor(first)
      let own = try await #require(throws: Refusal.self) {
        try await office.desk.act(ChangeRole(account: first, role: .finance, reason: "x"), by: one)
      }
      #expect(own.code == "ownAccount")
      let last = try await #require(throws: Refusal.self) {
        try await office.desk.act(SuspendAccount(account: first, reason: "x"), by: Office.machine)
      }
      #expect(last.code == "lastAdministrator")
      // One who was invited only is nobody yet.
      _ = try await office.desk.invite(mail: "new@example.org", person: "New", role: .administrator, by: one)
      await #expect(throws: Refusal.self) {
        try await office.desk.act(SuspendAccount(account: first, reason: "x"), by: Office.machine)
      }
      let second = try await office.add(.administrator, "two@example.org")
      let two = Role.administrator.actor(second)
      // Each removes the other at once: one of them is left.
      let removed = await withTaskGroup(of: Bool.self) { group in
        for (target, actor) in [(first, two), (second, one)] {
          group.addTask {
            do {
              try await office.desk.act(SuspendAccount(account: target, reason: "x"), by: actor)
              return true
            } catch { return false }
          }
        }
        var removed = 0
        for await isRemoved in group where isRemoved { removed += 1 }
        return removed
      }
      #expect(removed == 1)
    }
  }

  @Test(
    "Only administrators and the machine manage accounts, whatever door they came by", arguments: TestEngine.available)
  func others(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let target = try await office.add(.support)
      for role in Role.allCases where role != .administrator {
        let actor = role.actor(77)
        await #expect(throws: Refusal.self, "\(role)") {
          try await office.desk.act(ChangeRole(account: target, role: .administrator, reason: "x"), by: actor)
        }
        await #expect(throws: Refusal.self, "\(role)") {
          _ = try await office.desk.invite(mail: "x@example.org", person: "X", role: .administrator, by: actor)
        }
        await #expect(throws: Refusal.self, "\(role)") { _ = try await office.desk.newLink(for: target, by: actor) }
      }
    }
  }

  @Test("One account for one address; names and addresses that are none are refused", arguments: TestEngine.available)
  func addresses(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.support, "one@example.org")
      for (mail, person) in [
        ("ONE@example.org", "Again"), ("no address", "X"), ("a@", "X"), ("@b", "X"), ("a@b@c", "X"), ("a@b", ""),
        ("a@b", "X\u{1B}[31m"), ("a<b>@c", "X"),
      ] {
        await #expect(throws: Refusal.self, "\(mail) \(person)") {
          _ = try await office.desk.invite(mail: mail, person: person, role: .support, by: Office.machine)
        }
      }
    }
  }

  @Test(
    "A subscriber’s account is one subscriber’s at a time, and nobody’s in between", arguments: TestEngine.available)
  func bound(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let administrator = Role.administrator.actor(try await office.add(.administrator))
      let made = try await office.desk.invite(
        mail: "ada@example.org", person: "Ada", role: .subscriber, customer: 7, by: administrator)
      #expect(office.letters.all.isEmpty, "the letter that invites is for those who work here")
      func refusal(_ command: some Command, by actor: Actor) async throws -> String {
        try await #require(throws: Refusal.self) { try await office.desk.act(command, by: actor) }.code
      }
      let taken = BindSubscriber(account: made.account, customer: 8, reason: "moved")
      #expect(try await refusal(taken, by: administrator) == "boundAlready")
      let unbind = UnbindSubscriber(account: made.account, reason: "the wrong Ada")
      for role in Role.allCases where role != .administrator {
        let actor = role.actor(77)
        #expect(try await refusal(unbind, by: actor) == "forbidden", "\(role)")
        #expect(try await refusal(taken, by: actor) == "forbidden", "\(role)")
      }
      #expect(
        try await refusal(UnbindSubscriber(account: made.account, reason: ""), by: administrator) == "noReason")
      let support = try await office.add(.support)
      let worker = BindSubscriber(account: support, customer: 8, reason: "x")
      #expect(try await refusal(worker, by: administrator) == "noSubscribersAccount")

      try await office.desk.act(unbind, by: administrator)
      #expect(try await office.desk.account(made.account)?.customer == nil)
      try await office.desk.act(unbind, by: administrator)
      try await office.desk.act(taken, by: administrator)
      #expect(try await office.desk.account(made.account)?.customer == 8)
      let said = try await office.facts(made.account).filter {
        $0.body.contains("Bound") || $0.body.contains("Unbound")
      }
      #expect(said.count == 2 && said.allSatisfy { $0.actor == administrator.description })
      // It stands in the history of both whom it concerned.
      for (customer, what) in [(7, "accountUnbound"), (8, "accountBound")] {
        let facts = try await office.store.read { tx in
          try tx.rows("SELECT body FROM fact WHERE subject = \("customer:\(customer)")").map { try $0.text("body") }
        }
        #expect(facts.count == 1 && facts.allSatisfy { $0.contains(what) })
      }
    }
  }
}
