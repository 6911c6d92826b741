import Kernel
import Testing

@testable import Simulator

@Suite("Declines, later results, cancelling, refunds")
struct OutcomeTests {
  @Test("A decline takes no money, is repeated to a repeat, and leaves nothing for a query")
  func declined() {
    var book = makeBook {
      $0.answers.decline = 1
      $0.answers.declineCodes = ["NO_MONEY"]
    }
    #expect(book.charge(request("r-1"), now: start).outcome == .declined(code: "NO_MONEY"))
    book.turn(DialSchedule(), now: start)
    #expect(book.charge(request("r-1"), now: start).outcome == .declined(code: "NO_MONEY"))
    #expect(book.query(reference: "r-1", now: start).bookings.isEmpty)
    #expect(book.truth.captures == 0)
    #expect(book.dueNotifications(start + .days(1)).isEmpty)
  }

  @Test("An asynchronous payment is processing first, settles by itself, and is told then")
  func asynchronous() {
    var book = makeBook {
      $0.answers.async = 1
      $0.answers.asyncDelay = Spread(.seconds(30))
    }
    #expect(book.charge(request("r-1"), now: start).outcome?.booked?.status == .processing)
    #expect(book.truth.captures == 0)
    #expect(book.nextDue == start + .seconds(30))
    #expect(book.dueNotifications(start + .seconds(29)).isEmpty)
    #expect(book.query(reference: "r-1", now: start + .seconds(29)).bookings.map(\.status) == [.processing])
    let told = book.dueNotifications(start + .seconds(30))
    #expect(told.map(\.booking.status) == [.succeeded])
    #expect(told.first?.booking.bookedAt == start + .seconds(30))
    #expect(book.truth.captures == 1)
  }

  @Test("A decline that comes later is a denial, with its notification and its code")
  func deniedLater() {
    var book = makeBook {
      $0.answers.async = 1
      $0.answers.decline = 1
      $0.answers.declineCodes = ["NO_MONEY"]
    }
    #expect(book.charge(request("r-1"), now: start).outcome?.booked?.status == .processing)
    let told = book.dueNotifications(start + .minutes(5))
    #expect(told.map(\.booking.status) == [.denied] && told.first?.booking.code == "NO_MONEY")
    #expect(book.query(reference: "r-1", now: start + .minutes(5)).bookings.map(\.status) == [.denied])
    #expect(book.truth.captures == 0)
  }

  @Test("Cancelling stops what is processing, forbids what is unknown, and is too late for what is captured")
  func cancelling() {
    var book = makeBook { $0.answers.async = 1 }
    _ = book.charge(request("processing"), now: start)
    #expect(book.cancel("processing", now: start).outcome?.booked?.status == .cancelled)
    #expect(book.cancel("unknown", now: start).outcome == .cancelled)
    #expect(book.charge(request("unknown"), now: start).outcome == .rejected(.cancelled))
    book.turn(DialSchedule(), now: start)
    _ = book.charge(request("captured"), now: start)
    #expect(book.cancel("captured", now: start).outcome?.booked?.status == .succeeded)
    book.advance(to: start + .days(1))
    #expect(book.truth.captures == 1)
    #expect(book.truth(reference: "captured").captures == 1)
  }

  @Test("Refunds give back no more than was taken, and the same refund twice is one")
  func refunds() throws {
    var book = makeBook()
    let capture = try #require(book.charge(request("r-1"), now: start).outcome?.booked)
    func refund(_ reference: String, _ amount: Int64?) -> Outcome? {
      book.refund(
        RefundRequest(reference: reference, transaction: capture.transaction, amount: amount), now: start + .days(1)
      ).outcome
    }
    #expect(refund("f-1", 400)?.booked?.original == capture.transaction)
    #expect(refund("f-1", 400)?.booked?.amount == 400)
    #expect(refund("f-1", 300) == .rejected(.conflict))
    #expect(refund("f-2", 600) == .rejected(.notRefundable))
    #expect(refund("f-3", nil)?.booked?.amount == 599)
    #expect(refund("f-4", nil) == .rejected(.notRefundable))
    #expect(book.truth(reference: "r-1")["EUR"].net == 0)
    #expect(book.truth(reference: "f-1")["EUR"].refunded == 400)
    let unknown = RefundRequest(reference: "f-9", transaction: "pay-0000000000000000", amount: 1)
    #expect(book.refund(unknown, now: start).outcome == .rejected(.unknownTransaction))
  }

  @Test("A refund that is denied later gives its amount back to what is left")
  func refundDenied() throws {
    var book = makeBook()
    let capture = try #require(book.charge(request("r-1"), now: start).outcome?.booked)
    var dials = Dials()
    dials.answers.async = 1
    dials.answers.declineRefund = 1
    book.turn(DialSchedule(dials), now: start)
    let whole = RefundRequest(reference: "f-1", transaction: capture.transaction, amount: 999)
    #expect(book.refund(whole, now: start).outcome?.booked?.status == .processing)
    let second = RefundRequest(reference: "f-2", transaction: capture.transaction, amount: 1)
    #expect(book.refund(second, now: start).outcome == .rejected(.notRefundable))
    book.turn(DialSchedule(), now: start + .hours(1))
    #expect(book.refund(second, now: start + .hours(1)).outcome?.booked?.status == .succeeded)
    #expect(book.truth["EUR"].refunded == 1)
  }

  @Test("A capture that the payer's bank takes back is money that the payer has again")
  func returned() {
    var book = makeBook { $0.returned = 1 }
    _ = book.charge(request("r-1"), now: start)
    #expect(book.truth["EUR"].net == 999)
    book.advance(to: start + .days(5))
    #expect(book.truth["EUR"].returned == 999 && book.truth["EUR"].net == 0)
    #expect(book.entries(reference: "r-1").map(\.kind) == [.capture, .return])
  }

  @Test("A query shows nothing until its lag is over")
  func lag() {
    var book = makeBook { $0.queries.lagSeconds = 60 }
    let transaction = book.charge(request("r-1"), now: start).outcome?.booked?.transaction ?? ""
    #expect(book.query(reference: "r-1", now: start + .seconds(59)).bookings.isEmpty)
    #expect(book.query(transaction: transaction, now: start + .seconds(59)).bookings.isEmpty)
    #expect(book.query(reference: "r-1", now: start + .seconds(60)).bookings.count == 1)
  }

  @Test("Whom did I charge: per payer, per reference, and everybody in a month")
  func truth() {
    var book = makeBook { $0.replay.on = false }
    _ = book.charge(request("march-1", payer: "+491"), now: start)
    _ = book.charge(request("march-1", payer: "+491"), now: start + .hours(1))
    _ = book.charge(request("march-2", payer: "+492"), now: start + .hours(2))
    _ = book.charge(request("april-1", payer: "+491"), now: start + .days(31))
    #expect(book.truth(payer: "+491").captures == 3)
    #expect(book.truth(payer: "nobody").captures == 0)
    #expect(book.entries(payer: "+491").map(\.reference) == ["march-1", "march-1", "april-1"])
    let march = book.census(from: start, until: start + .days(31))
    #expect(march.map(\.payer) == ["+491", "+492"])
    #expect(march.map { $0.totals["EUR"].captures } == [2, 1])
    #expect(book.capturesPerReference == ["1": 2, "2": 1])
  }
}
