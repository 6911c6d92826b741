import Billing
import Foundation
import Kernel
import Store
import TestSupport
import Testing

@testable import Partners

@Suite("Answers of partners, whatever they say", .timeLimit(.minutes(Fuzz.minutes)))
struct AnswerFuzz {
  private static let answers: [String: [String]] = {
    let declined = #"{"type":"card_error","code":"card_declined","decline_code":"expired_card"}"#
    return [
      "card": [
        Sample.intent(), Sample.intent(status: "processing"),
        Sample.intent(status: "requires_payment_method", error: declined),
        #"{"error":\#(declined)}"#, #"{"error":{"code":"rate_limit","type":"invalid_request_error"}}"#,
        #"{"error":{"code":"card_declined","decline_code":"expired_card","payment_intent":"#
          + Sample.intent(status: "requires_payment_method", error: declined) + "}}",
      ],
      "refund": [Sample.refund(), Sample.refund(status: "failed"), #"{"error":{"code":"charge_already_refunded"}}"#],
      "carrier": [
        Sample.payment(), Sample.payment(status: "processing"), Sample.payment(status: "denied"),
        #"{"status":403,"code":"CARRIER_BILLING.PAYMENT_DENIED","message":"Payment denied"}"#,
        #"{"status":401,"code":"UNAUTHENTICATED","message":"Request not authenticated"}"#,
      ],
      "debit": [
        #"{"reference":"att-1","transaction":"d-1","amount":999,"currency":"EUR"}"#, #"{"code":"MANDATE_REVOKED"}"#,
        "{}",
      ],
    ]
  }()

  private static let statuses = [
    200, 201, 202, 204, 299, 301, 400, 401, 402, 403, 404, 409, 422, 429, 500, 503, 100, 600,
  ]

  @Test("A changed answer takes nothing for done that it does not say, and nothing for refused that is not listed")
  func answers() async throws {
    let (card, carrier, debit) = (try Sample.card(), try Sample.carrier(), try Sample.debit())
    let requests = [
      "card": try Sample.request(), "refund": try Sample.request("refund"),
      "carrier": try Sample.request(method: "+34671999000"), "debit": try Sample.request(),
    ]
    await Fuzz.each("answers", share: 8) { mutator in
      let kind = mutator.pick(["card", "card", "refund", "carrier", "carrier", "debit"])
      let body = mutator.json(mutator.pick(Self.answers[kind] ?? []), words: Sample.words)
      let answer = Exchange.Answer(
        status: mutator.chance(60) ? mutator.pick([200, 201, 202]) : mutator.pick(Self.statuses), headers: [:],
        body: body)
      guard let request = requests[kind] else { return }
      let (reply, refusals) =
        switch kind {
        case "carrier": (carrier.judge(answer, request), carrier.capabilities.refusals)
        case "debit": (debit.judge(answer, request), debit.capabilities.refusals)
        default: (card.judge(answer, request), card.capabilities.refusals)
        }
      try hold(reply, kind, answer, refusals)
    }
  }

  private func hold(_ reply: Reply, _ kind: String, _ answer: Exchange.Answer, _ refusals: Set<String>) throws {
    let object = try? JSONSerialization.jsonObject(with: Data(answer.body), options: .fragmentsAllowed)
    switch reply.verdict {
    case .done:
      try Fuzz.require(
        reply.amount == 999 && reply.currency == "EUR", "done with \(reply.amount ?? -1) \(reply.currency ?? "")")
      try Fuzz.require((200..<300).contains(answer.status), "done with HTTP \(answer.status)")
      try says(object, kind)
    case .pending: try Fuzz.require((200..<300).contains(answer.status), "pending with HTTP \(answer.status)")
    case .refused(let code): try Fuzz.require(refusals.contains(code), "refused with \(code), which is not listed")
    case .unknown(let reason): try Fuzz.require(!reason.isEmpty, "unknown without a reason")
    case .notSent, .cancelled: break
    case .absent: throw Fuzz.Broken("an answer to an order says that it is absent")
    case .reversed, .restored: throw Fuzz.Broken("an answer to an order says what became of it afterwards")
    }
    if object == nil, !answer.body.isEmpty {
      guard case .unknown = reply.verdict else { throw Fuzz.Broken("unreadable, and read as \(reply.verdict)") }
    }
    // What is written down of it.
    let told = Testimony(
      eventID: "1", reference: nil, transaction: reply.transaction, kind: "charge", verdict: reply.verdict,
      amount: reply.amount, currency: reply.currency, occurredAt: nil)
    if let fault = NotificationFuzz.fault(told) { throw Fuzz.Broken(fault) }
  }

  /// Reads the answer a second time, by another reader, where no name stands in it twice.
  private func says(_ object: Any?, _ kind: String) throws {
    guard let object = object as? [String: Any] else { throw Fuzz.Broken("done, and no object") }
    if kind == "carrier" {
      let transaction = object["amountTransaction"] as? [String: Any]
      let amount = (transaction?["paymentAmount"] ?? transaction?["refundAmount"]) as? [String: Any]
      let charging = amount?["chargingInformation"] as? [String: Any]
      try Fuzz.require(object["paymentStatus"] as? String == "succeeded", "done, and its status is another")
      let said = (charging?["amount"] as? NSNumber)?.doubleValue ?? 0
      try Fuzz.require(abs(said - 9.99) < 0.000_001, "done, and its amount is \(said)")
      return
    }
    try Fuzz.require(object["status"] as? String == "succeeded", "done, and its status is another")
    try Fuzz.require((object["amount"] as? NSNumber)?.int64Value == 999, "done, and its amount is another")
    try Fuzz.require(
      (object["metadata"] as? [String: Any])?["reference"] as? String == "att-1", "done, and of another order")
  }

  @Test("One odd answer does not take the others of its batch with it", arguments: TestEngine.available)
  func batches(engine: TestEngine) async throws {
    try await FuzzCompany.open(on: engine) { company in
      let references = try await company.charges("card", 40)
      let card = try Sample.card()
      await Fuzz.each("recorded answers on \(engine)", share: 0.2) { mutator in
        var found: [(Reply, Testimony)] = []
        for _ in 0..<4 {
          let body = mutator.json(mutator.pick(Sample.cardEvents(mutator.pick(references))), words: Sample.words)
          let headers = Sample.signCard(body)
          for one in (try? card.open(InboundMessage(headers: headers, body: body), now: Sample.now)) ?? [] {
            found.append((Reply(one.verdict), one))
          }
        }
        // As a query's findings are kept: several in one transaction.
        let all = found.map(\.1)
        let new = try await company.engine.outbox.keep(all, source: .query, lane: "card", raw: mutator.input)
        try Fuzz.require(new <= all.count, "more were kept than there were")
        try await company.weigh()
      }
      try await company.stillWorks()
    }
  }
}
