import Kernel
import Testing

@testable import Partners

@Suite("Found: times and amounts that no payment has")
struct PartnerLimits {
  private func told(_ body: String) throws -> Testimony? {
    let bytes = Array(body.utf8)
    return try Sample.card().open(InboundMessage(headers: Sample.signCard(bytes), body: bytes), now: Sample.now).first
  }

  @Test(
    "A time that microseconds cannot hold ended the program; it is no time", arguments: ["9223372036854775807", "-1"])
  func time(_ created: String) throws {
    let event = Sample.event("payment_intent.succeeded", Sample.intent())
    let one = try told(event.replacing("1700000005", with: created))
    #expect(one?.verdict == .done && one?.occurredAt == nil)
  }

  @Test(
    "A success over an amount or in a currency that cannot be is none, and not one of all that was asked for",
    arguments: [
      (#""amount":999"#, #""amount":-999"#), (#""amount":999"#, #""amount":10000000000000001"#),
      (#""eur""#, #""euros""#),
    ])
  func amount(_ good: String, _ odd: String) throws {
    for event in [
      Sample.event("payment_intent.succeeded", Sample.intent().replacing(#""amount_received":999,"#, with: "")),
      Sample.event("refund.updated", Sample.refund()),
    ] {
      let one = try #require(try told(event.replacing(good, with: odd)))
      #expect(one.amount == nil && one.currency == nil)
      guard case .unknown = one.verdict else {
        Issue.record("\(one.verdict)")
        continue
      }
    }
  }

  @Test("The same in what a query finds: such a success is passed on as one that is not known")
  func found() throws {
    let card = try Sample.card()
    let intent = Sample.intent().replacing(#""amount_received":999,"#, with: "")
    for (body, kind) in [(intent, "charge"), (Sample.refund(), "refund")] {
      let request = try Sample.request(kind)
      let odd = Array(body.replacing(#""amount":999"#, with: #""amount":-999"#).utf8)
      #expect(card.read(odd, request)?.testimony.verdict == Limits.noAmount)
      #expect(card.read(Array(body.utf8), request)?.testimony.verdict == .done)
    }
    let carrier = try Sample.carrier()
    let request = try Sample.request(method: "+34671999000")
    for (amount, verdict) in [("-9.99", Limits.noAmount), ("9.999", Limits.noAmount), ("9.99", .done)] {
      let body = Array(Sample.payment(amount: amount).utf8)
      let resource = try #require(PartnerJSON.answer(CamaraResource.self, body))
      #expect(carrier.summary([resource], request, raw: body)?.testimonies.map(\.verdict) == [verdict])
    }
  }

  @Test("A refusal in an answer that is no JSON elsewhere is not believed")
  func garbled() throws {
    let denied = #"{"status":403,"code":"CARRIER_BILLING.PAYMENT_DENIED","message":"Paym ent denied"}"#
    let declined =
      #"{"error":{"type":"card_error","code":"card_declined","decline_code":"expired_card","message":"x y"}}"#
    func said(_ text: String, _ status: Int) throws -> [Verdict] {
      let answer = Exchange.Answer(status: status, headers: [:], body: Array(text.utf8))
      return [
        try Sample.carrier().judge(answer, try Sample.request(method: "+34671999000")).verdict,
        try Sample.card().judge(answer, try Sample.request()).verdict,
      ]
    }
    #expect(try said(denied, 403)[0] == .refused(code: "CARRIER_BILLING.PAYMENT_DENIED"))
    #expect(try said(declined, 402)[1] == .refused(code: "expired_card"))
    for verdict in try said(denied.replacing(" ", with: "\0"), 403) + said(declined.replacing(" ", with: "\0"), 402) {
      guard case .unknown = verdict else {
        Issue.record("\(verdict)")
        continue
      }
    }
  }
}
