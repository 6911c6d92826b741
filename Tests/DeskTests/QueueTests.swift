import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Desk
@testable import Web

@Suite("The queue")
struct QueueTests {
  private func rows(_ html: String) -> [String] {
    html.matches(of: /<th scope="row" role="rowheader"><a href="\/queue\/(\d+)"/).map { String($0.1) }
  }

  @Test("Nothing waits: said in every language", arguments: Language.allCases)
  func empty(language: Language) async throws {
    try await Bureau.open(on: .sqlite) { bureau in
      let page = try await bureau.get("/queue", language: "\(language.tag)")
      #expect(page.status == 200 && page.text.contains("lang=\"\(language.tag)\""))
      whole(page.text)
    }
  }

  @Test(
    "A hundred and twenty things: three pages by key, each once, the most urgent first", arguments: TestEngine.available
  )
  func pages(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      var wanted: [String] = []
      // Many of one moment, so that the id decides.
      for number in 0..<120 {
        wanted.append(String(try await bureau.park("obligation:\(number)", in: .hours(Int64(number / 30 + 1)))))
      }
      try await bureau.evidence("stuck", count: 3)
      var found: [String] = []
      var path: String? = "/queue"
      var pages = 0
      var groups = 0
      while let now = path, pages < 10 {
        let page = try await bureau.get(now)
        found += rows(page.text)
        groups += page.text.components(separatedBy: "href=\"/messages/stuck\"").count - 1
        path = page.text.firstMatch(of: /<a href="([^"]+)" rel="next">/).map {
          String($0.1).replacing("&amp;", with: "&")
        }
        pages += 1
      }
      #expect(found == wanted && pages == 3 && groups == 1)
    }
  }

  @Test("Filters by owner and by kind, and sources of other parts among the rest", arguments: TestEngine.available)
  func filters(engine: TestEngine) async throws {
    let source = WaitingSource(kind: "surplus") { _, window in
      guard window.owner == nil || window.owner == "finance" else { return [] }
      let item = WaitingItem(
        kind: "surplus", id: 5, subject: "customer:42", lane: "carrier", amount: Amount(300, "EUR"), owner: "finance",
        deadline: Bureau.start, href: "/subscribers/42")
      return (Bureau.start.microseconds, 5) > (window.afterDeadline, window.afterID) ? [item] : []
    }
    try await Bureau.open(on: engine, waiting: [source]) { bureau in
      let charge = try await bureau.park("obligation:1")
      let mail = try await bureau.park("mail:2", kind: "mail", lane: "mail", owner: "operations")
      try await bureau.evidence("waiting", count: 2)
      let all = try await bureau.get("/queue")
      #expect(rows(all.text) == ["\(charge)", "\(mail)"] && all.text.contains("EUR\u{A0}3.00"))
      #expect(all.text.contains("href=\"/messages/unmatched\""))
      #expect(rows(try await bureau.get("/queue?owner=operations").text) == ["\(mail)"])
      #expect(rows(try await bureau.get("/queue?kind=charge").text) == ["\(charge)"])
      let surplus = try await bureau.get("/queue?kind=surplus").text
      #expect(rows(surplus).isEmpty && surplus.contains("Refund that was refused"))
      #expect(try await bureau.get("/queue?kind=unmatched").text.contains("Messages that belong to nothing: 2"))
      #expect(try await bureau.get("/queue?owner=nobody&kind=%3Cb%3E").text.contains("Nothing of this kind waits."))
      for cursor in ["x", "1.2", "1.99999999.3", "-1.-1.-1", "'", "9.9.9.9"] {
        #expect(try await bureau.get("/queue?after=\(Paths.segment(cursor))").status == 200, "\(cursor)")
      }
    }
  }

  @Test("Each thing says what may be done and why the rest may not, by role", arguments: TestEngine.available)
  func actions(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      let id = try await bureau.park("obligation:1", code: "<b>code</b>")
      let page = try await bureau.get("/queue").text
      whole(page)
      #expect(page.contains("<span class=\"can\">Decide</span>") && page.contains("nobody promises that a second call"))
      #expect(page.contains("Ada &lt;i&gt;Costa&lt;/i&gt;") && page.contains("&lt;b&gt;code&lt;/b&gt;"))
      let asOperator = try await bureau.get("/queue", as: .operator).text
      #expect(
        !asOperator.contains("<span class=\"can\">Decide</span>")
          && asOperator.contains("<strong>Decide:</strong> your role may not."))
      let auditor = try await bureau.get("/queue/\(id)", as: .auditor)
      whole(auditor.text)
      #expect(
        auditor.status == 200 && !auditor.text.contains("/queue/\(id)/take")
          && !auditor.text.contains("name=\"happened\""))
      for act in ["take", "hold", "decide", "decide-harmless"] {
        #expect(try await bureau.post("/queue/\(id)/\(act)", [:], as: .auditor).status == 403)
      }
      #expect(try await bureau.get("/queue/999999").status == 404)
    }
  }

  @Test("It is taken on and given more time: owner, deadline, facts, once", arguments: TestEngine.available)
  func taking(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      let id = try await bureau.park("obligation:1")
      for _ in 0..<2 {
        let answer = try await bureau.post("/queue/\(id)/take", [:], as: .finance)
        #expect(answer.status == 303 && answer.location == "/queue/\(id)?done=taken")
      }
      // Another form, and it is theirs already.
      #expect(try await bureau.post("/queue/\(id)/take", [:], as: .finance, key: "another-form").status == 303)
      let page = try await bureau.get("/queue/\(id)").text
      #expect(page.contains("<bdi>you</bdi>") && page.contains("it is yours already"))
      #expect(
        try await bureau.get("/queue/\(id)", as: .operator).text.contains("Fatma &lt;b&gt;Finance&lt;/b&gt; (finance)"))
      let held = try await bureau.post(
        "/queue/\(id)/hold", ["hours": "72", "reason": "they answer on Friday"], as: .finance, key: "hold-it-now")
      #expect(held.status == 303)
      let short = try await bureau.post(
        "/queue/\(id)/hold", ["hours": "72", "reason": "x"], as: .finance, key: "hold-short")
      #expect(short.status == 422)
      #expect(
        try await bureau.post("/queue/\(id)/hold", ["hours": "9999", "reason": "xxx"], as: .finance, key: "hold-long")
          .status == 400)
      let row = try await bureau.store.read { tx in
        try tx.row("SELECT owner, deadline FROM effect WHERE id = \(id)").map {
          (try $0.text("owner"), try $0.instant("deadline"))
        }
      }
      #expect(row?.0 == "finance:7" && row?.1 == Bureau.start + .days(3))
      #expect(try await bureau.facts("effect:\(id)").map(\.kind) == ["effectTaken", "effectHeld"])
    }
  }

  @Test(
    "A decision: with its transaction, or without; nonsense is refused; it ends what waits",
    arguments: TestEngine.available)
  func deciding(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      let id = try await bureau.park("obligation:1")
      let path = "/queue/\(id)/decide"
      for (form, words) in [
        (["happened": "", "reason": "their list"], "Say whether it happened"),
        (["happened": "yes", "reason": "their list"], "Name the partner"),
        (["happened": "no", "transaction": "pay-1", "reason": "their list"], "has no transaction"),
        (["happened": "no", "reason": ""], "Say how you know"),
      ] {
        let answer = try await bureau.post(path, form, as: .finance)
        #expect(answer.status == 422 && answer.text.contains(words), "\(form)")
        whole(answer.text)
      }
      // Money is no matter of operators, nor of the door for what is harmless.
      #expect(try await bureau.post(path, ["happened": "no", "reason": "their list"], as: .operator).status == 403)
      #expect(
        try await bureau.post(
          "/queue/\(id)/decide-harmless", ["happened": "no", "reason": "their list"], as: .operator
        ).status == 404)
      let decided = try await bureau.post(
        path, ["happened": "yes", "transaction": "pay-1", "reason": "their list, line 12"], as: .finance)
      #expect(decided.status == 303 && decided.location == "/queue/\(id)?done=decided")
      #expect(try await bureau.outbox.applyInbox() == 1)
      let page = try await bureau.get("/queue/\(id)").text
      whole(page)
      #expect(page.contains("It waits for nobody any more.") && page.contains("a person") && page.contains("pay-1"))
      #expect(try await bureau.facts("effect:\(id)").first?.actor == "finance:7")
      #expect(
        try await bureau.post(path, ["happened": "no", "reason": "their list"], as: .finance, key: "later-form").status
          == 409)
      #expect(try await bureau.post("/queue/\(id)/take", [:], as: .finance, key: "late-take").status == 409)
    }
  }

  @Test("A mail of unknown fate is decided by operators, and not through finance's door")
  func harmless() async throws {
    try await Bureau.open(on: .sqlite) { bureau in
      let id = try await bureau.park("mail:1", kind: "mail", lane: "mail", owner: "operations")
      #expect(try await bureau.get("/queue/\(id)", as: .operator).text.contains("/queue/\(id)/decide-harmless"))
      #expect(
        try await bureau.post("/queue/\(id)/decide", ["happened": "no", "reason": "their log"], as: .finance).status
          == 404)
      #expect(
        try await bureau.post("/queue/\(id)/decide-harmless", ["happened": "no", "reason": "their log"], as: .operator)
          .status == 303)
    }
  }

  @Test(
    "Messages that were put aside are read and weighed again; those that belong to nothing only read",
    arguments: TestEngine.available)
  func messages(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      try await bureau.evidence("stuck", count: 60, raw: "{\"a\":\"<script>\"}")
      try await bureau.evidence("waiting", count: 1)
      let page = try await bureau.get("/messages/stuck", as: .operator)
      whole(page.text)
      #expect(page.text.contains("&lt;script&gt;") && page.text.contains("/messages/stuck/retry"))
      let next = try #require(page.text.firstMatch(of: /<a href="(\/messages\/stuck\?after=\d+)"/)).1
      let rest = try await bureau.get(String(next), as: .operator).text
      #expect(rest.components(separatedBy: "role=\"rowheader\"").count == 11)
      #expect(try await bureau.post("/messages/stuck/retry", ["reason": "x"], as: .operator).status == 422)
      #expect(try await bureau.post("/messages/unmatched/retry", ["reason": "mended"], as: .operator).status == 404)
      #expect(try await bureau.post("/messages/stuck/retry", ["reason": "mended"], as: .operator).status == 303)
      let empty = try await bureau.get("/messages/stuck", as: .operator).text
      #expect(empty.contains("There are none.") && !empty.contains("/messages/stuck/retry"))
      #expect(try await bureau.get("/messages/unmatched").status == 200)
      #expect(try await bureau.get("/messages/everything").status == 404)
    }
  }
}
