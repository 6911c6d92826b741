import Foundation
import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Desk
@testable import Web

@Suite("Alerts at the desk")
struct AlertDeskTests {
  @Test(
    "Open ones by urgency with what to do, those that are over below, in every language", arguments: Language.allCases)
  func pages(language: Language) async throws {
    try await Bureau.open(on: .sqlite) { bureau in
      whole(try await bureau.get("/alerts", language: "\(language.tag)").text)
      try await bureau.alert("unknownShare", "lane:carrier", message: "<b>later</b>", escalates: .hours(2))
      try await bureau.alert("stuckEvidence", "inbox", message: "first", escalates: .minutes(-1))
      try await bureau.alert("ofAnotherPart", "thing:1", cleared: true)
      let page = try await bureau.get("/alerts", language: "\(language.tag)").text
      whole(page)
      let first = try #require(page.range(of: ">first<")), later = try #require(page.range(of: "&lt;b&gt;later"))
      #expect(first.lowerBound < later.lowerBound && page.contains("href=\"/messages/stuck\""))
      #expect(page.contains("ofAnotherPart") && page.contains("href=\"/partners/carrier\""))
      #expect(page.contains(Words(language).text(Message.alertAdvice["unknownShare"] ?? .ownerYou)))
    }
  }

  @Test("An alert is taken once, with a fact; by those who may; not when it is over", arguments: TestEngine.available)
  func taking(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      let id = try await bureau.alert("unknownShare", "lane:carrier")
      let over = try await bureau.alert("partnerDown", "lane:carrier", cleared: true)
      for key in ["form-one", "form-one", "form-two"] {
        #expect(
          try await bureau.post("/alerts/\(id)/take", [:], as: .operator, key: key).location == "/alerts?done=alert")
      }
      #expect(try await bureau.facts("alert:unknownShare").map(\.kind) == ["alertTaken"])
      #expect(!(try await bureau.get("/alerts", as: .operator).text.contains("/alerts/\(id)/take")))
      #expect(try await bureau.get("/alerts", as: .finance).text.contains("/alerts/\(id)/take"))
      #expect(!(try await bureau.get("/alerts", as: .auditor).text.contains("/take")))
      #expect(try await bureau.post("/alerts/\(id)/take", [:], as: .auditor).status == 403)
      #expect(try await bureau.post("/alerts/\(over)/take", [:], as: .operator, key: "form-three").status == 409)
      #expect(try await bureau.post("/alerts/99999/take", [:], as: .operator, key: "form-four").status == 404)
    }
  }

  @Test("Many that are over: pages by key, each once", arguments: TestEngine.available)
  func keys(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      for number in 0..<110 { try await bureau.alert("n\(number)", "thing:1", cleared: true) }
      for number in 0..<60 { try await bureau.alert("o\(number)", "thing:1") }
      var found: [String] = []
      var path: String? = "/alerts"
      for _ in 0..<5 {
        guard let now = path else { break }
        let page = try await bureau.get(now).text
        found += page.matches(of: /role="rowheader">(n\d+)</).map { String($0.1) }
        path = page.firstMatch(of: /<a href="(\/alerts\?before=[^"]+)"/).map { String($0.1) }
      }
      #expect(found.count == 110 && Set(found).count == 110)
      let first = try await bureau.get("/alerts").text
      let next = try #require(first.firstMatch(of: /<a href="(\/alerts\?after=[^"]+)"/)).1
      #expect(try await bureau.get(String(next)).text.matches(of: /<li id="alert-/).count == 10)
      for cursor in ["x", "1", "1.2.3", "-9.-9"] {
        #expect(try await bureau.get("/alerts?before=\(cursor)").status == 200)
      }
    }
  }

  @Test("Every check has a title and advice in the words, and the operations guide has its line")
  func advice() throws {
    let guide = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/operations.md"), encoding: .utf8)
    #expect(Set(Message.alertTitles.keys) == Set(Message.alertAdvice.keys))
    for name in Message.alertTitles.keys { #expect(guide.contains("| `\(name)` |"), "\(name)") }
  }
}
