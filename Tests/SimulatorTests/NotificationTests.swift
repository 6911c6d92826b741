import Kernel
import Testing

@testable import Simulator

@Suite("What the partner tells by itself")
struct NotificationTests {
  @Test("Lost notifications: the money is taken and nobody is told")
  func lost() {
    var book = makeBook { $0.notifications.lose = 0.3 }
    book.chargeMany(10_000)
    let told = Set(book.dueNotifications(start + .days(1)).map(\.booking.reference))
    #expect(book.truth.captures == 10_000)
    #expect(abs(Double(told.count) - 7_000) < 200)
    #expect(book.counters.noticesLost == 10_000 - told.count)
  }

  @Test("Late notifications leave within their span, in order of their due times")
  func delayed() {
    var book = makeBook { $0.notifications.delay = Spread(.minutes(1), .hours(2)) }
    for number in 0..<500 { _ = book.charge(request("r-\(number)", payer: "+49\(number)"), now: start) }
    #expect(book.dueNotifications(start + .minutes(1) - .seconds(1)).isEmpty)
    let told = book.dueNotifications(start + .hours(2))
    #expect(told.count == 500)
    #expect(told.map(\.due) == told.map(\.due).sorted())
    #expect(told.map(\.booking.reference) != (0..<500).map { "r-\($0)" })
  }

  @Test("A doubled notification has the same event id twice, the second time later")
  func doubled() {
    var book = makeBook { $0.notifications.double = 1 }
    _ = book.charge(request("r-1"), now: start)
    let told = book.dueNotifications(start + .hours(1))
    #expect(told.count == 2 && told[0].eventID == told[1].eventID && told[0].due < told[1].due)
  }

  @Test("A reordered notification is overtaken by a later event's")
  func reordered() {
    var book = makeBook { $0.notifications.reorder = 0.5 }
    book.chargeMany(200)
    let told = book.dueNotifications(start + .days(1)).map(\.booking.createdAt)
    #expect(told.count == 200)
    #expect(zip(told, told.dropFirst()).contains { $0 > $1 })
  }

  @Test("Above its capacity the partner loses the share above it: it fails as it grows")
  func overload() {
    func lossOf(_ charges: Int) -> Double {
      var book = makeBook { $0.notifications.capacityPerHour = 500 }
      for number in 0..<charges { _ = book.charge(request("r-\(number)", payer: "+49\(number)"), now: start) }
      return Double(book.counters.noticesLost) / Double(charges)
    }
    #expect(lossOf(400) == 0)
    let (double, tenfold) = (lossOf(1_000), lossOf(5_000))
    #expect(double > 0.1 && tenfold > 0.6 && double < tenfold)
  }

  @Test("A bare notification names the partner's id and not our reference")
  func bare() {
    var book = makeBook { $0.notifications.bare = 1 }
    _ = book.charge(request("r-1"), now: start)
    #expect(book.dueNotifications(start).map(\.namesReference) == [false])
  }

  @Test("A failed delivery comes again when the partner retries")
  func retried() throws {
    var book = makeBook()
    _ = book.charge(request("r-1"), now: start)
    let first = try #require(book.dueNotifications(start).first)
    #expect(first.tried == 0)
    book.retry(first, at: start + .minutes(1))
    #expect(book.dueNotifications(start + .seconds(59)).isEmpty)
    let second = book.dueNotifications(start + .minutes(1))
    #expect(second.map(\.tried) == [1] && second.map(\.eventID) == [first.eventID])
  }

  @Test("A limit takes only so many, and the rest stays")
  func limited() {
    var book = makeBook()
    book.chargeMany(10)
    #expect(book.dueNotifications(start + .hours(1), limit: 4).count == 4)
    #expect(book.waiting == 6)
    #expect(book.dueNotifications(start + .hours(1)).count == 6)
  }
}
