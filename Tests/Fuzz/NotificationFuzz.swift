import Billing
import Foundation
import Kernel
import Store
import TestSupport
import Testing

@testable import Partners

@Suite("Notifications, whoever sends them", .timeLimit(.minutes(Fuzz.minutes)))
struct NotificationFuzz {
  /// Why the database, or whoever reads it, would stumble over this; `nil` when it would not.
  static func fault(_ told: Testimony) -> String? {
    func id(_ text: String?, _ name: String) -> String? {
      guard let text else { return nil }
      if !(1...200).contains(text.utf8.count) { return "\(name) has \(text.utf8.count) bytes" }
      return text.utf8.contains(0) ? "\(name) has a NUL" : nil
    }
    // A message without an id is told by its bytes.
    if let fault = id(told.eventID.isEmpty ? nil : told.eventID, "the event's id") ?? id(
      told.reference, "the reference")
      ?? id(told.transaction, "the transaction")
    {
      return fault
    }
    if let code = told.verdict.code, code.utf8.contains(0) || code.utf8.count > 2_000 {
      return "the code \(code.utf8.count)"
    }
    if let amount = told.amount, !(0...10_000_000_000_000_000).contains(amount) { return "an amount of \(amount)" }
    if let currency = told.currency, currency.utf8.count != 3 || !currency.utf8.allSatisfy({ (65...90).contains($0) }) {
      return "a currency of \(currency.utf8.count) bytes"
    }
    if let at = told.occurredAt, !(0...253_402_300_799).contains(at.seconds) { return "a time of \(at.seconds) s" }
    return nil
  }

  /// What `open` makes of it; `nil`: refused.
  private func open(
    _ partner: any Counterpart, _ headers: [String: String], _ body: [UInt8], now: Instant = Sample.now
  ) -> [Testimony]? {
    try? partner.open(InboundMessage(headers: headers, body: body), now: now)
  }

  // MARK: - who is believed

  @Test("Of the card gateway nothing is believed that was changed after it was signed")
  func cardSignature() async throws {
    let card = try Sample.card()
    await Fuzz.each("card signatures", share: 4) { mutator in
      let body = Array(mutator.pick(Sample.cardEvents()).utf8)
      let headers = Sample.signCard(body)
      try Fuzz.require(open(card, headers, body) != nil, "a good one is refused")
      try Fuzz.require(open(card, [:], body) == nil, "it is believed unsigned")
      for seconds in [-301, 301, 86_400, -86_400] as [Int64] {
        try Fuzz.require(
          open(card, headers, body, now: Sample.now + .seconds(seconds)) == nil, "it is believed \(seconds) s away")
      }
      var changed = body
      mutator.flip(&changed)
      mutator.input = changed
      try Fuzz.require(open(card, headers, changed) == nil, "a body is believed that was changed by one bit")

      let header = Array((headers["stripe-signature"] ?? "").utf8)
      var other = header
      if mutator.chance(60) {
        mutator.flip(&other)
      } else {
        other = mutator.bytes(header, words: ["t=", "v1=", ",", "v0="])
      }
      mutator.input = other
      let text = String(decoding: other, as: UTF8.self)
      guard open(card, ["stripe-signature": text], body) != nil else { return }
      // Believed all the same: then it must say the same time and the same code, in other letters at most.
      let said = text.lowercased()
      try Fuzz.require(
        String(decoding: header, as: UTF8.self).split(separator: ",").allSatisfy { said.contains($0) },
        "a header is believed that says something else")
    }
  }

  @Test("Of the carrier nothing is believed that was changed after it was signed, nor with another order's token")
  func carrierSignature() async throws {
    let both = try Sample.carrier(["webhook", "sink"])
    let sink = try SinkToken(secret: Secret(Sample.sinkSecret))
    let token = sink.token(for: "att-1", preparedAt: Sample.now)
    await Fuzz.each("carrier signatures", share: 4) { mutator in
      let body = Array(mutator.pick(Sample.carrierEvents()).utf8)
      let headers = Sample.signCarrier(body, token: token)
      try Fuzz.require(open(both, headers, body) != nil, "a good one is refused")
      for name in headers.keys {
        var fewer = headers
        fewer[name] = nil
        try Fuzz.require(open(both, fewer, body) == nil, "it is believed without \(name)")
      }
      for span in [Span.minutes(6), .seconds(-301), .days(121)] {
        try Fuzz.require(
          open(both, headers, body, now: Sample.now + span) == nil, "it is believed \(span.seconds) s away")
      }
      var changed = body
      mutator.flip(&changed)
      mutator.input = changed
      try Fuzz.require(open(both, headers, changed) == nil, "a body is believed that was changed by one bit")

      let name = mutator.pick(headers.keys.sorted())
      let good = Array((headers[name] ?? "").utf8)
      var other = good
      if mutator.chance(60) {
        mutator.flip(&other)
      } else {
        other = mutator.bytes(good, words: ["v1,", " ", "~", "Bearer "])
      }
      mutator.input = Array("\(name): ".utf8) + other
      var with = headers
      with[name] = String(decoding: other, as: UTF8.self)
      guard let told = open(both, with, body) else { return }
      try Fuzz.require(told.allSatisfy { $0.reference == "att-1" }, "it speaks for another order")
      try Fuzz.require(
        respells(name, String(decoding: other, as: UTF8.self), String(decoding: good, as: UTF8.self)),
        "a header is believed that says something else")
    }
  }

  /// The same in other letters: hexadecimal and the word "Bearer" have two cases, base64 bits that carry nothing, and
  /// beside a right signature others may stand.
  private func respells(_ name: String, _ text: String, _ good: String) -> Bool {
    switch name {
    case "authorization": text.lowercased() == good.lowercased()
    case "webhook-signature":
      text.split(separator: " ").contains {
        $0.hasPrefix("v1,")
          && Data(base64Encoded: String($0.dropFirst(3))) == Data(base64Encoded: String(good.dropFirst(3)))
      }
    default: text == good
    }
  }

  // MARK: - what is said

  @Test("Whatever is signed by the right key is refused, or says what the database holds")
  func signedGarbage() async throws {
    let (card, carrier) = (try Sample.card(), try Sample.carrier())
    await Fuzz.each("signed notifications", share: 8) { mutator in
      let isCard = mutator.chance(50)
      let events = isCard ? Sample.cardEvents() : Sample.carrierEvents()
      let body = mutator.json(mutator.pick(events), words: Sample.words)
      let headers = isCard ? Sample.signCard(body) : Sample.signCarrier(body)
      do {
        let told = try (isCard ? card as any Counterpart : carrier).open(
          InboundMessage(headers: headers, body: body), now: Sample.now)
        for one in told { if let fault = Self.fault(one) { throw Fuzz.Broken("\(fault): \(one.kind)") } }
      } catch let rejection as InboundRejection {
        guard case .unreadable(let why) = rejection else { throw Fuzz.Broken("refused as \(rejection)") }
        try Fuzz.require(!why.isEmpty, "refused without a word")
      }
    }
  }

  @Test("Two messages with two ids are two messages, however long the ids are")
  func longIDs() async throws {
    let carrier = try Sample.carrier()
    let source = "urn:operator:" + String(repeating: "a", count: 300)
    let told = ["one", "two"].map { id -> Testimony? in
      let body = Array(
        Sample.carrierEvent("carrier-billing.v0.payment-completed", id: id).replacing("urn:operator", with: source).utf8
      )
      return open(carrier, Sample.signCarrier(body), body)?.first
    }
    #expect(told[0] != nil && told[0]?.eventID.prefix(200) != told[1]?.eventID.prefix(200))
  }

  @Test("Garbage in the inbox holds up nothing that comes after it", arguments: TestEngine.available)
  func inbox(engine: TestEngine) async throws {
    try await FuzzCompany.open(on: engine) { company in
      let card = try await company.charges("card", 12)
      let carrier = try await company.charges("carrier", 12)
      let reserved = Array(card.suffix(6))
      await Fuzz.each("received notifications on \(engine)", share: 0.5) { mutator in
        let isCard = mutator.chance(60)
        let names = Array((isCard ? card : carrier).prefix(6))
        let events = isCard ? Sample.cardEvents(mutator.pick(names)) : Sample.carrierEvents(mutator.pick(names))
        let id = "evt-\(mutator.below(1_000_000_000))"
        // Few transactions, so that some are told of two charges.
        let event = mutator.pick(events).replacing("evt_1", with: id).replacing("e-1", with: id)
          .replacing("pi_1", with: "pi_\(mutator.below(30))").replacing("pay-1", with: "pay-\(mutator.below(30))")
        let body = mutator.json(event, words: Sample.words + names)
        let headers = isCard ? Sample.signCard(body) : Sample.signCarrier(body)
        do {
          _ = try await company.engine.outbox.receive(
            InboundMessage(headers: headers, body: body), lane: isCard ? "card" : "carrier")
        } catch is InboundRejection {} catch let refusal as Refusal {
          try Fuzz.require(refusal.code == "tooLarge", "\(refusal)")
        }
        try await company.weigh()
        for reference in reserved {
          let state = try await company.state(reference)
          try Fuzz.require(state == "pending", "\(reference), of which nobody spoke, is \(state)")
        }
      }
      let intent = Sample.intent(reserved[0]).replacing("pi_1", with: "pi_good")
      let body = Array(Sample.event("payment_intent.succeeded", intent, id: "evt_good").utf8)
      let good = InboundMessage(headers: Sample.signCard(body), body: body)
      #expect(try await company.engine.outbox.receive(good, lane: "card") == 1)
      try await company.weigh()
      let left = try await company.state(reserved[0])
      let stuck = try await company.store.read { tx in
        try tx.integer("SELECT count(*) FROM evidence WHERE state = 'new'") ?? -1
      }
      #expect(left == "done" && stuck == 0)
      try await company.stillWorks()
    }
  }
}
