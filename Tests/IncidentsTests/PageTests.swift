import Billing
import Foundation
import Incidents
import Kernel
import Store
import TestSupport
import Testing
import Web
import Words

@Suite("Incidents: the pages")
struct PageTests {
  private func console(_ ward: Ward, _ language: Language, _ rights: Set<Right>) -> Console {
    Console(
      service: "Atlas", zone: .gmt, now: ward.now, journal: nil, version: "test",
      visitor: Identity(account: 1, name: "Bea", role: .finance, rights: rights, means: .session(1, proof: "p")),
      words: Words(LanguageTag(language)))
  }

  private func page(_ ward: Ward, _ incident: Int64) async throws -> IncidentPage {
    let parts = ward.desk.parts
    return try #require(
      try await ward.store.read { tx in try IncidentPage.read(incident, parts, key: "k", in: tx) })
  }

  @Test("shows who stands where, in every language, and escapes what people wrote", arguments: Language.allCases)
  func shows(language: Language) async throws {
    try await Ward.open { ward in
      try await ward.people(3, twice: 2)
      let incident = try await ward.perform(
        OpenIncident(kind: "charges.twice", about: "lane:card", title: "<b>Twice</b>", severity: 1, tell: ["support"]))
      _ = try await ward.perform(NoteIncident(incident: incident, text: "<script>alert(1)</script>"))
      try await ward.find(incident)
      try await ward.run(incident)
      _ = try await ward.perform(
        FindAffected(incident: incident, finder: "charges.twice", rule: ward.rule, reason: "once more"))
      while try await ward.loop.search.run() > 0 {}
      let all = try await page(ward, incident).html(in: console(ward, language, Set(Right.allCases)))
      #expect(!all.contains("<b>Twice</b>") && !all.contains("<script>alert"))
      #expect(all.contains("&lt;b&gt;Twice"))
      #expect(all.contains("lang=\"\(language.tag)\"") && all.contains("dir=\"\(language.direction.rawValue)\""))
      #expect(all.contains("<svg"))
      #expect(all.contains("/incidents/\(incident)/approve-found"))
      #expect(all.contains("/incidents/\(incident)/contain\""))
      // Whoever only reads sees no button.
      let read = try await page(ward, incident).html(in: console(ward, language, [.readIncidents]))
      #expect(!read.contains("action=\"/incidents/"))
      #expect(read.contains("/incidents/\(incident)/lesson") && read.contains("/incidents/\(incident)/report.pdf"))
      let list = try await ward.store.read { tx in try IncidentQuery.list(open: true, in: tx) }
      let listed = IncidentsPage(incidents: list, mayRun: true, key: "k").html(
        in: console(ward, language, [.readIncidents]))
      #expect(listed.contains("/incidents/\(incident)") && listed.contains("2 / 2"))
    }
  }

  @Test("An incident of which nothing is known yet, and none at all, have pages too")
  func empty() async throws {
    try await Ward.open { ward in
      let none = IncidentsPage(incidents: [], mayRun: false, key: "k").html(in: console(ward, .english, []))
      #expect(none.contains("There has been no incident."))
      let incident = try await ward.begin()
      let page = try await page(ward, incident).html(in: console(ward, .english, [.readIncidents]))
      #expect(page.contains("Nobody has been found and approved yet."))
    }
  }

  @Test(
    "One person’s page says what happened, what was done, and whether it is settled", arguments: TestEngine.available)
  func person(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(2, twice: 1)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      let name = try await ward.person("p1")
      let found = try await ward.store.read { tx in try PersonIncident.all(of: name, in: tx) }
      let one = try #require(found.first)
      #expect(found.count == 1 && one.finder == "charges.twice" && one.state == .whole)
      #expect(one.items.map(\.amount) == [Ward.price])
      #expect(one.given.map(\.state) == ["done", "done"])
      let other = try await ward.person("p2")
      #expect(try await ward.store.read { tx in try PersonIncident.all(of: other, in: tx) }.isEmpty)
    }
  }

  @Test("One affected person: what they get, who tried, and why not, in every language", arguments: Language.allCases)
  func affected(language: Language) async throws {
    try await Ward.open { ward in
      try await ward.subscribe("silent <1>")
      try await ward.past("silent <1>", times: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      let person = try await ward.person("silent <1>")
      _ = try await ward.perform(
        RecordContact(incident: incident, person: person, means: .mail, reached: false, note: "<nobody>"))
      let affected = try await ward.count("SELECT id FROM affected WHERE person = \(person)")
      let page = try #require(try await ward.store.read { tx in try AffectedPage.read(affected, in: incident, tx) })
      #expect(try await ward.store.read { tx in try AffectedPage.read(affected, in: incident + 1, tx) } == nil)
      func html(_ rights: Set<Right>) -> String {
        let console = console(ward, language, rights)
        return page.html(in: console, Names(people: [:], reader: "", words: console.words))
      }
      let all = html(Set(Right.allCases))
      #expect(all.contains("lang=\"\(language.tag)\"") && all.contains("&lt;nobody&gt;") && !all.contains("<nobody>"))
      #expect(all.contains("<code>noAddress</code>") && all.contains("/retry\"") && all.contains("/contact\""))
      // Tried by one means: not yet unreachable; given something: not unharmed.
      #expect(!all.contains("/unreachable\"") && !all.contains("/unharmed\""))
      let words = Words(LanguageTag(language))
      #expect(all.contains(words.text(.unharmedWasGiven)))
      #expect(all.contains(words.text(.unreachableNotTried(words.count(2 as Int64), means: words.count(1 as Int64)))))
      let read = html([.readIncidents])
      #expect(!read.contains("<form class=\"entry") && !read.contains("/retry\"") && read.contains("&lt;nobody&gt;"))
    }
  }
}
