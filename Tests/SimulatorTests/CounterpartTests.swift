import Foundation
import Kernel
import Testing

@testable import Simulator

@Suite("The partner as a counterpart in the same process")
struct CounterpartTests {
  private static let carrier = Capabilities(
    replay: .byReference(window: .days(1)), query: .byReference(lag: .seconds(0)), cancel: true, statement: .none,
    notifiesWithin: .minutes(5), refusals: ["CARRIER_BILLING.PAYMENT_DENIED"])
  private static let debit = Capabilities(
    replay: .none, query: .none, cancel: false, statement: .periodic(every: .days(1), late: .days(5)),
    notifiesWithin: nil, refusals: [])

  private func partner(
    _ capabilities: Capabilities = carrier, _ turn: (inout Dials) -> Void = { _ in }
  ) -> BookCounterpart {
    BookCounterpart(lane: "carrier", book: SharedBook(makeBook(turn)), capabilities: capabilities) { start }
  }

  private func order(_ reference: String, kind: String = "charge", original: String? = nil) -> Order {
    let tail = original.map { #","original":"\#($0)""# } ?? ""
    return Order(
      reference: reference, kind: kind,
      payload: #"{"amount":999,"currency":"EUR","description":"Atlas 2026-03","method":"+491700000001"\#(tail)}"#,
      preparedAt: start)
  }

  private func captures(_ partner: BookCounterpart) -> Int { partner.book.withBook { $0.truth.captures } }

  @Test("A charge is done, with the partner's transaction; its repeat is the same; its query says so")
  func done() async {
    let partner = partner()
    let reply = await partner.perform(order("r-1"))
    #expect(reply.verdict == .done && reply.amount == 999 && reply.currency == "EUR" && reply.transaction != nil)
    #expect(await partner.perform(order("r-1")) == reply)
    #expect(await partner.query(order("r-1")) == reply)
    #expect(await partner.query(order("r-2")).verdict == .absent)
    #expect(captures(partner) == 1)
  }

  @Test(
    "Every spoiled answer is UNKNOWN, although the money is taken",
    arguments: ["late", "http5xxAfterCharge", "garbageAfterCharge", "resetAfterCharge"])
  func unknown(dial: String) async throws {
    let dials = try Dials(json: Data(#"{"answers": {"\#(dial)": 1}}"#.utf8))
    let partner = partner { $0 = dials }
    let reply = await partner.perform(order("r-1"))
    guard case .unknown = reply.verdict else { return #expect(Bool(false), "\(reply.verdict)") }
    #expect(reply.transaction == nil)
    #expect(captures(partner) == 1)
  }

  @Test("An outage is \"not sent\" when nothing was accepted, and UNKNOWN when a 503 came back")
  func down() async {
    let refused = partner {
      $0.answers.down = 1
      $0.answers.downAs = .refused
    }
    #expect(await refused.perform(order("r-1")).verdict == .notSent(reason: "connection refused"))
    let unavailable = partner { $0.answers.down = 1 }
    #expect(await unavailable.perform(order("r-1")).verdict == .unknown(reason: "503"))
    #expect(await unavailable.query(order("r-1")).verdict == .unknown(reason: "503"))
    #expect(captures(refused) + captures(unavailable) == 0)
  }

  @Test("Only a listed code is a refusal; slowness beyond the time-out is UNKNOWN")
  func refusals() async {
    let listed = partner {
      $0.answers.decline = 1
      $0.answers.declineCodes = ["CARRIER_BILLING.PAYMENT_DENIED"]
    }
    #expect(await listed.perform(order("r-1")).verdict == .refused(code: "CARRIER_BILLING.PAYMENT_DENIED"))
    let unlisted = partner {
      $0.answers.decline = 1
      $0.answers.declineCodes = ["SURPRISE"]
    }
    #expect(await unlisted.perform(order("r-1")).verdict == .unknown(reason: "the code SURPRISE is not listed"))
    let slow = partner { $0.answers.slow = Spread(.seconds(8)) }
    #expect(await slow.perform(order("r-1")).verdict == .unknown(reason: "timed out"))
    let throttled = partner { $0.answers.throttlePerSecond = 1 }
    _ = await throttled.perform(order("r-1"))
    #expect(await throttled.perform(order("r-2")).verdict == .notSent(reason: "not processed: TOO_MANY_REQUESTS"))
    #expect(captures(throttled) == 1)
  }

  @Test("A partner that ignores our reference charges twice under it")
  func doubleCharge() async {
    var capabilities = Self.carrier
    capabilities.replay = .none
    let partner = partner(capabilities)
    let transactions = [await partner.perform(order("r-1")), await partner.perform(order("r-1"))].map(\.transaction)
    #expect(Set(transactions).count == 2)
    #expect(captures(partner) == 2)
    let found = await partner.findAll(order("r-1"))
    #expect(found.testimonies.map(\.transaction) == transactions && found.reply.transaction == transactions.first)
    let second = await partner.retrieve(order("r-1"), transaction: transactions.last.flatMap(\.self) ?? "")
    #expect(second.verdict == .done && second.transaction == transactions.last)
  }

  @Test("A partner with nothing but a statement says \"pending\" to everything")
  func statementOnly() async {
    let partner = partner(Self.debit) { $0.answers.decline = 0.5 }
    for number in 0..<50 { #expect(await partner.perform(order("r-\(number)")) == Reply(.pending)) }
    let stated = partner.book.withBook {
      $0.statement(forDay: PartnerBook.day(of: start), now: start + .days(1))?.lines.count
    }
    #expect(stated == captures(partner) && (1..<50).contains(stated ?? 0))
    #expect(partner.notifications(start + .days(1)).isEmpty)
  }

  @Test("Notifications are read back as testimony; a forged one is refused")
  func notifications() async throws {
    let partner = partner()
    let reply = await partner.perform(order("r-1"))
    let refund = await partner.perform(order("f-1", kind: "refund", original: reply.transaction))
    #expect(refund.verdict == .done)
    let messages = partner.notifications(start)
    let read = try messages.map { try partner.open($0, now: start) }.flatMap(\.self)
    #expect(read.map(\.reference) == ["r-1", "f-1"])
    #expect(read.map(\.kind) == ["charge", "refund"])
    #expect(read.map(\.verdict) == [.done, .done])
    #expect(read.map(\.transaction) == [reply.transaction, refund.transaction])
    #expect(read.first?.occurredAt == start && read.first?.amount == 999)

    let body = messages[0].body
    let unsigned = InboundMessage(headers: [:], body: body)
    #expect(throws: InboundRejection.unsigned) { try partner.open(unsigned, now: start) }
    let forged = InboundMessage(headers: [BookNotification.header: "in-progress"], body: body)
    #expect(throws: InboundRejection.badSignature) { try partner.open(forged, now: start) }
  }

  @Test(
    "A payload is read the same with blanks, escapes and other fields as in its short form",
    arguments: [
      #"{"amount":999,"currency":"EUR","method":"tok","original":"pay-1"}"#,
      #"{ "amount": 999, "currency": "EUR", "method": "tok", "original": "pay-1" }"#,
      #"{"amount":999,"currency":"EUR","customer":null,"description":"a \"b\"","method":"t\u006fk","original":"pay-1"}"#,
      #"{"amount":999,"currency":"EUR","description":"Größe","extra":{"a":[1]},"method":"tok","original":"pay-1"}"#,
    ])
  func payloads(json: String) {
    let terms = OrderTerms(payload: json)
    #expect(terms?.amount == 999 && terms?.currency == "EUR" && terms?.method == "tok" && terms?.original == "pay-1")
  }

  @Test(
    "A payload that asks for nothing is not read",
    arguments: [
      "", "{", "{}", #"{"amount":0,"currency":"EUR","method":"tok"}"#,
      #"{"amount":-5,"currency":"EUR","method":"tok"}"#,
      #"{"amount":9.5,"currency":"EUR","method":"tok"}"#, #"{"amount":9,"currency":"EUR","method":"tok"}x"#,
      #"{"amount":9,"currency":"EUR"}"#, #"{"amount":99999999999999999999,"currency":"EUR","method":"tok"}"#,
    ])
  func badPayloads(json: String) { #expect(OrderTerms(payload: json) == nil) }

  @Test("An order that cannot be read is not sent")
  func unreadable() async {
    let partner = partner()
    let broken = Order(reference: "r-1", kind: "charge", payload: "{}", preparedAt: start)
    guard case .notSent = await partner.perform(broken).verdict else { return #expect(Bool(false)) }
    guard case .notSent = await partner.perform(order("r-1", kind: "tip")).verdict else { return #expect(Bool(false)) }
    #expect(captures(partner) == 0)
  }
}
