import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("A file of subscribers")
struct ImportTests {
  private static let good = [
    "reference": "ada", "name": "Ada", "zone": "Europe/Berlin", "plan": "monthly", "currency": "EUR", "partner": "card",
    "token": "tok",
  ]

  @Test(
    "says of each bad field which it is and what is wrong with it",
    arguments: [
      ("reference", "", "missingField", "reference is empty."), ("name", "", "missingField", "name is empty."),
      ("zone", "", "missingField", "zone is empty."), ("zone", "Mars/Base", "badZone", "Mars/Base"),
      ("plan", "", "missingField", "plan is empty."), ("currency", "", "missingField", "currency is empty."),
      ("currency", "eur", "badCurrency", "eur"), ("currency", "XXX", "badCurrency", "XXX"),
      ("partner", "", "missingField", "partner is empty."), ("token", "", "missingField", "token is empty."),
      ("mail", "ada at example.com", "badMail", "has no @"),
      ("anchor", "yesterday", "badTime", "anchor is 'yesterday'"),
      ("paid_until", "2026-13-01T00:00:00Z", "badTime", "paid_until is '2026-13-01T00:00:00Z'"),
      ("paid_until", "01.03.2026", "badTime", "2026-03-01T09:00:00Z"),
      ("language", "Deutsch, bitte", "badLanguage", "a tag such as de"),
      ("name", String(repeating: "a", count: 501), "tooLong", "name has 501 characters"),
    ])
  func badField(field: String, value: String, code: String, words: String) throws {
    var fields = Self.good
    fields[field] = value
    let refusal = #expect(throws: Refusal.self) { _ = try SubscriberRow.subscribe(fields) }
    #expect(refusal?.code == code)
    #expect(refusal?.message.contains(words) == true, "\(refusal?.message ?? "")")
  }

  @Test("may leave out what is optional")
  func good() throws {
    let row = try SubscriberRow.subscribe(Self.good)
    #expect(
      row.customer.mail == nil && row.anchor == nil && row.paidUntil == nil && row.method.label == "payment method"
        && row.customer.language == nil)
    let told = try SubscriberRow.subscribe(Self.good.merging(["language": "pt-BR"]) { $1 })
    #expect(told.customer.language == "pt-BR")
  }

  @Test("is held against the database and against itself, and changes nothing by that", arguments: TestEngine.available)
  func check(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      try await company.subscribe("ada")
      func row(_ line: Int, _ change: [String: String]) throws -> ImportSubscribers.Numbered {
        .init(line: line, subscribe: try SubscriberRow.subscribe(Self.good.merging(change) { $1 }))
      }
      let rows = [
        try row(2, ["reference": "bob"]), try row(3, [:]), try row(4, ["reference": "bob"]),
        try row(5, ["reference": "c", "plan": "weekly"]), try row(6, ["reference": "d", "currency": "USD"]),
        try row(7, ["reference": "e", "partner": "nobody"]),
        try row(8, ["reference": "f", "anchor": "2026-05-01T09:00:00Z", "paid_until": "2026-04-01T09:00:00Z"]),
      ]
      var seen: [String: Int] = [:]
      var report = ImportReport()
      try await ImportSubscribers(kernel: company.kernel).check(rows, seen: &seen, into: &report)
      let words = [
        3: "exists already", 4: "line 2 already", 5: "no plan weekly", 6: "no price in USD", 7: "no partner nobody",
        8: "anchor",
      ]
      #expect(report.bad.map(\.line) == [3, 4, 5, 6, 7, 8] && report.badCount == 6)
      for bad in report.bad { #expect(bad.problem.contains(words[bad.line] ?? "?"), "\(bad.line): \(bad.problem)") }
      let customers = try await company.count("SELECT count(*) FROM customer")
      #expect(customers == 1)
    }
  }

  @Test("is saved as a whole, or not at all", arguments: TestEngine.available)
  func whole(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      func save(_ references: [[String]]) async throws -> Int {
        let chunks = try references.map {
          try $0.map { try SubscriberRow.subscribe(Self.good.merging(["reference": $0]) { $1 }) }
        }
        return try await ImportSubscribers(kernel: company.kernel).save(
          count: chunks.joined().count, by: Company.clerk, progress: { _ in }
        ) {
          let rest = Chunks(chunks)
          return { rest.next() }
        }
      }
      let refusal = await #expect(throws: Refusal.self) { _ = try await save([["a", "b"], ["c", "a"]]) }
      #expect(refusal?.code == "customerExists")
      let nothing = try await company.count("SELECT count(*) FROM customer")
      let noFacts = try await company.count("SELECT count(*) FROM fact WHERE kind = 'subscriptionBegan'")
      #expect(nothing == 0 && noFacts == 0)
      let saved = try await save([["a", "b"], ["c"]])
      let customers = try await company.count("SELECT count(*) FROM customer")
      #expect(saved == 3 && customers == 3)
    }
  }

  @Test("lists a thousand bad rows and counts the rest")
  func manyBad() {
    var report = ImportReport()
    for line in 1...1_500 { report.reject(line: line, "bad") }
    #expect(report.bad.count == 1_000 && report.badCount == 1_500)
  }
}

/// Gives chunks out, one after the other. Used by one thread.
private final class Chunks: @unchecked Sendable {
  private var rest: [[Subscribe]]
  init(_ chunks: [[Subscribe]]) { rest = chunks }
  func next() -> [Subscribe] { rest.isEmpty ? [] : rest.removeFirst() }
}
