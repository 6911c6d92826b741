import Kernel
import Testing

@testable import Simulator

@Suite("The daily statement")
struct StatementTests {
  private let day = PartnerBook.day(of: start)

  private func lines(_ statement: Statement?) -> [String] {
    String(decoding: statement?.csv() ?? [], as: UTF8.self).split(separator: "\r\n").map(String.init)
  }

  @Test("A day's statement has a line for each booking, and proves itself whole by number and sums")
  func whole() throws {
    var book = makeBook()
    let capture = try #require(book.charge(request("r-1"), now: start).outcome?.booked)
    _ = book.charge(
      ChargeRequest(reference: "r,\"2\"", amount: 1_500, currency: "JPY", method: "m"), now: start + .hours(1))
    let refund = RefundRequest(reference: "f-1", transaction: capture.transaction, amount: 100)
    let given = try #require(book.refund(refund, now: start + .hours(2)).outcome?.booked)
    #expect(book.statement(forDay: day, now: start + .hours(23)) == nil)
    let written = lines(book.statement(forDay: day, now: start + .days(1)))
    #expect(written.count == 7)
    #expect(written[0] == "header,1,demo,1,2026-03-01")
    #expect(written[1] == "booking,1,capture,r-1,\(capture.transaction),999,EUR,2026-03-01T00:00:00.000Z")
    #expect(written[2].hasPrefix("booking,2,capture,\"r,\"\"2\"\"\",pay-"))
    #expect(written[2].hasSuffix(",1500,JPY,2026-03-01T01:00:00.000Z"))
    #expect(written[3] == "booking,3,refund,f-1,\(given.transaction),100,EUR,2026-03-01T02:00:00.000Z")
    #expect(Array(written[4...]) == ["total,EUR,2,999,100,0", "total,JPY,1,1500,0,0", "trailer,3,2"])
  }

  @Test("A day without bookings has its statement too, so that no number is missing")
  func empty() {
    var book = makeBook()
    #expect(
      lines(book.statement(forDay: day + 3, now: start + .days(10))) == ["header,1,demo,4,2026-03-04", "trailer,0,0"])
    #expect(book.statement(forDay: day - 1, now: start + .days(10)) == nil)
  }

  @Test("Late lines come in a later statement, once, with their true time")
  func late() {
    var book = makeBook {
      $0.statements.late = 0.3
      $0.statements.lateDaysMax = 3
    }
    for number in 0..<1_000 { _ = book.charge(request("r-\(number)", payer: "+49\(number)"), now: start) }
    let days = (0..<5).map { book.statement(forDay: day + $0, now: start + .days(20))?.lines ?? [] }
    #expect(days.joined().count == 1_000)
    #expect(Set(days.joined().map(\.transaction)).count == 1_000)
    #expect(abs(Double(days[0].count) - 700) < 60)
    #expect(!days[1].isEmpty && !days[2].isEmpty && !days[3].isEmpty && days[4].isEmpty)
    #expect(days[2].allSatisfy { $0.bookedAt == start })
  }

  @Test("A gap: some lines never come, though the money was taken")
  func never() {
    var book = makeBook { $0.statements.never = 0.2 }
    for number in 0..<1_000 { _ = book.charge(request("r-\(number)", payer: "+49\(number)"), now: start) }
    let stated = (0..<30).reduce(0) {
      $0 + (book.statement(forDay: day + $1, now: start + .days(60))?.lines.count ?? 0)
    }
    #expect(book.truth.captures == 1_000)
    #expect(abs(Double(stated) - 800) < 60)
  }

  @Test("A torn download has no trailer; the next one may be whole")
  func torn() {
    var book = makeBook { $0.statements.torn = 0.5 }
    book.chargeMany(50)
    let downloads = (0..<20).map { _ in lines(book.statement(forDay: day, now: start + .days(1))).last }
    #expect(downloads.contains("trailer,50,1"))
    #expect(downloads.contains { $0?.hasPrefix("trailer,50,1") != true })
  }

  @Test("A day that is held back comes later")
  func withheld() {
    var book = makeBook {
      $0.statements.withheld = 1
      $0.statements.withheldDays = 2
    }
    #expect(book.statement(forDay: day, now: start + .days(3) - .seconds(1)) == nil)
    #expect(book.statement(forDay: day, now: start + .days(3)) != nil)
  }

  @Test("A debit that is declined is in no statement; a returned one has both its lines")
  func debits() {
    var declining = makeBook { $0.answers.decline = 1 }
    var silent = request("r-1")
    (silent.keyed, silent.notifies, silent.answersDeclines) = (false, false, false)
    #expect(declining.charge(silent, now: start).outcome?.booked?.status == .processing)
    #expect(declining.statement(forDay: day, now: start + .days(1))?.lines.isEmpty == true)
    #expect(declining.dueNotifications(start + .days(1)).isEmpty)

    var returning = makeBook {
      $0.returned = 1
      $0.returnedAfter = Spread(.days(1))
    }
    _ = returning.charge(silent, now: start)
    #expect(returning.statement(forDay: day + 1, now: start + .days(3))?.lines.map(\.kind) == [.return])
  }
}
