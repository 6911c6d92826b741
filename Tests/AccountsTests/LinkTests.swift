import Foundation
import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Accounts

@Suite("Invitations, resets and passwords")
struct LinkTests {
  private static func secret(_ link: String) -> Secret { Secret(String(link.split(separator: "/").last ?? "")) }

  @Test("An invitation is good once, and for a week", arguments: TestEngine.available)
  func invitation(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let made = try await office.desk.invite(
        mail: "New@Example.org", person: "New", role: .support, by: Office.machine)
      #expect(made.link.hasPrefix("https://amends.example/link/"))
      let secret = Self.secret(made.link)
      try await office.desk.accept(secret, password: "a long new sentence")
      await #expect(throws: Refusal.linkUsed) {
        try await office.desk.accept(secret, password: "somebody else's sentence")
      }
      _ = try await office.signIn("new@example.org", "a long new sentence")

      let late = try await office.desk.invite(
        mail: "late@example.org", person: "Late", role: .support, by: Office.machine)
      office.clock.move(.days(7))
      await #expect(throws: Refusal.linkUsed) {
        try await office.desk.accept(Self.secret(late.link), password: "a long new sentence")
      }
      let hidden = try await office.store.read { tx in
        try tx.row("SELECT digest FROM account_link LIMIT 1")?.blob("digest")
      }
      #expect(hidden == Self.secret(late.link).digest)
    }
  }

  @Test("Two who use one link at once: one of them gets in", arguments: TestEngine.available)
  func raced(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let made = try await office.desk.invite(mail: "new@example.org", person: "N", role: .support, by: Office.machine)
      let good = await withTaskGroup(of: Bool.self) { group in
        for index in 0..<6 {
          group.addTask {
            do {
              try await office.desk.accept(Self.secret(made.link), password: "the sentence number \(index)")
              return true
            } catch { return false }
          }
        }
        var good = 0
        for await isGood in group where isGood { good += 1 }
        return good
      }
      #expect(good == 1)
    }
  }

  @Test("A reset: the same answer for anybody, one hour, once; every session ends", arguments: TestEngine.available)
  func reset(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      let session = try await office.signIn("finance@example.org").session
      #expect(try await office.desk.forgotten(mail: "nobody@example.org", Office.home) == nil)
      #expect(try await office.desk.forgotten(mail: "finance@example.org", Office.home) == nil)
      let links = office.letters.all.compactMap { letter -> String? in
        if case .reset(let link, _) = letter.content, letter.mail == "finance@example.org" { link } else { nil }
      }
      #expect(links.count == 1 && office.letters.all.count == 1)
      let secret = Self.secret(links[0])
      #expect(try await office.identity(session) != nil, "asking for it changes nothing")
      try await office.desk.accept(secret, password: "a long new sentence")
      #expect(try await office.identity(session) == nil)
      await #expect(throws: Refusal.linkUsed) { try await office.desk.accept(secret, password: "another new sentence") }

      _ = try await office.desk.forgotten(mail: "finance@example.org", Office.home)
      guard case .reset(let second, _) = try #require(office.letters.all.last).content else { return }
      office.clock.move(.hours(1))
      await #expect(throws: Refusal.linkUsed) {
        try await office.desk.accept(Self.secret(second), password: "another new sentence")
      }
    }
  }

  @Test("Nobody's mailbox is filled with resets", arguments: TestEngine.available)
  func flooded(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      _ = try await office.add(.finance)
      for _ in 0..<20 { _ = try await office.desk.forgotten(mail: "finance@example.org", Office.abroad) }
      #expect(office.letters.all.count == 4)
    }
  }

  @Test(
    "Passwords are long, not among the common ones, and not oneself",
    arguments: [
      "short", "password1234", "aaaaaaaaaaaa", "123456789012", "abcdefghijkl", "ada.lovelace@example.org",
      "Ada-Lovelace!!",
      String(repeating: "ab cd ef", count: 17),
    ])
  func refused(password: String) {
    #expect(throws: Refusal.self) {
      try PasswordRules.check(password, mail: "ada.lovelace@example.org", name: "Ada Lovelace")
    }
  }

  @Test(
    "Any long sentence is a password",
    arguments: [
      "correct horse battery", "наш кот не ест рыбу", "Zw8%kq0-tPl1", "           x k q w m",
    ])
  func accepted(password: String) throws {
    try PasswordRules.check(password, mail: "a@example.org", name: "A")
  }

  @Test("A kept password says its cost; the same characters in another encoding fit")
  func hashes() throws {
    let composed = "café au lait 12"
    let kept = try PasswordHash.make(composed, .trifling).text
    #expect(kept.hasPrefix("scrypt$4$1$1$"))
    let hash = try #require(PasswordHash(kept))
    #expect(try hash.fits(composed.decomposedStringWithCanonicalMapping))
    #expect(try !hash.fits(composed + " "))
    #expect(try PasswordHash.make(composed, .trifling).text != kept, "each has a salt of its own")
    #expect(PasswordHash("scrypt$4$1$1$x") == nil && PasswordHash("md5$1$1$1$AA==$AA==") == nil)
    #expect(try !PasswordHash.nobodys(.trifling).fits(""))
  }

  @Test("The real cost is 128 MiB a guess, and is computed")
  func realCost() throws {
    #expect(PasswordCost.standard == PasswordCost(logN: 17, r: 8, p: 1))
    #expect(try PasswordHash.make("x", .standard).fits("x"))
  }
}
