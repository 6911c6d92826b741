import Kernel
import Testing

@testable import Simulator

@Suite("What the partner answers, and what it really did")
struct AnswerTests {
  @Test("The same seed gives the same truth, answers and notifications; another seed does not")
  func determinism() {
    func run(_ seed: UInt64) -> ([Answer], [Outbound], [Booking]) {
      var book = makeBook(seed: seed) { dials in
        dials.notifications.lose = 0.2
        dials.notifications.double = 0.2
        dials.notifications.delay = Spread(.seconds(0), .hours(1))
        dials.answers.late = 0.1
        dials.answers.resetAfterCharge = 0.1
        dials.answers.decline = 0.1
        dials.answers.async = 0.3
        dials.returned = 0.05
      }
      let answers = book.chargeMany(2_000)
      let sent = book.dueNotifications(start + .days(30))
      var entries: [Booking] = []
      book.forEachEntry { entries.append($0) }
      return (answers, sent, entries)
    }
    let (first, again, other) = (run(1), run(1), run(2))
    #expect(first.0 == again.0 && first.1 == again.1 && first.2 == again.2)
    #expect(first.2 != other.2)
  }

  @Test("What happens to a request does not depend on the order in which requests come")
  func interleaving() {
    func run(_ numbers: some Sequence<Int>) -> [String: Answer] {
      var book = makeBook {
        $0.answers.late = 0.3
        $0.answers.decline = 0.3
      }
      let answers = numbers.map { ("r-\($0)", book.charge(request("r-\($0)", payer: "+49170000\($0)"), now: start)) }
      return Dictionary(uniqueKeysWithValues: answers)
    }
    #expect(run(1_000..<1_500) == run((1_000..<1_500).reversed()))
  }

  @Test("A well-behaved partner charges once, answers at once and tells it once")
  func wellBehaved() throws {
    var book = makeBook()
    let answer = book.charge(request("r-1"), now: start)
    #expect(answer.delivery == .prompt && answer.latency == .seconds(0))
    let booking = try #require(answer.outcome?.booked)
    #expect(booking.status == .succeeded && booking.amount == 999 && booking.bookedAt == start)
    let told = book.dueNotifications(start)
    #expect(told.map(\.booking.transaction) == [booking.transaction])
    #expect(book.dueNotifications(start + .days(365)).isEmpty)
    #expect(book.truth["EUR"].captures == 1 && book.truth["EUR"].net == 999)
  }

  @Test("A repeat under the same reference is answered with the first payment")
  func replay() {
    var book = makeBook()
    let first = book.charge(request("r-1"), now: start)
    let again = book.charge(request("r-1"), now: start + .days(40))
    #expect(first.outcome == again.outcome)
    #expect(book.truth(reference: "r-1").captures == 1)
    let other = book.charge(request("r-1", amount: 1), now: start + .days(41))
    #expect(other.outcome == .rejected(.conflict))
    #expect(book.truth.captures == 1)
  }

  @Test("With replay off, the same reference twice is two charges with two transactions")
  func noReplay() {
    var book = makeBook { $0.replay.on = false }
    let transactions = (0..<2).compactMap { _ in
      book.charge(request("r-1"), now: start).outcome?.booked?.transaction
    }
    #expect(Set(transactions).count == 2)
    #expect(book.truth(reference: "r-1")["EUR"].captured == 1_998)
    #expect(book.capturesPerReference == ["2": 1])
  }

  @Test("After the window the reference is forgotten, and a repeat charges again")
  func window() {
    var book = makeBook { $0.replay.windowSeconds = 86_400 }
    _ = book.charge(request("r-1"), now: start)
    _ = book.charge(request("r-1"), now: start + .hours(24) - .seconds(1))
    #expect(book.truth.captures == 1)
    _ = book.charge(request("r-1"), now: start + .hours(24))
    #expect(book.truth.captures == 2)
  }

  @Test(
    "The money is taken although the answer is spoiled",
    arguments: [Delivery.late, .serverError, .garbage, .reset])
  func spoiled(delivery: Delivery) {
    var book = makeBook { dials in
      switch delivery {
      case .late: dials.answers.late = 1
      case .serverError: dials.answers.http5xxAfterCharge = 1
      case .garbage: dials.answers.garbageAfterCharge = 1
      default: dials.answers.resetAfterCharge = 1
      }
    }
    let answer = book.charge(request("r-1"), now: start)
    #expect(answer.delivery == delivery)
    #expect((answer.latency >= .seconds(10)) == (delivery == .late))
    #expect(book.truth.captures == 1)
    #expect(book.query(reference: "r-1", now: start).bookings.map(\.status) == [.succeeded])
  }

  @Test("Each fault comes as often as its dial says")
  func shares() {
    var book = makeBook {
      $0.answers.late = 0.1
      $0.answers.http5xxAfterCharge = 0.2
      $0.answers.garbageAfterCharge = 0.05
      $0.answers.resetAfterCharge = 0.15
    }
    let answers = book.chargeMany(20_000)
    func share(_ delivery: Delivery) -> Double { Double(answers.count { $0.delivery == delivery }) / 20_000 }
    // Four standard deviations of a binomial share at n = 20,000 are below 0.015.
    #expect(abs(share(.late) - 0.1) < 0.015)
    #expect(abs(share(.serverError) - 0.2) < 0.015)
    #expect(abs(share(.garbage) - 0.05) < 0.015)
    #expect(abs(share(.reset) - 0.15) < 0.015)
    #expect(book.truth.captures == 20_000)
  }

  @Test("Before the charge: a 5xx, an outage and a throttle take no money")
  func nothingHappened() {
    var failing = makeBook { $0.answers.http5xxBeforeCharge = 1 }
    #expect(failing.charge(request("r-1"), now: start).delivery == .serverError)
    #expect(failing.truth.captures == 0)

    for (kind, delivery) in [(Dials.Outage.refused, Delivery.notAccepted), (.unavailable, .unavailable)] {
      var down = makeBook {
        $0.answers.down = 1
        $0.answers.downAs = kind
      }
      #expect(down.charge(request("r-1"), now: start) == Answer(nil, delivery))
      #expect(down.query(reference: "r-1", now: start).delivery == delivery)
      #expect(down.truth.captures == 0)
    }

    var throttled = makeBook { $0.answers.throttlePerSecond = 3 }
    let answers = (0..<5).map { throttled.charge(request("r-\($0)"), now: start + .milliseconds($0)) }
    #expect(answers.map(\.delivery) == [.prompt, .prompt, .prompt, .throttled, .throttled])
    #expect(throttled.charge(request("r-4"), now: start + .seconds(1)).delivery == .prompt)
    #expect(throttled.truth.captures == 4)
  }

  @Test("A transient error does not come back for ever under the same reference")
  func transient() {
    var book = makeBook { $0.answers.http5xxBeforeCharge = 0.5 }
    let deliveries = (0..<40).map { _ in book.charge(request("r-1"), now: start).delivery }
    #expect(deliveries.contains(.prompt) && deliveries.contains(.serverError))
    #expect(book.truth.captures == 1)
  }

  @Test("A slow partner is slow by what the dial says")
  func slow() {
    var book = makeBook { $0.answers.slow = Spread(.seconds(1), .seconds(3)) }
    let waits = book.chargeMany(200).map(\.latency)
    #expect(waits.allSatisfy { (.seconds(1)...(.seconds(3))).contains($0) })
    #expect(Set(waits).count > 100)
  }
}
