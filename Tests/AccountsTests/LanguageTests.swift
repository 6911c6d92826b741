import HTTPTypes
import Kernel
import Store
import TestSupport
import Testing
import Web
import Words

@testable import Accounts
@testable import Server

@Suite("The language of an account")
struct LanguageTests {
  @Test(
    "Chosen at the foot of a page it is kept for the account, and other browsers show it",
    arguments: TestEngine.available)
  func chosen(engine: TestEngine) async throws {
    try await DoorHouse.open(on: engine) { house in
      let (cookie, _) = try await house.browser(.support)
      let before = try await house.send(.get, "/account", cookie: cookie, headers: [.acceptLanguage: "ja"])
      #expect(before.text.contains("<html lang=\"ja\""), "nobody chose: the browser's")
      let answer = try await house.send(
        .post, "/language", form: [("language", "de"), ("back", "/account")], cookie: cookie)
      #expect(answer.status == 303 && answer.location == "/account")
      let (other, _) = try await house.browser(.support)
      let after = try await house.send(.get, "/account", cookie: other, headers: [.acceptLanguage: "ja"])
      #expect(after.text.contains("<html lang=\"de\"") && after.text.contains("Ihr Konto"))
      let here = try await house.send(.get, "/account", cookie: other + "; amends-language=ar")
      #expect(here.text.contains("<html lang=\"ar\" dir=\"rtl\""), "this browser's own choice goes first")
      let account = try await house.desk.account(house.accounts[.support] ?? 0)
      #expect(account?.language == LanguageTag(.german))
      // Once more the same is no news for the journal; nobody and a stranger's page change nothing.
      _ = try await house.send(.post, "/language", form: [("language", "de")], cookie: cookie)
      _ = try await house.send(.post, "/language", form: [("language", "ar")])
      let strange = try await house.send(
        .post, "/language", form: [("language", "ar")], cookie: cookie, headers: [.origin: "https://evil.example"])
      #expect(strange.status == 403)
      let facts = try await house.desk.store.read { tx in
        try tx.integer("SELECT count(*) FROM fact WHERE kind = 'accountChanged' AND body LIKE '%language%'")
      }
      #expect(facts == 1)
      #expect(try await house.desk.account(house.accounts[.support] ?? 0)?.language == LanguageTag(.german))
    }
  }

  @Test("An invitation is in the language that was chosen for it, and so is its page", arguments: TestEngine.available)
  func invited(engine: TestEngine) async throws {
    try await Office.open(on: engine) { office in
      let made = try await office.desk.invite(
        mail: "nadia@example.org", person: "Nadia", role: .support, language: LanguageTag(.arabic), by: Office.machine)
      #expect(office.letters.all.map(\.language) == [LanguageTag(.arabic)])
      let secret = Secret(String(made.link.split(separator: "/").last ?? ""))
      #expect(try await office.desk.link(secret)?.language == LanguageTag(.arabic))
      // What the browser asks for does not go before it; what its reader chose does.
      try await office.desk.accept(secret, password: Office.password, language: LanguageTag(.english), isChosen: false)
      #expect(try await office.desk.account(made.account)?.language == LanguageTag(.arabic))
      let again = try await office.desk.newLink(for: made.account, by: Office.machine)
      try await office.desk.accept(
        Secret(String(again.split(separator: "/").last ?? "")), password: Office.password,
        language: LanguageTag(.japanese), isChosen: true)
      #expect(try await office.desk.account(made.account)?.language == LanguageTag(.japanese))
    }
  }

  @Test("What a right allows is said in every language, and in English as programs hear it", arguments: Right.allCases)
  func rights(right: Right) {
    #expect(right.words(Words(.english)) == right.words)
    for language in Language.allCases where language != .english {
      #expect(right.words(Words(language)) != right.words, "accounts.\(language.tag).po lacks right.\(right.rawValue)")
    }
  }

  @Test("A page says what was wrong in the reader's language, whatever of it", arguments: Language.allCases)
  func refusals(language: Language) throws {
    let words = Words(language)
    for code in ["passwordShort", "passwordCommon", "wrongPassword", "mailTaken", "lastAdministrator", "noReason"] {
      let said = Said(Refusal(.invalid, code, "in English"), words)
      #expect(said.lang == language.tag && said.text != "in English")
    }
    let other = Said(Refusal(.invalid, "neverHeardOf", "in English"), words)
    #expect(other.lang == "en" && other.text == "in English")
  }
}
