import Crypto
import Foundation
import Kernel
import Store
import TestSupport
import Testing
import Words

@testable import Desk
@testable import Web

@Suite("The journal at the desk")
struct JournalDeskTests {
  private func numbers(_ html: String) -> [String] {
    html.matches(of: /<a href="\/journal\/(\d+\.\d+)"><bdi/).map { String($0.1) }
  }

  @Test("Empty and full, in every language; what facts hold stays text", arguments: Language.allCases)
  func pages(language: Language) async throws {
    try await Bureau.open(on: .sqlite) { bureau in
      whole(try await bureau.get("/journal", language: "\(language.tag)").text)
      try await bureau.record(3)
      try await bureau.seal()
      let page = try await bureau.get("/journal", language: "\(language.tag)").text
      whole(page)
      #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script>alert"))
      #expect(page.contains("Ada &lt;i&gt;Costa&lt;/i&gt;") && page.contains(bureau.journal.publicKey))
      let one = try #require(numbers(page).first)
      whole(try await bureau.get("/journal/\(one)", language: "\(language.tag)").text)
    }
  }

  @Test("Newest first, by key, each once; by subject, kind and actor", arguments: TestEngine.available)
  func filters(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      try await bureau.record(120)
      try await bureau.record(kind: "other", subject: "customer:7", by: Actor(.finance, "7"))
      var found: [String] = []
      var path: String? = "/journal"
      for _ in 0..<5 {
        guard let now = path else { break }
        let page = try await bureau.get(now).text
        found += numbers(page)
        path = page.firstMatch(of: /<a href="([^"]+)" rel="next"/).map { String($0.1).replacing("&amp;", with: "&") }
      }
      #expect(found.count == 121 && Set(found).count == 121)
      #expect(numbers(try await bureau.get("/journal?subject=customer%3A7").text) == [found[0]])
      #expect(numbers(try await bureau.get("/journal?kind=other").text) == [found[0]])
      let page = try await bureau.get("/journal?actor=finance%3A7").text
      #expect(numbers(page) == [found[0]] && page.contains("<bdi>you</bdi>"))
      #expect(try await bureau.get("/journal?kind=nothing").text.contains("No such fact."))
      for query in ["before=x", "before=1", "before=-1.-1", "day=2026-99-99", "day=x", "subject=%00", "kind='"] {
        #expect(try await bureau.get("/journal?\(query)").status == 200, "\(query)")
      }
    }
  }

  @Test("A day is found by halving, with what was written around midnight", arguments: TestEngine.available)
  func days(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      for _ in 0..<4 {
        try await bureau.record(300, kind: "noted")
        try await bureau.seal()
        bureau.clock.move(.days(1))
      }
      let page = try await bureau.get("/journal?day=2026-03-04").text
      #expect(
        numbers(page).count == FactQuery.listed && page.contains("4 Mar 2026")
          && !page.contains("<time datetime=\"2026-03-05"))
      let count = try await bureau.store.read { tx -> Int in
        let query = FactQuery(tx: tx)
        var filter = FactQuery.Filter()
        filter.range = DeskRoutes.range(of: "2026-03-04", in: .gmt)
        var (seen, before): (Int, String?) = (0, nil)
        for _ in 0..<20 {
          let page = try query.page(filter, before: before)
          seen += page.facts.count
          guard let next = page.next else { break }
          before = "\(next)"
        }
        return seen
      }
      #expect(count == 300)
      #expect(try await bureau.get("/journal?day=2026-02-01").text.contains("No such fact."))
    }
  }

  @Test("One fact: its place, its neighbours, and a receipt that verifies offline", arguments: TestEngine.available)
  func receipt(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      try await bureau.record(11)
      let open = try #require(numbers(try await bureau.get("/journal").text).first)
      #expect(try await bureau.get("/journal/\(open)").text.contains("Not sealed yet"))
      #expect(try await bureau.get("/journal/\(open)/receipt").status == 409)
      try await bureau.seal()
      let page = try await bureau.get("/journal/\(open)").text
      #expect(
        page.contains("Leaf 11 of 11") && page.contains("The one before, about the same")
          && !page.contains("The next, about the same"))
      #expect(page.contains("href=\"/journal?subject=customer%3A42\""))
      let file = try await bureau.get("/journal/\(open)/receipt")
      #expect(file.status == 200 && file.type == "application/json")
      let receipt = try Receipt(json: Array(file.text.utf8))
      let key = try Curve25519.Signing.PublicKey(
        rawRepresentation: Data(base64Encoded: bureau.journal.publicKey) ?? Data())
      try receipt.verify(trusting: key)
      #expect(receipt.leafIndex == 10 && receipt.fact.kind == "noted")
      for path in ["/journal/0.999999", "/journal/x", "/journal/0.999999/receipt", "/journal/1/receipt"] {
        #expect(try await bureau.get(path).status == 404, "\(path)")
      }
      #expect(try await bureau.get("/journal/\(open)", as: .support).status == 403)
    }
  }

  @Test("The way to the root that is shown gives the root, from every leaf of trees of every shape")
  func paths() async throws {
    try await Bureau.open(on: .sqlite) { bureau in
      for size in [1, 2, 3, 7, 8, 11] {
        try await bureau.record(size)
        try await bureau.seal()
      }
      for number in numbers(try await bureau.get("/journal").text) {
        let page = try await bureau.get("/journal/\(number)").text
        let steps = page.matches(of: /<li><span>(\w+)<\/span><code class="hash" dir="ltr">([0-9a-f]{64})</)
          .map { (side: String($0.1), hash: Self.bytes(String($0.2))) }
        var node = try #require(steps.first).hash
        for step in steps.dropFirst().dropLast() {
          node = Array(SHA256.hash(data: [1] + (step.side == "before" ? step.hash + node : node + step.hash)))
        }
        #expect(node == steps.last?.hash, "\(number)")
      }
    }
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
  }

  @Test(
    "A verification runs beside, and its result is a fact; what was altered is named", arguments: TestEngine.available)
  func verifying(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      try await bureau.record(300)
      try await bureau.seal()
      #expect(try await bureau.get("/journal").text.contains("It was not verified from here yet."))
      let started = try await bureau.post("/journal/verify", [:], as: .auditor)
      #expect(started.status == 303 && started.location.hasPrefix("/journal?done="))
      try await bureau.verified(1)
      let page = try await bureau.get("/journal").text
      whole(page)
      #expect(page.contains("300 facts, each as it was written."))
      try await bureau.kernel.change(by: .system("test"), canRepeat: false) { change in
        _ = try change.tx.execute("UPDATE fact SET body = '{}' WHERE id = (SELECT min(id) FROM fact)")
      }
      _ = try await bureau.post("/journal/verify", [:], as: .auditor, key: "once-more-now")
      try await bureau.verified(2)
      let bad = try await bureau.get("/journal").text
      whole(bad)
      #expect(bad.contains("1 of them or of their seals") && bad.contains("was altered after it was sealed"))
      #expect(try await bureau.facts("journal").allSatisfy { $0.actor == "auditor:9" })
    }
  }

  @Test("Only one runs at a time, and stopping ends it", arguments: TestEngine.available)
  func stopping(engine: TestEngine) async throws {
    try await Bureau.open(on: engine) { bureau in
      try await bureau.record(20_000)
      try await bureau.seal()
      let verifier = JournalVerifier(bureau.journal)
      #expect(verifier.start(by: .system("test")))
      let second = verifier.start(by: .system("test"))
      await verifier.stop()
      #expect(!second)
      if case .running = verifier.state { Issue.record("it still runs") }
      #expect(!verifier.start(by: .system("test")), "nothing begins after the end")
    }
  }
}

extension Bureau {
  func verified(_ count: Int) async throws {
    for _ in 0..<2_000 {
      if try await facts("journal").count >= count, case .idle = verifier.state { return }
      try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("no verification came to its end")
  }
}
