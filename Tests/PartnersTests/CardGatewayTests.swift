import Kernel
import Testing

@testable import Partners

/// JSON of Stripe's objects, only what is read.
enum StripeJSON {
  static func intent(
    _ id: String = "pi_1", status: String = "succeeded", amount: Int64 = 999, currency: String = "eur",
    reference: String? = "att-1", error: String = "null", created: Int64 = 1_700_000_000, extra: String = ""
  ) -> String {
    let metadata = reference.map { #"{"reference":"\#($0)","plan":"atlas"}"# } ?? "{}"
    return #"{"id":"\#(id)","object":"payment_intent","amount":\#(amount),"currency":"\#(currency)","#
      + #""status":"\#(status)","metadata":\#(metadata),"last_payment_error":\#(error),"created":\#(created)\#(extra)}"#
  }

  static func refund(
    _ id: String = "re_1", status: String = "succeeded", amount: Int64 = 999, reference: String? = "ref-1"
  ) -> String {
    let metadata = reference.map { #"{"reference":"\#($0)"}"# } ?? "{}"
    return #"{"id":"\#(id)","object":"refund","amount":\#(amount),"currency":"eur","status":"\#(status)","#
      + #""metadata":\#(metadata),"created":1700000000}"#
  }

  static func list(_ objects: [String], more: Bool = false) -> String {
    #"{"object":"list","data":[\#(objects.joined(separator: ","))],"has_more":\#(more)}"#
  }

  static func error(_ fields: String) -> String { #"{"error":{\#(fields)}}"# }
}

@Suite("The card gateway over the Stripe API", .timeLimit(.minutes(10)))
struct CardGatewayTests {
  private func perform(
    _ status: Int, _ body: String, _ order: Order? = nil
  ) async throws -> (Reply, [WireServer.Request]) {
    try await WireServer.with({ _ in .answer(status, body) }) { server in
      let reply = try await Fixture.adapter(Fixture.stripe(server.base)) {
        await $0.perform(try order ?? Fixture.order())
      }
      return (reply, server.requests)
    }
  }

  // MARK: - what is sent

  @Test("A charge is one off-session, confirmed payment with our reference as key and in its metadata")
  func charge() async throws {
    let (_, requests) = try await perform(200, StripeJSON.intent())
    let request = try #require(requests.first)
    #expect(request.method == "POST")
    #expect(request.target == "/v1/payment_intents")
    #expect(request.headers["idempotency-key"] == "att-1")
    #expect(request.headers["stripe-version"] == CardGateway.version)
    #expect(request.headers["authorization"] == "Bearer sk_test_12345")
    #expect(request.headers["content-type"] == "application/x-www-form-urlencoded")
    #expect(
      request.body == "amount=999&currency=eur&customer=cus_1&payment_method=pm_1&confirm=true&off_session=true"
        + "&description=Atlas%20Monthly%202026-03&error_on_requires_action=true"
        + "&automatic_payment_methods%5Benabled%5D=true&automatic_payment_methods%5Ballow_redirects%5D=never"
        + "&metadata%5Breference%5D=att-1")
  }

  @Test("The same order is the same bytes, however often it is sent")
  func sameBytes() async throws {
    try await WireServer.with({ _ in .answer(200, StripeJSON.intent()) }) { server in
      try await Fixture.adapter(Fixture.stripe(server.base)) { adapter in
        for _ in 0..<3 { _ = await adapter.perform(try Fixture.order()) }
      }
      #expect(server.requests.count == 3)
      #expect(Set(server.requests.map(\.body)).count == 1)
      #expect(Set(server.requests.map(\.headers)).count == 1)
    }
  }

  @Test("A refund names the payment it gives back, its own reference and key")
  func refund() async throws {
    let order = try Fixture.order("ref-1", kind: "refund", original: "pi_7")
    let (reply, requests) = try await perform(200, StripeJSON.refund(), order)
    #expect(requests.first?.target == "/v1/refunds")
    #expect(requests.first?.headers["idempotency-key"] == "ref-1")
    #expect(requests.first?.body == "payment_intent=pi_7&amount=999&metadata%5Breference%5D=ref-1")
    #expect(reply == Reply(.done, transaction: "re_1", amount: 999, currency: "EUR", raw: reply.raw))
  }

  // MARK: - what an answer says

  static let answers: [(String, Int, String, String)] = [
    ("paid", 200, StripeJSON.intent(), "done"),
    ("being worked on", 200, StripeJSON.intent(status: "processing"), "pending"),
    (
      "the payer would have to do something", 200, StripeJSON.intent(status: "requires_action"),
      "refused requires_action"
    ),
    ("cancelled", 200, StripeJSON.intent(status: "canceled"), "cancelled"),
    ("authorised only", 200, StripeJSON.intent(status: "requires_capture"), "unknown"),
    ("never confirmed", 200, StripeJSON.intent(status: "requires_confirmation"), "unknown"),
    ("a state of tomorrow", 200, StripeJSON.intent(status: "levitating"), "unknown"),
    ("paid in part", 200, StripeJSON.intent(extra: #","amount_received":500"#), "unknown"),
    ("another amount", 200, StripeJSON.intent(amount: 99_900), "unknown"),
    ("another currency", 200, StripeJSON.intent(currency: "usd"), "unknown"),
    ("another reference", 200, StripeJSON.intent(reference: "att-2"), "unknown"),
    ("no reference", 200, StripeJSON.intent(reference: nil), "unknown"),
    ("not a payment", 200, #"{"id":"cus_1","object":"customer"}"#, "unknown"),
    (
      "declined", 402,
      StripeJSON.error(
        #""type":"card_error","code":"card_declined","decline_code":"insufficient_funds","payment_intent":"#
          + StripeJSON.intent(status: "requires_payment_method", error: #"{"code":"card_declined"}"#)),
      "refused insufficient_funds"
    ),
    (
      "declined with a new word for it", 402,
      StripeJSON.error(#""type":"card_error","code":"card_declined","decline_code":"cosmic_rays""#),
      "refused card_declined"
    ),
    ("declined in words nobody lists", 402, StripeJSON.error(#""code":"new","decline_code":"new_too""#), "unknown"),
    (
      "declined as localstripe says it", 402,
      StripeJSON.error(#""type":"invalid_request_error","code":"card_declined""#), "refused card_declined"
    ),
    (
      "needs authentication", 402, StripeJSON.error(#""type":"card_error","code":"authentication_required""#),
      "refused authentication_required"
    ),
    (
      "declined, but the payment in it is paid", 402,
      StripeJSON.error(#""code":"card_declined","payment_intent":"# + StripeJSON.intent()), "unknown"
    ),
    (
      "somebody else's decline", 402,
      StripeJSON.error(
        #""code":"card_declined","payment_intent":"#
          + StripeJSON.intent(
            status: "requires_payment_method", reference: "att-9", error: #"{"code":"card_declined"}"#)),
      "unknown"
    ),
    (
      "the payment method is gone", 404, StripeJSON.error(#""type":"invalid_request_error","code":"resource_missing""#),
      "refused resource_missing"
    ),
    ("a bad request without a code", 400, StripeJSON.error(#""type":"invalid_request_error""#), "unknown"),
    ("the key was used for something else", 400, StripeJSON.error(#""type":"idempotency_error""#), "unknown"),
    (
      "the key is being worked on", 409,
      StripeJSON.error(#""type":"idempotency_error","code":"idempotency_key_in_use""#), "unknown"
    ),
    ("our key is not accepted", 401, StripeJSON.error(#""type":"invalid_request_error""#), "not sent"),
    ("too fast", 429, StripeJSON.error(#""type":"invalid_request_error","code":"rate_limit""#), "not sent"),
    ("locked", 429, StripeJSON.error(#""type":"invalid_request_error","code":"lock_timeout""#), "not sent"),
    ("429 without a word", 429, StripeJSON.error(#""type":"invalid_request_error""#), "unknown"),
    ("a decline under 500", 500, StripeJSON.error(#""type":"card_error","code":"card_declined""#), "unknown"),
  ]

  @Test("Each answer means exactly one thing", arguments: answers.indices)
  func answer(_ index: Int) async throws {
    let (name, status, body, expected) = Self.answers[index]
    let (reply, _) = try await perform(status, body)
    #expect(reply.verdict.short == expected, "\(name): \(reply.verdict)")
    #expect(reply.raw == Array(body.utf8))
  }

  @Test("A paid answer carries Stripe's id, our amount and currency")
  func transaction() async throws {
    let (reply, _) = try await perform(200, StripeJSON.intent("pi_42"))
    #expect((reply.transaction, reply.amount, reply.currency) == ("pi_42", 999, "EUR"))
  }

  @Test(
    "Three currencies are counted otherwise at Stripe than in ISO 4217",
    arguments: [("EUR", 999, 999), ("JPY", 1_500, 1_500), ("ISK", 1_500, 150_000), ("UGX", 7, 700), ("MGA", 1_500, 15)])
  func units(_ currency: String, _ ours: Int64, _ theirs: Int64) async throws {
    let order = try Fixture.order(amount: ours, currency: currency)
    let (reply, requests) = try await perform(
      200, StripeJSON.intent(amount: theirs, currency: currency.lowercased()), order)
    #expect(requests.first?.body.hasPrefix("amount=\(theirs)&currency=\(currency.lowercased())&") == true)
    #expect((reply.verdict, reply.amount) == (.done, ours))
  }

  @Test("An amount that Stripe does not have is not sent")
  func noSuchAmount() async throws {
    let (reply, requests) = try await perform(200, "", try Fixture.order(amount: 1_550, currency: "MGA"))
    #expect(reply.verdict.short == "not sent")
    #expect(requests.isEmpty)
  }
}
