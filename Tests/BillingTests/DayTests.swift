import Kernel
import Store
import Synchronization
import TestSupport
import Testing
import Web

@testable import Billing

@Suite("The page of a day")
struct DayTests {
  private static let berlin = "Europe/Berlin"

  private func choice(_ day: String?, _ company: Company) throws -> DayChoice {
    try DayChoice(day, try BillingCalendar(zone: Self.berlin), now: company.now)
  }

  private func page(_ day: String?, _ company: Company) async throws -> TodayPage {
    let (choice, now) = (try choice(day, company), company.now)
    return try await company.store.read { tx in try TodayQuery(tx: tx, now: now, choice: choice).page() }
  }

  @Test("Every charge is in one state, and its list has as many as the figure", arguments: TestEngine.available)
  func adds(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      for index in 0..<6 { try await company.subscribe("person-\(index)") }
      company.partner.answers(
        "charge", .done, .refused(code: "declined"), .unknown(reason: "time-out"), .pending, .done)
      try await company.settle()
      let today = try await page(nil, company)
      #expect(today.due == 6 && today.states.reduce(0) { $0 + $1.count } == 6)
      var listed = 0
      for state in today.states {
        let choice = try choice(nil, company)
        let list = try await company.store.read { tx in
          try ChargesQuery(tx: tx, choice: choice, state: state.state).page(after: nil)
        }
        #expect(list.charges.count == state.count && list.next == nil, "\(state.state)")
        listed += list.charges.count
      }
      #expect(listed == 6)
      #expect(today.states.first { $0.state == .settled }?.money == [Amount(2_997, "EUR")])
      #expect(today.partners.first?.settled == 3 && today.newest.count == 6)
      // Another day has none of them.
      let before = try await page(today.day.previous, company)
      #expect(before.due == 0 && before.newest.isEmpty && !before.day.isToday && before.day.next == today.day.name)
    }
  }

  @Test("A list goes on where its page ended, and shows each once", arguments: TestEngine.available)
  func pages(engine: TestEngine) async throws {
    try await Company.open(on: engine) { company in
      try await company.offer()
      for index in 0..<250 { try await company.subscribe("person-\(index)") }
      try await company.settle()
      let choice = try choice(nil, company)
      var seen: [String] = []
      var cursor: ChargesQuery.Cursor?
      for _ in 0..<5 {
        let after = cursor
        let list = try await company.store.read { tx in
          try ChargesQuery(tx: tx, choice: choice, state: .settled).page(after: after)
        }
        seen += list.charges.map(\.subscriberID)
        cursor = list.next.flatMap(ChargesQuery.Cursor.init)
        if cursor == nil { break }
      }
      #expect(seen.count == 250 && Set(seen).count == 250)
    }
  }

  @Test("A page that took long is read once for all who look, and anew after a while")
  func kept() async throws {
    let clock = Mutex(Instant(seconds: 1_000))
    let reads = Mutex(0)
    let days = KeptDays()
    let empty = TodayPage(
      day: try DayChoice(nil, try BillingCalendar(zone: Self.berlin), now: Instant(seconds: 1_000)), due: 0, states: [])
    @Sendable func look(_ name: String, takes: Span) async throws -> Instant {
      try await days.page(name, now: { clock.withLock { $0 } }) { _ in
        reads.withLock { $0 += 1 }
        clock.withLock { $0 = $0 + takes }
        return empty
      }.at
    }
    // What is fast is read each time.
    for _ in 0..<2 { _ = try await look("fast", takes: .milliseconds(10)) }
    #expect(reads.withLock { $0 } == 2)
    let first = try await look("slow", takes: .seconds(2))
    clock.withLock { $0 = $0 + .seconds(19) }
    #expect(try await look("slow", takes: .seconds(2)) == first && reads.withLock { $0 } == 3)
    _ = try await look("another", takes: .seconds(2))
    #expect(reads.withLock { $0 } == 4)
    #expect(try await look("slow", takes: .seconds(2)) > first && reads.withLock { $0 } == 5)
    // However long it took, it is no older than a minute.
    _ = try await look("slowest", takes: .seconds(30))
    clock.withLock { $0 = $0 + .seconds(61) }
    _ = try await look("slowest", takes: .seconds(30))
    #expect(reads.withLock { $0 } == 7)
  }

  @Test("A day is a day of the console's zone, and what is none is refused")
  func days() throws {
    let berlin = try BillingCalendar(zone: Self.berlin)
    let now = try #require(Instant(iso8601: "2026-03-28T23:30:00Z"))
    let today = try DayChoice(nil, berlin, now: now)
    #expect(today.name == "2026-03-29" && today.isToday && today.previous == "2026-03-28")
    // Clocks are put forward in it.
    #expect(today.bounds.upperBound - today.bounds.lowerBound == .hours(23))
    for wrong in ["", "2026-02-30", "2026-3-1", "yesterday", "2026-03-01T00:00", "-2026-03-01"] {
      #expect(throws: CalendarProblem.self) { try DayChoice(wrong, berlin, now: now) }
    }
    #expect(try DayChoice("1970-01-01", berlin, now: now).previous == nil)
    #expect(try DayChoice("9999-12-31", berlin, now: now).next == nil)
  }
}
