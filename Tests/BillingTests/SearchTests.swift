import Billing
import Kernel
import Store
import TestSupport
import Testing

@testable import Billing

@Suite("Finding a subscriber")
struct SearchTests {
  static let people: [(name: String, mail: String?)] = [
    ("José Núñez de la Peña", "jose.nunez@example.org"), ("Jürgen Müller", nil), ("Siobhán O’Brien", nil),
    ("Дмитрий Соколов", "dima@example.com"), ("مُحَمَّد أحمد العلي", nil), ("田中 太郎", nil), ("サトウ ハナコ", nil),
    ("김민수", nil), ("Łukasz Żółć", nil), ("Ada Lovelace", "Ada.L+club@Example.org"),
  ]

  static func company(_ engine: TestEngine, _ body: (Company) async throws -> Void) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      for (index, person) in people.enumerated() {
        _ = try await company.perform(
          Subscribe(
            customer: NewCustomer(
              reference: "member-\(index)", name: person.name, mail: person.mail, zone: "Europe/Berlin"),
            plan: "monthly", currency: "EUR", method: NewMethod(lane: "card", token: "tok-\(index)", label: "test")))
      }
      try await body(company)
    }
  }

  private func found(_ query: String, in company: Company) async throws -> [String] {
    try await company.store.read { tx in try SubscriberSearch(tx: tx).page(query).found.map(\.name) }
  }

  static let asked: [(query: String, who: [Int])] = [
    ("jose", [0]), ("NUNEZ", [0]), ("Núñez", [0]), ("nun jos", [0]), ("pena", [0]), ("jose muller", []),
    ("muller", [1]), ("Mueller", [1]), ("MÜLL", [1]), ("obrien", [2]), ("o'brien", [2]), ("O’Bri siob", [2]),
    ("соколов", [3]), ("Дмит", [3]), ("محمد", [4]), ("العلي", [4]), ("احمد", [4]), ("أحمد محمد", [4]),
    ("太郎", [5]), ("田中太郎", [5]), ("田中 太", [5]), ("中太", [5]), ("さとう", [6]), ("はなこ サト", [6]), ("ｻﾄｳ", [6]),
    ("민수", [7]), ("김민", [7]), ("lukasz zolc", [8]), ("zolc", [8]), ("ada.l+club@example.org", [9]), ("ADA.L@", []),
    ("ada.l+", [9]), ("dima@", [3]), ("club", [9]), ("member-4", [4]), ("nobody", []), ("%", []), ("'; --", []),
    ("_", []),
  ]

  @Test("by the beginning of any name, in any script, however it is typed", arguments: TestEngine.available)
  func names(engine: TestEngine) async throws {
    try await Self.company(engine) { company in
      for (query, who) in Self.asked {
        let names = try await found(query, in: company)
        #expect(names == who.map { Self.people[$0].name }, "\(query)")
      }
    }
  }

  @Test("by any number or reference that is theirs, as a whole", arguments: TestEngine.available)
  func numbers(engine: TestEngine) async throws {
    try await Self.company(engine) { company in
      try await company.settle()
      let refunded = try #require(try await company.captures().first)
      _ = try await company.perform(RefundPayment(capture: refunded.id, amount: 1, reason: "asked for"))
      try await company.settle()
      let rows = try await company.store.read { tx in
        try tx.rows(
          """
          SELECT k.name, k.id AS customer, s.id AS subscription, c.id AS capture, c.partner_id, e.reference
          FROM customer AS k JOIN subscription AS s ON s.customer = k.id JOIN obligation AS o ON o.subscription = s.id
          JOIN capture AS c ON c.obligation = o.id JOIN effect AS e ON e.slot = 'obligation:' || CAST(o.id AS TEXT)
          ORDER BY k.id LIMIT 100
          """
        ).map { row in
          (
            name: try row.text("name"),
            keys: try ["customer", "subscription", "capture"].map { String(try row.integer($0)) }
              + ["partner_id", "reference"].map { try row.text($0) }
          )
        }
      }
      #expect(rows.count == Self.people.count)
      for row in rows {
        for key in row.keys {
          let names = try await found(key, in: company)
          #expect(names.first == row.name, "\(key)")
        }
      }
      let refund = try #require(company.partner.orders("refund").first?.order.reference)
      let names = try await found(refund, in: company)
      #expect(names.count == 1)
    }
  }

  @Test("Those who were there before the search get their words, in batches, and once", arguments: TestEngine.available)
  func filling(engine: TestEngine) async throws {
    try await Self.company(engine) { company in
      _ = try await company.kernel.change(by: .system("test"), canRepeat: false) { change in
        try change.tx.execute("DELETE FROM customer_word")
        try change.tx.execute(
          "UPDATE customer_word_fill SET next = 0, until = (SELECT max(id) FROM customer)")
      }
      let before = try await company.store.read { tx in try SubscriberSearch(tx: tx).page("muller") }
      #expect(before.found.isEmpty && before.isFilling)
      let filling = FillSearch(kernel: company.kernel)
      let done = try await filling.run()
      let rest = try await filling.run()
      #expect(done == Self.people.count && rest == 0)
      for (query, who) in Self.asked {
        let names = try await found(query, in: company)
        #expect(names == who.map { Self.people[$0].name }, "\(query)")
      }
      let after = try await company.store.read { tx in try SubscriberSearch(tx: tx).page("muller") }
      #expect(!after.isFilling)
    }
  }

  @Test("What too many share is compared as far as a bound, and said to be", arguments: TestEngine.available)
  func common(engine: TestEngine) async throws {
    try await Self.company(engine) { company in
      let crowd = 2 * SubscriberSearch.candidates
      _ = try await company.kernel.change(by: .system("test"), canRepeat: false) { change in
        for word in ["maria", "garcia"] {
          try change.tx.execute(
            """
            INSERT INTO customer_word (word, customer)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(crowd))
            SELECT \(Array(word.utf8)), 100000 + i FROM n
            """)
        }
        try change.tx.execute(
          """
          INSERT INTO customer (id, reference, name, zone, created_at)
          WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(crowd))
          SELECT 100000 + i, 'crowd-' || CAST(i AS TEXT), 'Maria Garcia', 'UTC', 0 FROM n
          """)
      }
      let one = try await company.store.read { tx in try SubscriberSearch(tx: tx).page("maria") }
      #expect(one.found.count == SubscribersPage.listed && one.more)
      let both = try await company.store.read { tx in try SubscriberSearch(tx: tx).page("garcia maria") }
      #expect(both.found.count == SubscribersPage.listed && both.tooCommon)
      let parts = try await company.store.read { tx in try SubscriberSearch(tx: tx).page("mari garc") }
      #expect(parts.found.isEmpty && parts.tooCommon)
      // With somebody rare among them, all are compared.
      let rare = try await company.store.read { tx in try SubscriberSearch(tx: tx).page("maria lovelace") }
      #expect(rare.found.isEmpty && !rare.tooCommon)
    }
  }

  @Test("Words are bounded, whatever a name is")
  func bounds() {
    let long = SearchWords.of(name: String(repeating: "x", count: 500), mail: nil)
    #expect(long.map(\.unicodeScalars.count) == [SearchWords.longest])
    #expect(
      SearchWords.of(name: (0..<200).map { "w\($0)" }.joined(separator: " "), mail: nil).count == SearchWords.most)
    #expect(SearchWords.of(name: String(repeating: "田", count: 500), mail: nil).count <= SearchWords.most)
    #expect(SearchWords.of(name: " - '’ ", mail: nil).isEmpty && SearchWords.asked("…").isEmpty)
    // A sound mark makes another word; katakana and half width do not.
    #expect(SearchWords.folded("ガｶﾞが") == "ががが" && SearchWords.folded("か") != SearchWords.folded("が"))
  }
}

@Suite("An amount as it is entered")
struct EnteredAmountTests {
  @Test(
    "is read exactly or not at all",
    arguments: [
      ("12.99", 1_299), ("12,99", 1_299), ("12", 1_200), (" 12.00 ", 1_200), ("٩٫٩٩", 999), ("９.９９", 999), ("0", 0),
      ("1.299", nil), ("1,299.00", nil), ("12.9", nil), ("12.", nil), (".5", nil), ("-1", nil), ("1e3", nil), ("", nil),
      ("½", nil), ("①", nil), ("1.2.3", nil), ("99999999999999999999", nil), ("12.99€", nil),
    ] as [(String, Int64?)])
  func euros(text: String, minor: Int64?) { #expect(EnteredAmount.read(text, .eur) == minor) }

  @Test("has the decimals of its currency")
  func others() throws {
    #expect(EnteredAmount.read("1200", try Currency("JPY")) == 1_200)
    #expect(EnteredAmount.read("1200.00", try Currency("JPY")) == nil)
    #expect(EnteredAmount.read("1.250", try Currency("KWD")) == 1_250)
    #expect(EnteredAmount.read("1.25", try Currency("KWD")) == nil)
  }
}
