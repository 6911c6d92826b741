import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Desk
@testable import Web

@Suite("Partners at the desk")
struct PartnerDeskTests {
  @Test(
    "An operator stops a partner with a reason and lets it go again; twice the same form is one act",
    arguments: TestEngine.available)
  func switching(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      let page = try await bureau.get("/partners/carrier", as: .operator)
      whole(page.text)
      #expect(page.text.contains("action=\"/partners/carrier/stop\"") && page.text.contains("Goes on"))
      for _ in 0..<2 {
        let answer = try await bureau.post("/partners/carrier/stop", ["reason": "charges <b>twice</b>"], as: .operator)
        #expect(answer.status == 303 && answer.location == "/partners/carrier?done=stopped")
      }
      #expect(try await bureau.facts("lane:carrier").map(\.actor) == ["operator:8"])
      let stopped = try await bureau.get("/partners/carrier?done=stopped", as: .operator)
      whole(stopped.text)
      #expect(
        stopped.text.contains("stopped by hand") && stopped.text.contains("No new charge leaves for this partner."))
      #expect(stopped.text.contains("charges &lt;b&gt;twice&lt;/b&gt;") && !stopped.text.contains("<b>twice"))
      #expect(stopped.text.contains("action=\"/partners/carrier/resume\""))
      let resumed = try await bureau.post(
        "/partners/carrier/resume", ["reason": "mended"], as: .operator, key: "another-key")
      #expect(resumed.status == 303)
      #expect(try await bureau.facts("lane:carrier").count == 2)
      #expect(try await bureau.get("/partners/carrier").text.contains("beginning again at 1"))
    }
  }

  @Test("Without a reason nothing is stopped, and what was entered stays", arguments: TestEngine.available)
  func noReason(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      let answer = try await bureau.post("/partners/carrier/stop", ["reason": "\"x"], as: .operator)
      #expect(answer.status == 422 && answer.text.contains("3 to 500 characters"))
      #expect(answer.text.contains("value=\"&quot;x\"") && answer.text.contains("<details class=\"act\" open>"))
      #expect(try await bureau.facts("lane:carrier").isEmpty)
      #expect(
        try await bureau.post("/partners/carrier/stop", ["reason": "good reason"], as: .operator, key: "").status == 400
      )
      #expect(try await bureau.post("/partners/none/stop", ["reason": "good reason"], as: .operator).status == 404)
      #expect(try await bureau.get("/partners/none").status == 404)
    }
  }

  @Test("Who may not stop a partner sees why, and no form", arguments: [Role.finance, .support, .auditor])
  func others(role: Role) async throws {
    try await Bureau.open(on: .sqlite) { bureau in
      let page = try await bureau.get("/partners/carrier", as: role)
      #expect(page.status == 200 && !page.text.contains("/partners/carrier/stop"))
      #expect(page.text.contains("needs the right of an operator"))
      #expect(try await bureau.post("/partners/carrier/stop", ["reason": "good reason"], as: role).status == 403)
    }
  }

  @Test("Charts with the figures behind them, in every language; and a page of nothing", arguments: Language.allCases)
  func charts(language: Language) async throws {
    try await Bureau.open(on: .sqlite) { bureau in
      let empty = try await bureau.get("/partners/carrier", language: "\(language.tag)")
      whole(empty.text)
      #expect(!empty.text.contains("<figure"))
      try await bureau.fill()
      let list = try await bureau.get("/partners", language: "\(language.tag)")
      whole(list.text)
      #expect(list.text.contains("href=\"/partners/carrier\""))
      let page = try await bureau.get("/partners/carrier", language: "\(language.tag)")
      whole(page.text)
      for id in ["hour", "ages", "delays"] {
        #expect(page.text.contains("<figure class=\"chart\" id=\"\(id)\">"), "\(id)")
      }
      #expect(page.text.components(separatedBy: "<table>").count == 4)
      if language == .english {
        #expect(page.text.contains("Half of them came within 8\u{202F}s, normally within 4\u{202F}s"))
        #expect(page.text.contains("at least") == false && page.text.contains("the oldest") == false)
      }
    }
  }
}

extension Bureau {
  /// A partner with a busy hour, things that are open, and late notifications.
  func fill() async throws {
    try await park("obligation:1")
    try await kernel.change(by: .system("test"), canRepeat: false) { change in
      let window = Span.seconds(10).microseconds
      for minute in 0..<50 {
        let at = (change.now - .minutes(Int64(minute))).microseconds / window * window
        try change.tx.execute(
          """
          INSERT INTO lane_window (lane, at, sent, done, refused, pending, unknown, asked)
          VALUES ('carrier', \(at), 10, 6, 1, 2, 1, 1)
          """)
      }
      let hour = change.now.seconds / 3_600
      for (hours, buckets) in [(0..<24, [2: 3, 3: 9, 6: 1]), (24..<100, [1: 2, 2: 9, 4: 1])] {
        for (bucket, count) in buckets {
          for back in hours {
            try change.tx.execute(
              """
              INSERT INTO lane_delay (lane, hour, bucket, count)
              VALUES ('carrier', \(hour - Int64(back)), \(Int64(bucket)), \(Int64(count)))
              """)
          }
        }
      }
    }
  }
}
