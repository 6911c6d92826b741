import HTTPTypes
import Kernel
import TestSupport
import Testing
import Web

@Suite("The API, as an integrator uses it")
struct StoryTests {
  @Test("A plan, a customer, a subscription, its charge, and what became of it", arguments: TestEngine.available)
  func integrates(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let offered = try await house.post("plans", APIHouse.plan)
      #expect(offered.status == 201, "\(offered.text)")
      #expect(offered.headers[.location] == "/api/v1/plans/monthly")
      let plan = try await house.get("plans/monthly")
      #expect(plan.json == offered.json)
      #expect(plan.json["prices"] == [["amount": 999, "currency": "EUR"]])
      #expect(plan.json["graceDays"] == 14 && plan.json["dunning"] == [1, 3] && plan.json["every"] == "P1M")
      #expect(try await house.get("plans").json["data"] == [plan.json])

      let customer = try await house.customer()
      let begun = try await house.post("subscriptions", APIHouse.subscription(customer))
      #expect(begun.status == 201, "\(begun.text)")
      let id = try #require(begun.json["id"]?.words)
      #expect(begun.json["state"] == "active" && begun.json["customer"] == .text(customer))
      #expect(begun.json["access"]?["allowed"] == true && begun.json["access"]?["reason"] == "outcomeOpen")
      #expect(!begun.text.contains("mandate-1"), "a token is never shown")

      try await house.renew()
      let charges = try await house.get("charges?subscription=\(id)")
      let charge = try #require(charges.json["data"]?.items.first, "\(charges.text)")
      #expect(charge["state"] == "open" && charge["amount"] == ["amount": 999, "currency": "EUR"])
      #expect(charge["customer"] == .text(customer) && charge["partner"] == "debit")
      let detail = try await house.get("charges/\(charge["id"]?.words ?? "")")
      let attempts = detail.json["attempts"]?.items ?? []
      #expect(detail.json["charge"] == charge && !attempts.isEmpty, "\(detail.text)")
      #expect(attempts.first?["evidence"]?.items.first?["says"] == "notSent", "\(detail.text)")
      for query in ["customer=\(customer)", "state=open", "customer=\(customer)&subscription=\(id)&state=open", ""] {
        #expect(try await house.get("charges?\(query)").json["data"] == [charge], "\(query)")
      }
      for query in ["state=settled", "state=waived", "customer=\(customer)&state=settled", "subscription=1"] {
        #expect(try await house.get("charges?\(query)").json["data"] == [], "\(query)")
      }
      #expect(try await house.get("subscriptions?customer=\(customer)").json["data"]?.items.count == 1)
      #expect(try await house.get("customers?reference=ada").json["data"]?.items.first?["id"] == .text(customer))
      for words in ["ada", "Ad", "ADA@example.org", customer, id] {
        let found = try await house.get("customers/search?q=\(words)")
        #expect(found.json["data"]?.items.map { $0["id"] } == [.text(customer)], "\(words): \(found.text)")
      }
      #expect(try await house.get("customers/search?q=nobody").json == ["data": [], "more": false])
      #expect(try await house.get("customers/search").code == "malformed", "what is looked for is missing")
      #expect(try await house.get("customers/\(customer)").json["mail"] == "ada@example.org")
      #expect(try await house.get("payments").json["data"] == [])
      #expect(try await house.get("refunds").json["data"] == [])
    }
  }

  @Test("Pause, resume, another payment method, and two ways to cancel", arguments: TestEngine.available)
  func changes(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (customer, id) = try await house.subscriber()
      let reason = #"{"reason": "on holiday"}"#
      let paused = try await house.post("subscriptions/\(id)/pause", reason, as: .support)
      #expect(paused.json["state"] == "paused" && paused.json["pausedAt"] != nil, "\(paused.text)")
      let again = try await house.post("subscriptions/\(id)/pause", reason, as: .support)
      #expect(again.status == 409 && again.code == "isPaused")
      let resumed = try await house.post("subscriptions/\(id)/resume", reason, as: .support)
      #expect(resumed.json["state"] == "active" && resumed.json["pausedAt"] == nil, "\(resumed.text)")
      let method = try await house.post(
        "subscriptions/\(id)/payment-method", #"{"partner": "debit", "token": "mandate-2", "label": "Other account"}"#)
      #expect(method.json["method"]?["label"] == "Other account", "\(method.text)")
      let end = try await house.post(
        "subscriptions/\(id)/cancel", #"{"when": "periodEnd", "reason": "asked for it"}"#, as: .support)
      #expect(end.json["endsAtPeriodEnd"] == true && end.json["state"] == "active", "\(end.text)")
      let now = try await house.post("subscriptions/\(id)/cancel", #"{"when": "now", "reason": "asked for it"}"#)
      #expect(now.json["state"] == "cancelled" && now.json["access"]?["reason"] == "cancelled", "\(now.text)")
      let late = try await house.post("subscriptions/\(id)/resume", reason)
      #expect(late.status == 409 && late.code == "alreadyCancelled")
      // What was done stands in the journal, with who did it.
      let facts = try await house.get("journal/facts?subject=customer:\(customer)", as: .auditor)
      let kinds = facts.json["data"]?.items.compactMap { $0["body"]?["what"]?.words } ?? []
      // “cancelled” are the mails that confirm it: whoever did it, the subscriber has it in writing.
      let all = [
        "cancelled", "cancelledNow", "cancelled", "cancelledAtPeriodEnd", "methodChanged", "resumed", "paused",
      ]
      #expect(kinds == all, "\(facts.text)")
      #expect(facts.json["data"]?.items.last?["kind"] == "customerAdded")
      #expect(facts.json["data"]?.items.first?["actor"]?.words?.hasPrefix("operator:") == true)
    }
  }

  @Test("What the domain refuses keeps its word and finds its status", arguments: TestEngine.available)
  func refuses(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let (customer, id) = try await house.subscriber()
      let body = APIHouse.subscription(customer)
      let cases: [(path: String, body: String, status: Int, code: String)] = [
        ("plans", APIHouse.plan.replacing("P1M", with: "P1Y"), 409, "planExists"),
        ("plans", APIHouse.plan.replacing("999", with: "998"), 409, "priceExists"),
        ("plans", APIHouse.plan.replacing("999", with: "0"), 422, "badPrice"),
        ("plans", APIHouse.plan.replacing("EUR", with: "XXX"), 422, "badCurrency"),
        ("plans", APIHouse.plan.replacing("P1M", with: "P9999D"), 422, "badInterval"),
        ("plans", APIHouse.plan.replacing("[1, 3]", with: "[3, 1]"), 422, "badDunning"),
        ("customers", #"{"reference": "ada", "name": "A", "zone": "UTC"}"#, 409, "customerExists"),
        ("customers", #"{"reference": "b", "name": "B", "zone": "Europe/Atlantis"}"#, 422, "badZone"),
        ("subscriptions", body.replacing(customer, with: "1"), 404, "noCustomer"),
        ("subscriptions", body.replacing("monthly", with: "yearly"), 404, "noPlan"),
        ("subscriptions", body.replacing("debit", with: "nobody"), 404, "noLane"),
        ("subscriptions", body.replacing("EUR", with: "USD"), 422, "noPrice"),
        (
          "subscriptions", body.replacing("\"plan\"", with: #""paidUntil": "0001-01-01T00:00:00Z", "plan""#), 422,
          "badTime"
        ),
        ("subscriptions/1/pause", #"{"reason": "no such"}"#, 404, "noSubscription"),
        ("subscriptions/\(id)/resume", #"{"reason": "not paused"}"#, 409, "notPaused"),
        ("payments/1/refund", #"{"reason": "no such"}"#, 404, "noCapture"),
        ("queue/nothing/decide", #"{"happened": false, "reason": "no such"}"#, 404, "noEffect"),
        ("queue/nothing/decide", #"{"happened": true, "reason": "no such"}"#, 422, "transactionMissing"),
        ("partners/nobody/stop", #"{"reason": "no such"}"#, 404, "noLane"),
      ]
      for (path, body, status, code) in cases {
        let role: Web.Role = path.hasPrefix("payments") || path.hasPrefix("queue") ? .finance : .operator
        let answer = try await house.post(path, body, as: role)
        #expect(answer.status == status && answer.code == code, "\(path) \(body): \(answer.text)")
        #expect(answer.headers[.contentType] == "application/problem+json")
        #expect(answer.json["type"] == .text("urn:problem-type:amends:\(code)"))
      }
    }
  }

  @Test(
    "Partners are stopped and let go on, alerts tell of it, and facts have receipts", arguments: TestEngine.available)
  func operates(engine: TestEngine) async throws {
    try await APIHouse.open(on: engine) { house in
      let stopped = try await house.post("partners/debit/stop", #"{"reason": "they asked us to"}"#)
      #expect(stopped.json["stopped"] == true && stopped.json["reason"] == "they asked us to", "\(stopped.text)")
      try await house.renew()
      let alerts = try await house.get("alerts?state=open")
      let alert = try #require(alerts.json["data"]?.items.first { $0["name"] == "partnerStopped" }, "\(alerts.text)")
      #expect(try await house.get("alerts/\(alert["id"]?.words ?? "")").json == alert)
      let resumed = try await house.post("partners/debit/resume", #"{"reason": "they are back"}"#)
      #expect(resumed.json["stopped"] == false && resumed.json["ramp"] == 1, "\(resumed.text)")
      try await house.renew()
      #expect(try await house.get("alerts?state=cleared").json["data"]?.items.isEmpty == false)
      #expect(try await house.get("partners").json["data"]?.items.map { $0["name"] } == ["debit"])
      #expect(try await house.get("partners/nobody").code == "noLane")

      let facts = try await house.sealed("journal/facts?subject=lane:debit&limit=1")
      let number = try #require(facts.json["data"]?.items.first?["number"]?.words)
      #expect(facts.json["data"]?.items.first?["sealed"] == true && facts.json["next"] != nil, "\(facts.text)")
      #expect(try await house.get("journal/facts/\(number)").json == facts.json["data"]?.items.first)
      let receipt = try Receipt(json: try await house.get("journal/facts/\(number)/receipt").bytes)
      try receipt.verify(trusting: nil)
      let checkpoint = try await house.get("journal/checkpoint")
      #expect(checkpoint.json["publicKey"] == .text(receipt.publicKey), "\(checkpoint.text)")
      #expect(try await house.get("journal/facts/7.7").code == "noFact")
      #expect(try await house.get("queue").json["data"] == [])
    }
  }
}
