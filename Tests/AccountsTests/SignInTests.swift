import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts

@Suite("Signing in")
struct SignInTests {
  @Test(
    "With the right password one is in, and the journal says so, without the mail address",
    arguments: TestEngine.available)
  func signsIn(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let id = try await office.add(.finance)
      let (session, device) = try await office.signIn(" Finance@Example.org ")
      #expect(device != nil)
      let identity = try #require(try await office.identity(session))
      #expect(identity.account == id && identity.role == .finance && identity.rights == Role.finance.rights)
      let facts = try await office.facts(id)
      #expect(facts.map(\.kind) == ["accountAdded", "accountChanged", "signedIn"])
      #expect(facts.allSatisfy { !$0.body.contains("example.org") })
      let kept = try await office.store.read { tx in
        try tx.row("SELECT digest FROM account_session LIMIT 1")?.blob("digest")
      }
      #expect(kept == session.digest)
    }
  }

  @Test(
    "A wrong password, an unknown account, a suspended one, an invited one, a program's: the same answer, the same work",
    arguments: TestEngine.available)
  func tellsNothing(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let suspended = try await office.add(.support, "suspended@example.org")
      try await office.desk.act(SuspendAccount(account: suspended, reason: "left"), by: Office.machine)
      _ = try await office.add(.finance)
      _ = try await office.desk.invite(
        mail: "invited@example.org", person: "New", role: .support, by: Office.machine)
      _ = try await office.kernel.perform(
        AddAccount(mail: "program@example.org", person: "Cron", role: .auditor, invitation: nil), by: Office.machine,
        key: "p")
      var work: [Int] = []
      for mail in ["finance", "nobody", "suspended", "invited", "program"] {
        let before = office.desk.hasher.derivations
        let password = mail == "finance" ? "not the right one" : Office.password
        let outcome = try await office.desk.signIn(mail: "\(mail)@example.org", password: password, Office.home)
        #expect(outcome.isRefused, "\(mail)")
        work.append(office.desk.hasher.derivations - before)
      }
      #expect(work == [1, 1, 1, 1, 1])
    }
  }

  @Test(
    "A session ends after half an hour without a page, and after twelve hours with pages",
    arguments: TestEngine.available)
  func ends(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.operator)
      let idle = try await office.signIn("operator@example.org").session
      office.clock.move(.minutes(29))
      #expect(try await office.identity(idle) != nil)
      office.clock.move(.minutes(29))
      #expect(try await office.identity(idle) != nil, "it was used in between")
      office.clock.move(.minutes(31))
      #expect(try await office.identity(idle) == nil)

      let busy = try await office.signIn("operator@example.org").session
      for _ in 0..<35 {
        office.clock.move(.minutes(20))
        #expect(try await office.identity(busy) != nil)
      }
      office.clock.move(.minutes(20))
      #expect(try await office.identity(busy) == nil)
    }
  }

  @Test("It is written down at most once a minute that a session is in use", arguments: TestEngine.available)
  func touches(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.operator)
      let session = try await office.signIn("operator@example.org").session
      let begin = office.clock.now
      let seen = {
        try await office.store.read { tx in try tx.row("SELECT seen_at FROM account_session")?.instant("seen_at") }
      }
      office.clock.move(.seconds(59))
      _ = try await office.identity(session)
      #expect(try await seen() == begin)
      office.clock.move(.seconds(2))
      _ = try await office.identity(session)
      #expect(try await seen() == office.clock.now)
    }
  }

  @Test("Signing out, ending another session, changing the password", arguments: TestEngine.available)
  func endsByHand(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let id = try await office.add(.finance)
      let other = try await office.add(.support)
      let first = try await office.signIn("finance@example.org").session
      let second = try await office.signIn("finance@example.org").session
      let third = try await office.signIn("finance@example.org").session
      let stranger = try await office.signIn("support@example.org").session
      let me = try #require(try await office.identity(first))
      let mine = try #require(try await office.identity(second)?.session)
      let theirs = try #require(try await office.identity(stranger)?.session)
      try await office.desk.endSession(mine, of: me)
      try await office.desk.endSession(theirs, of: me)
      #expect(try await office.identity(second) == nil)
      #expect(try await office.identity(stranger)?.account == other, "nobody ends somebody else's")

      await #expect(throws: Refusal.self) {
        try await office.desk.changePassword(me, current: "not mine", new: "another long sentence", Office.home)
      }
      #expect(try await office.identity(third) != nil)
      try await office.desk.changePassword(me, current: Office.password, new: "another long sentence", Office.home)
      #expect(try await office.identity(third) == nil)
      #expect(try await office.identity(first) != nil, "the one that did it goes on")
      #expect(
        try await office.desk.signIn(mail: "finance@example.org", password: Office.password, Office.home).isRefused)
      try await office.desk.signOut(me)
      #expect(try await office.identity(first) == nil)
      let kinds = try await office.facts(id).map(\.kind)
      #expect(kinds.filter { $0 == "accountChanged" }.count == 4)
    }
  }

  @Test(
    "Guessing is slowed down, twice as long each time, a quarter of an hour at most", arguments: TestEngine.available)
  func slows(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let id = try await office.add(.finance)
      var waits: [Int64] = []
      for _ in 0..<20 {
        let outcome = try await office.desk.signIn(mail: "finance@example.org", password: "a guess", Office.abroad)
        if let wait = outcome.wait {
          waits.append(wait.microseconds / 1_000_000)
          office.clock.move(wait)
        }
      }
      #expect(waits.prefix(4) == [2, 4, 8, 16])
      #expect(waits.max() ?? 0 <= 900)
      // The right password does not help while one has to wait.
      for _ in 0..<2 {
        _ = try await office.desk.signIn(mail: "finance@example.org", password: "a guess", Office.abroad)
      }
      let before = office.desk.hasher.derivations
      let right = try await office.desk.signIn(mail: "finance@example.org", password: Office.password, Office.abroad)
      #expect(right.wait != nil)
      #expect(office.desk.hasher.derivations == before, "no work is done for those who have to wait")
      let told = try await office.facts(id).filter { $0.kind == "signInsRefused" }.map(\.body)
      #expect(told == [#"{"tries":5}"#, #"{"tries":10}"#])
    }
  }

  @Test("Many guesses at once are counted before any is tried", arguments: TestEngine.available)
  func atOnce(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      let tried = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<24 {
          group.addTask {
            try await office.desk.signIn(mail: "finance@example.org", password: "a guess", Office.abroad).isRefused
          }
        }
        var tried = 0
        for try await wasTried in group where wasTried { tried += 1 }
        return tried
      }
      #expect(tried <= 6)
    }
  }

  @Test("Whoever guesses locks out themselves and not the owner", arguments: TestEngine.available)
  func lockOut(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      var owner = Office.home
      owner.device = try await office.signIn("finance@example.org", Office.password, owner).device?.text
      for _ in 0..<60 {
        _ = try await office.desk.signIn(mail: "finance@example.org", password: "a guess", Office.abroad)
      }
      let guesser = try await office.desk.signIn(mail: "finance@example.org", password: "a guess", Office.abroad)
      #expect(guesser.wait != nil)
      // From elsewhere, with a new browser.
      _ = try await office.signIn("finance@example.org", Office.password, Office.home)
      // Even from the network of whoever guesses, with the browser that is known.
      var beside = Office.abroad
      beside.device = owner.device
      _ = try await office.signIn("finance@example.org", Office.password, beside)
      // A cookie of another account is none.
      _ = try await office.add(.support)
      var other = Office.abroad
      other.device = try await office.signIn("support@example.org", Office.password, Office.home).device?.text
      #expect(try await office.desk.signIn(mail: "finance@example.org", password: "x", other).wait != nil)
    }
  }

  @Test("One network that tries many accounts has to wait", arguments: TestEngine.available)
  func spraying(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      var waits = 0
      for index in 0..<40 {
        let outcome = try await office.desk.signIn(mail: "p\(index)@example.org", password: "Spring2026", Office.abroad)
        if outcome.wait != nil { waits += 1 }
      }
      #expect(waits == 9)
      let text = try await office.store.read { tx in
        try tx.rows("SELECT bucket FROM account_attempt LIMIT 1000").map { try $0.text("bucket") }.joined()
      }
      #expect(!text.contains("198.51") && !text.contains("example"))
    }
  }

  @Test("A mail tells the owner of a sign-in from a browser that was not seen before", arguments: TestEngine.available)
  func newDevice(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      var caller = Office.home
      caller.device = try await office.signIn("finance@example.org", Office.password, caller).device?.text
      let again = try await office.signIn("finance@example.org", Office.password, caller)
      #expect(again.device == nil && office.letters.all.isEmpty)
      _ = try await office.signIn("finance@example.org", Office.password, Office.abroad)
      let letter = try #require(office.letters.all.first)
      guard case .newDevice = letter.content else {
        Issue.record("not a letter about a new device")
        return
      }
      #expect(letter.mail == "finance@example.org" && office.letters.all.count == 1)
    }
  }
}
