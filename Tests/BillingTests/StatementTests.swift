import Billing
import Kernel
import Store
import TestSupport
import Testing

@Suite("A partner's statement")
struct StatementTests {
  private static let midnight = Instant(seconds: 1_772_323_200)  // 2026-03-01T00:00:00Z

  /// The statement of a day from 1 March, with captures of the given references.
  private func statement(_ day: Int64, _ captures: [String] = [], complete: Bool = true) -> Statement {
    let from = Self.midnight + .days(day - 1)
    var statement = Statement()
    statement.header = .init(partner: "card", sequence: day, from: from, until: from + .days(1))
    statement.lines = captures.enumerated().map { index, reference in
      .init(
        number: Int64(index + 1), kind: .capture, reference: reference, transaction: "b-\(reference)", amount: 999,
        currency: "EUR", bookedAt: from)
    }
    let tally = Statement.Tally(statement.lines)
    statement.totals = tally.totals
    statement.declaredLines = complete ? tally.lines : nil
    return statement
  }

  @discardableResult
  private func give(_ statement: Statement, digest: [UInt8]? = nil, to company: Company) async throws
    -> ImportStatement.Report
  {
    let report = try await ImportStatement(kernel: company.kernel).run(
      statement, lane: "card", digest: digest ?? [UInt8(clamping: statement.header?.sequence ?? 0)], by: Company.clerk)
    try await company.settle()
    return report
  }

  /// A subscriber whose charge was sent on 1 March, and nothing is known of it.
  private func unknown(on engine: TestEngine, _ body: (Company, String) async throws -> Void) async throws {
    try await Company.open(on: engine, .bookkeeping) { company in
      try await company.offer()
      try await company.subscribe()
      company.partner.answers("charge", .unknown(reason: "time-out"))
      try await company.settle()
      try await body(company, try #require(company.partner.orders().first?.order.reference))
    }
  }

  @Test("settles what stands in it", arguments: TestEngine.available)
  func settles(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, reference in
      try await company.pass(.days(1))
      let report = try await give(statement(1, [reference]), to: company)
      #expect(report.new == 1 && report.complete && !report.alreadyImported)
      let owed = try await company.owed()
      #expect(owed.map(\.state) == ["settled"])
      let captures = try await company.captures()
      #expect(captures.map(\.transaction) == ["b-\(reference)"])
    }
  }

  @Test("given twice is taken in once, and another one under its number is refused", arguments: TestEngine.available)
  func twice(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, reference in
      try await give(statement(1, [reference]), to: company)
      let again = try await give(statement(1, [reference]), to: company)
      #expect(again.alreadyImported && again.new == 0)
      let refusal = await #expect(throws: Refusal.self) {
        _ = try await give(statement(1, [reference, "another"]), digest: [99], to: company)
      }
      #expect(refusal?.code == "statementDiffers")
      let facts = try await company.count("SELECT count(*) FROM fact WHERE kind = 'statementImported'")
      let captures = try await company.captures()
      #expect(facts == 1 && captures.count == 1)
    }
  }

  @Test("that carries a line of an earlier one again counts it once", arguments: TestEngine.available)
  func repeatedLine(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, reference in
      try await give(statement(1, [reference]), to: company)
      let second = try await give(statement(2, [reference]), to: company)
      #expect(second.new == 0)
      let captures = try await company.captures()
      #expect(captures.count == 1)
    }
  }

  @Test(
    "proves an absence only in an unbroken and complete run to the end of the late window",
    arguments: TestEngine.available)
  func absence(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, _ in
      // 1 March was the day of sending; a line may come two days after the end of its statement.
      for day in [1, 2] as [Int64] {
        try await company.pass(.days(1))
        try await give(statement(day), to: company)
        let owed = try await company.owed()
        #expect(owed.map(\.failures) == [0], "after day \(day)")
      }
      try await company.pass(.days(1))
      try await give(statement(3), to: company)
      try await company.pass(.days(1))
      let owed = try await company.owed()
      // Absent, so it is charged again: with another reference, and not as a decline.
      #expect(owed.map(\.failures) == [1] && owed.map(\.declines) == [0])
      let orders = company.partner.orders()
      #expect(orders.count == 2 && Set(orders.map(\.order.reference)).count == 2)
    }
  }

  @Test(
    "proves nothing where one is missing or torn", arguments: TestEngine.available,
    [["1", "3", "4", "5"], ["1", "torn 2", "3", "4", "5"], ["2", "3", "4", "5"], ["torn 1", "2", "3", "4", "5"]])
  func broken(engine: TestEngine, days: [String]) async throws {
    try await unknown(on: engine) { company, _ in
      try await company.pass(.days(6))
      for day in days {
        let number = try #require(day.split(separator: " ").last.flatMap { Int64($0) })
        try await give(statement(number, complete: !day.hasPrefix("torn")), to: company)
      }
      try await company.pass(.days(3))
      let owed = try await company.owed()
      #expect(owed.map(\.failures) == [0] && owed.map(\.state) == ["open"] && company.partner.orders().count == 1)
    }
  }

  @Test("that names the charge late keeps it from being taken for absent", arguments: TestEngine.available)
  func late(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, reference in
      for day in [1, 2, 3] as [Int64] {
        try await company.pass(.days(1))
        try await give(statement(day, day == 3 ? [reference] : []), to: company)
      }
      try await company.pass(.days(3))
      let owed = try await company.owed()
      #expect(owed.map(\.state) == ["settled"] && company.partner.orders().count == 1)
    }
  }

  /// With a line of money taken back, beside or without the capture it is about.
  private func taken(_ day: Int64, _ captures: [String], back reference: String) -> Statement {
    var file = statement(day, captures)
    file.lines.append(
      .init(
        number: Int64(file.lines.count + 1), kind: .return, reference: reference, transaction: "ret-\(reference)",
        amount: 999, currency: "EUR", bookedAt: Self.midnight + .days(day - 1)))
    let tally = Statement.Tally(file.lines)
    (file.totals, file.declaredLines) = (tally.totals, tally.lines)
    return file
  }

  @Test("with a return counts it once, for the payment under its reference", arguments: TestEngine.available)
  func returned(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, reference in
      try await company.pass(.days(1))
      try await give(taken(1, [reference], back: reference), to: company)
      // The same line once more, in a later statement.
      let again = try await give(taken(2, [], back: reference), to: company)
      #expect(again.new == 0)
      #expect(try await company.captures().map(\.takenBack) == [999])
      #expect(try await company.owed().map(\.state) == ["settled"])
      let row = try await company.store.read { tx in
        try tx.row("SELECT lane, partner_id, amount, evidence FROM chargeback")
      }
      #expect(try row?.text("partner_id") == "ret-\(reference)" && row?.integer("amount") == 999)
      let proof = try row?.integer("evidence") ?? 0
      let kept = try await company.count(
        "SELECT count(*) FROM evidence WHERE id = \(proof) AND state = 'applied' AND event_id LIKE 'statement/return/%'"
      )
      #expect(kept == 1)
      let count = try await company.count("SELECT count(*) FROM chargeback")
      #expect(count == 1 && company.partner.orders().count == 1)
    }
  }

  @Test("that names a return before the payment keeps it until the payment comes", arguments: TestEngine.available)
  func returnedFirst(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, reference in
      try await company.pass(.days(1))
      try await give(taken(1, [], back: reference), to: company)
      #expect(try await company.owed().map(\.state) == ["open"])
      #expect(
        try await company.count("SELECT count(*) FROM chargeback WHERE capture IS NULL AND owner = 'finance'") == 1)
      try await give(statement(2, [reference]), to: company)
      #expect(try await company.captures().map(\.takenBack) == [999])
      #expect(try await company.owed().map(\.state) == ["settled"])
    }
  }

  @Test(
    "with a return of what nobody here charged keeps it, until an imported payment is found",
    arguments: TestEngine.available)
  func returnedPast(engine: TestEngine) async throws {
    try await unknown(on: engine) { company, _ in
      try await give(taken(1, [], back: "old-7"), to: company)
      #expect(
        try await company.count("SELECT count(*) FROM evidence WHERE state = 'waiting' AND says = 'reversed'") == 1)
      let starts = company.now - .days(60)
      _ = try await ImportPastCharges(kernel: company.kernel).save(
        [
          PastCharge(
            customer: "ada", period: 0, starts: starts, ends: starts + .days(30), lane: "card", transaction: "p-7",
            reference: "old-7", amount: 999, currency: "EUR", at: starts)
        ], by: Company.clerk)
      try await company.settle()
      #expect(try await company.captures().map(\.takenBack) == [999])
      #expect(try await company.count("SELECT count(*) FROM evidence WHERE state = 'waiting'") == 0)
    }
  }

  @Test("without a header, with bad lines, or of nobody we know is refused as a whole")
  func refused() async throws {
    try await unknown(on: .sqlite) { company, reference in
      var headless = statement(1, [reference])
      headless.header = nil
      var bad = statement(1, [reference])
      bad.problemCount = 1
      bad.problems = [.init(line: 3, text: "no amount")]
      for (file, code) in [(headless, "noHeader"), (bad, "badStatement")] {
        let refusal = await #expect(throws: Refusal.self) { try await give(file, to: company) }
        #expect(refusal?.code == code)
      }
      let noLane = await #expect(throws: Refusal.self) {
        _ = try await ImportStatement(kernel: company.kernel).run(
          statement(1), lane: "nobody", digest: [1], by: Company.clerk)
      }
      #expect(noLane?.code == "noLane")
      let kept = try await company.count("SELECT count(*) FROM evidence WHERE source = 'statement'")
      #expect(kept == 0)
    }
  }
}
