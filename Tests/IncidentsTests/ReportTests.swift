import Billing
import Documents
import Foundation
import Incidents
import Kernel
import Store
import TestSupport
import Testing
import Web
import Words

@Suite("Incidents: the report")
struct ReportTests {
  private func report(_ ward: Ward, _ incident: Int64) async throws -> IncidentReport {
    try #require(
      try await IncidentReport.read(incident, ward.desk.parts, ward.engine.journal, in: ward.store))
  }

  /// All that a document says.
  private func text(_ document: Document) -> String {
    document.blocks.map { block in
      switch block {
      case .heading(let text), .paragraph(let text), .note(let text): text
      case .values(let rows): rows.map { "\($0.label) \($0.value)" }.joined(separator: "\n")
      case .table(let head, let rows, _): ([head] + rows).map { $0.joined(separator: " | ") }.joined(separator: "\n")
      }
    }.joined(separator: "\n")
  }

  private func document(_ ward: Ward, _ report: IncidentReport, _ language: Language = .english) -> Document {
    report.document(LocalTime(.gmt, Words(language)), sender: ["Atlas"], made: ward.now)
  }

  @Test("Each sealed fact of the timeline has a receipt that holds", arguments: TestEngine.available)
  func receipts(engine: TestEngine) async throws {
    try await Ward.open(on: engine) { ward in
      try await ward.people(3, twice: 2)
      let incident = try await ward.begin()
      try await ward.find(incident)
      try await ward.run(incident)
      let before = try await report(ward, incident)
      #expect(before.receipts.isEmpty && before.notSealed.count == before.timeline.count { $0.fact != nil })
      // PostgreSQL seals below the horizon of all its databases, those of the other tests too.
      var after = before
      for _ in 0..<3_000 where !after.notSealed.isEmpty {
        while try await ward.engine.journal.seal() > 0 {}
        try await Task.sleep(for: .milliseconds(20))
        after = try await report(ward, incident)
      }
      try #require(after.notSealed.isEmpty && after.receipts.count == after.timeline.count)
      for receipt in after.receipts {
        try receipt.verify(trusting: nil)
        #expect(receipt.fact.subject == "incident:\(incident)")
      }
      let json = try JSONSerialization.jsonObject(with: Data(try after.json())) as? [String: Any]
      #expect((json?["receipts"] as? [Any])?.count == after.receipts.count)
      #expect(json?["timelineLeftOut"] as? Int == 0)
      let said = text(document(ward, after))
      #expect(said.contains(after.receipts[0].leafHash.base64) && said.contains("2 of 2 people are settled"))
    }
  }

  @Test("The same knowledge is the same PDF, in every language", arguments: Language.allCases)
  func languages(language: Language) async throws {
    try await Ward.open { ward in
      try await ward.people(3, twice: 2)
      let incident = try await ward.begin()
      _ = try await ward.perform(NoteIncident(incident: incident, text: "Zwei Dateien, أو ثلاثة, 三つ"))
      try await ward.find(incident)
      try await ward.run(incident)
      let report = try await report(ward, incident)
      let first = try document(ward, report, language).pdf()
      #expect(try document(ward, report, language).pdf() == first)
      #expect(String(decoding: first.prefix(7), as: UTF8.self) == "%PDF-1.")
    }
  }

  @Test("A long timeline is cut, and the report says how much is left out and where it is")
  func long() async throws {
    try await Ward.open { ward in
      let incident = try await ward.begin()
      for index in 1...520 {
        _ = try await ward.perform(NoteIncident(incident: incident, text: "Note \(index)"))
        ward.pass(.seconds(1))
      }
      let report = try await report(ward, incident)
      #expect(report.timelineLeftOut == 20 && report.timeline.count == 501)
      #expect(report.text.contains("earlier   20 more, in the journal under incident:\(incident)"))
      let said = text(document(ward, report))
      #expect(said.contains("221 earlier entries are left out here") && said.contains("Note 520"))
      #expect(!said.contains("Note 219\n") && !said.contains("| Note 100 |"))
    }
  }
}
