import HTTPTypes
import Kernel
import Synchronization
import Testing

@testable import Web

@Suite("The API's frame")
struct FrameTests {
  @Test(
    "A time is read with any offset and written in UTC",
    arguments: [
      ("2026-03-01T09:00:00Z", "2026-03-01T09:00:00Z"), ("2026-03-01t10:00:00+01:00", "2026-03-01T09:00:00Z"),
      ("2026-02-28T23:30:00.120000-09:30", "2026-03-01T09:00:00.12Z"),
      ("2024-02-29T00:00:00.0000009Z", "2024-02-29T00:00:00Z"), ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
      ("2000-01-01T00:00:00.000001z", "2000-01-01T00:00:00.000001Z"),
    ])
  func times(given: String, written: String) throws {
    let time = try #require(APITime(given))
    #expect(time.text == written)
    #expect(APITime(time.text) == time)
  }

  @Test(
    "What is no time is none",
    arguments: [
      "", "2026-03-01", "2026-03-01T09:00Z", "2026-02-29T09:00:00Z", "2026-04-31T09:00:00Z", "2026-13-01T09:00:00Z",
      "2026-03-01T24:00:00Z", "2026-03-01T09:00:60Z", "2026-03-01T09:00:00", "2026-03-01T09:00:00.Z",
      "2026-03-01T09:00:00+1:00", "2026-03-01T09:00:00Z\n", "٢٠٢٦-03-01T09:00:00Z",
    ])
  func noTimes(text: String) { #expect(APITime(text) == nil) }

  /// From where on Foundation reckons by the Gregorian calendar too.
  @Test("Days are the same as Foundation's")
  func calendar() throws {
    for year in stride(from: 1_584, to: 9_999, by: 37) {
      let text = "\(String(10_000 + year).dropFirst())-03-01T00:00:00Z"
      let time = try #require(APITime(text))
      #expect(time.instant.iso8601 == text)
    }
  }

  @Test("A cursor leads back to where it was made, and nowhere else")
  func cursors() throws {
    for key in [[0], [1, 2], [.max, .min], [-1]] as [[Int64]] {
      let text = Cursor("listThings", key).text
      #expect(Pattern.cursor.fits(text))
      #expect(Cursor(text, of: "listThings", keys: key.count)?.key == key)
      #expect(Cursor(text, of: "listOthers", keys: key.count) == nil)
      #expect(Cursor(text, of: "listThings", keys: key.count + 1) == nil)
    }
    for text in ["", "a", "AAAA", "bGlzdFRoaW5nczp4", "bGlzdFRoaW5ncw", "%%%", "bGlzdFRoaW5nczox:"] {
      #expect(Cursor(text, of: "listThings", keys: 1) == nil, "\(text)")
    }
  }

  @Test(
    "A document is read whole, and not too deep",
    arguments: [
      ("[1, 1.0, true, null, \"a\", {\"b\": []}]", true), ("{", false), ("", false), ("[1]\u{0}", false),
      ("\u{0}[\u{0}1\u{0}]", false), ("[1e999]", false),
      ("\"\\uD800\"", false), ("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"]", true),
      (String(repeating: "[", count: 33) + String(repeating: "]", count: 33), false),
      (String(repeating: "[", count: 32) + String(repeating: "]", count: 32), true),
      (String(repeating: "[", count: 60_000), false),
    ])
  func documents(text: String, isOne: Bool) { #expect(((try? JSON(reading: Array(text.utf8))) != nil) == isOne) }

  private struct Thing: APIType {
    var name: String
    var count: Int64?
    var inner: [String: Int64]?

    static let about = "A thing."
    static var fields: KeyValuePairs<String, Schema> {
      [
        "name": .text("", 2...4, .words), "count": Schema.integer("", 1...3).optional,
        "inner": Schema.map(names: .currency, .integer("", 0...9), "", 0...2).optional,
      ]
    }
  }

  @Test(
    "What is wrong is named by its place",
    arguments: [
      ("{\"name\": \"ab\"}", []), ("{}", ["/name"]), ("[]", [""]), ("{\"name\": null}", ["/name"]),
      ("{\"name\": \"a\"}", ["/name"]), ("{\"name\": \"abcde\"}", ["/name"]), ("{\"name\": \" ab\"}", ["/name"]),
      ("{\"name\": \"a\\u0000b\"}", ["/name"]), ("{\"name\": \"a\\nb\"}", ["/name"]), ("{\"name\": \"äöü𝕏\"}", []),
      ("{\"name\": \"ab\", \"count\": 4}", ["/count"]), ("{\"name\": \"ab\", \"count\": 1.5}", ["/count"]),
      ("{\"name\": \"ab\", \"count\": 1.0}", []), ("{\"name\": \"ab\", \"count\": \"1\"}", ["/count"]),
      ("{\"name\": \"ab\", \"count\": true}", ["/count"]), ("{\"name\": \"ab\", \"a/b~\": 1}", ["/a~1b~0"]),
      ("{\"name\": \"ab\", \"inner\": {\"EUR\": 1, \"eur\": 1}}", ["/inner/eur"]),
      ("{\"name\": \"ab\", \"inner\": {\"EUR\": 10}}", ["/inner/EUR"]),
    ])
  func faults(text: String, places: [String]) throws {
    let json = try JSON(reading: Array(text.utf8))
    #expect(Schema.one(Thing.self).faults(in: json).map(\.at) == places)
  }

  @Test("Nobody is told more faults than help")
  func manyFaults() throws {
    let members = (0..<1_000).map { "\"m\($0)\": 1" }.joined(separator: ",")
    #expect(Schema.one(Thing.self).faults(in: try JSON(reading: Array("{\(members)}".utf8))).count == Schema.faults)
  }

  @Test("A minute's requests are counted for each token, then refused until the next minute")
  func limits() throws {
    let clock = Mutex(Instant(seconds: 1_000_000_020))
    let limits = RateLimits(perMinute: 10) { clock.withLock { $0 } }
    let network = ClientNetwork("192.0.2.1")
    func ask(_ token: Int64?) -> RateLimits.Standing {
      limits.count(
        token.map { Identity(account: 1, name: "", role: .operator, rights: [], means: .token($0)) }, from: network)
    }
    for n in 1...10 {
      let standing = ask(1)
      #expect(!standing.isOver)
      #expect(standing.fields[.rateLimit] == "\"token\";r=\(10 - n);t=60")
      #expect(standing.fields[.rateLimitPolicy] == "\"token\";q=10;w=60")
    }
    #expect(ask(1).isOver && ask(1).isOver)
    #expect(!ask(2).isOver, "another token has its own")
    #expect(!ask(nil).isOver && !ask(nil).isOver && ask(nil).isOver, "a network has a fifth")
    clock.withLock { $0 = $0 + .seconds(59) }
    #expect(ask(1).isOver && ask(1).wait == 1)
    clock.withLock { $0 = $0 + .seconds(1) }
    #expect(!ask(1).isOver && !ask(nil).isOver)
  }

  @Test("However many clients come, memory has an end")
  func manyClients() {
    let limits = RateLimits(perMinute: 5) { Instant(seconds: 0) }
    for n in 0..<RateLimits.clients + 10 {
      _ = limits.count(nil, from: ClientNetwork("10.\(n >> 16 & 255).\(n >> 8 & 255).\(n & 255)"))
    }
    #expect(limits.count(nil, from: ClientNetwork("192.0.2.1")).isOver, "those beyond share one count")
    #expect(limits.count(nil, from: ClientNetwork("10.0.0.1")).isOver == true)
    #expect(limits.size <= RateLimits.clients + 1)
  }
}
