import HTTPTypes
import Kernel
import Store
import TestSupport
import Testing
import Web

@testable import Server

@Suite("Money by the API")
struct MoneyTests {
  @Test("A payment is given back in parts, and no more than there is", arguments: TestEngine.available)
  func refunds(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (_, id) = try await house.subscriber()
      let reference = try await house.attempt(of: id)
      try await house.hears(reference, "tx-1")
      let settled = try await house.get("subscriptions/\(id)")
      #expect(settled.json["access"]?["reason"] == "paid" && settled.json["paidUntil"] != nil, "\(settled.text)")
      let payments = try await house.get("payments?role=due")
      let payment = try #require(payments.json["data"]?.items.first, "\(payments.text)")
      #expect(payment["transaction"] == "tx-1" && payment["amount"] == ["amount": 999, "currency": "EUR"])
      let number = payment["id"]?.words ?? ""
      let charge = payment["charge"]?.words ?? ""
      #expect(try await house.get("payments?charge=\(charge)").json == payments.json)
      #expect(try await house.get("payments?role=surplus").json["data"] == [])

      let body = #"{"amount": 400, "reason": "half of it"}"#
      let part = try await house.post("payments/\(number)/refund", body, as: .finance)
      #expect(part.status == 201 && part.json["state"] == "asked" && part.json["cause"] == "request", "\(part.text)")
      #expect(part.headers[.location] == "/api/v1/refunds/\(part.json["id"]?.words ?? "")")
      let much = try await house.post("payments/\(number)/refund", #"{"amount": 600, "reason": "more"}"#, as: .finance)
      #expect(much.status == 409 && much.code == "tooMuch", "\(much.text)")
      let rest = try await house.post("payments/\(number)/refund", #"{"reason": "the rest"}"#, as: .finance)
      #expect(rest.json["amount"] == ["amount": 599, "currency": "EUR"], "\(rest.text)")
      let none = try await house.post("payments/\(number)/refund", #"{"reason": "the rest"}"#, as: .finance)
      #expect(none.status == 409 && none.code == "tooMuch", "\(none.text)")
      #expect(try await house.get("payments/\(number)").json["givenBack"] == ["amount": 999, "currency": "EUR"])

      for query in ["", "state=asked", "payment=\(number)", "payment=\(number)&state=asked"] {
        let first = try await house.get("refunds?limit=1&\(query)")
        #expect(first.json["data"] == [rest.json], "\(query): \(first.text)")
        let second = try await house.get("refunds?limit=1&\(query)&cursor=\(first.json["next"]?.words ?? "")")
        #expect(second.json["data"] == [part.json] && second.json["next"] == nil, "\(query): \(second.text)")
      }
      for query in ["state=done", "state=refused", "payment=1"] {
        #expect(try await house.get("refunds?\(query)").json["data"] == [], "\(query)")
      }
      let attempts = try await house.get("refunds/\(part.json["id"]?.words ?? "")/attempts")
      #expect(attempts.json["refund"] == part.json)
      #expect(attempts.json["attempts"]?.items.first?["state"] == "prepared", "\(attempts.text)")
    }
  }

  @Test("What went back by other means is written down, and the partner is not asked", arguments: TestEngine.available)
  func paidOtherwise(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (_, id) = try await house.subscriber()
      try await house.hears(try await house.attempt(of: id), "tx-1")
      let payment = try #require(try await house.get("payments").json["data"]?.items.first?["id"]?.words)
      let body = #"{"amount": 400, "reason": "bank transfer 4711", "paidOtherwise": true}"#
      let paid = try await house.post("payments/\(payment)/refund", body, as: .finance)
      #expect(paid.status == 201 && paid.json["state"] == "done" && paid.json["code"] == "byOtherMeans", "\(paid.text)")
      #expect(try await house.get("payments/\(payment)").json["givenBack"] == ["amount": 400, "currency": "EUR"])
      let attempts = try await house.get("refunds/\(paid.json["id"]?.words ?? "")/attempts")
      #expect(attempts.json["attempts"] == [], "\(attempts.text)")
    }
  }

  @Test("What banks took back is listed, and decided once", arguments: TestEngine.available)
  func chargebacks(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (_, id) = try await house.subscriber()
      try await house.hears(try await house.attempt(of: id), "tx-1")
      _ = try await house.runtime.store.write { tx in
        try tx.execute(
          """
          INSERT INTO chargeback (id, lane, partner_id, capture, customer, amount, currency, at, heard_at, evidence, owner, deadline)
          SELECT id + 1000, lane, 'back-' || id, id, customer, amount, currency, at, at, 0, 'finance', at + 1 FROM capture
          """)
      }
      let waiting = try await house.get("chargebacks?state=waiting")
      let first = try #require(waiting.json["data"]?.items.first, "\(waiting.text)")
      #expect(
        first["state"] == "waiting" && first["transaction"] != nil && waiting.json["next"] == nil, "\(waiting.text)")
      let number = first["id"]?.words ?? ""
      let body = #"{"reason": "paid by invoice"}"#
      let decided = try await house.post("chargebacks/\(number)/decide", body, as: .finance)
      #expect(decided.json["state"] == "settled" && decided.json["owner"] == nil, "\(decided.text)")
      let again = try await house.post("chargebacks/\(number)/decide", body, as: .finance)
      #expect(again.status == 409 && again.code == "notWaiting", "\(again.text)")
      #expect(try await house.get("chargebacks?state=waiting").json["data"] == [])
      #expect(
        try await house.get("chargebacks?customer=\(first["customer"]?.words ?? "")").json["data"] == [decided.json])
      #expect(try await house.get("chargebacks/\(number)").json == decided.json)
      #expect(try await house.get("chargebacks/1").status == 404)
    }
  }

  @Test("What waits for a person is listed by its date, and decided once", arguments: TestEngine.available)
  func queue(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (_, id) = try await house.subscriber()
      _ = try await house.attempt(of: id)
      // As it stands when asking proves nothing more.
      _ = try await house.runtime.kernel.change(by: .system("test"), canRepeat: false) { change in
        try change.tx.execute(
          """
          UPDATE effect SET state = 'unknown', rank = 2, sent_at = \(change.now), owner = 'finance',
            deadline = \(change.now + .days(1)) WHERE state = 'prepared'
          """)
      }
      let queue = try await house.get("queue")
      let item = try #require(queue.json["data"]?.items.first, "\(queue.text)")
      #expect(
        item["amount"] == 999 && item["currency"] == "EUR" && item["owner"] == "finance" && item["kind"] == "charge")
      let reference = item["reference"]?.words ?? ""
      #expect(try await house.get("queue/\(reference)").json == item)
      let body = #"{"happened": false, "reason": "the bank says so"}"#
      let decided = try await house.post("queue/\(reference)/decide", body, as: .finance, key: "d-1")
      #expect(decided.status == 200 && decided.json["happened"] == false, "\(decided.text)")
      #expect(try await house.post("queue/\(reference)/decide", body, as: .finance, key: "d-1").bytes == decided.bytes)
      while try await house.runtime.engine.outbox.applyInbox() > 0 {}
      #expect(try await house.get("queue").json["data"] == [])
      #expect(try await house.get("queue/\(reference)").code == "noEffect")
      let late = try await house.post("queue/\(reference)/decide", body, as: .finance)
      #expect(late.status == 409 && late.code == "alreadyKnown", "\(late.text)")
    }
  }
}

extension APIHouse {
  /// Our reference of the first attempt to charge a subscription.
  fileprivate func attempt(of subscription: String) async throws -> String {
    try await renew()
    let charge = try await get("charges?subscription=\(subscription)").json["data"]?.items.first?["id"]?.words ?? ""
    let attempts = try await get("charges/\(charge)").json["attempts"]?.items ?? []
    return try #require(attempts.first?["reference"]?.words)
  }

  /// The partner says that it charged.
  fileprivate func hears(_ reference: String, _ transaction: String) async throws {
    let testimony = Testimony(
      eventID: "event-\(transaction)", reference: reference, transaction: transaction, kind: "notice", verdict: .done,
      amount: nil, currency: nil, occurredAt: runtime.kernel.world.now())
    _ = try await runtime.engine.outbox.keep([testimony], source: .notification, lane: "debit", raw: [])
    while try await runtime.engine.outbox.applyInbox() > 0 {}
  }
}
