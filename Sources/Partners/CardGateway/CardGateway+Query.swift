import Billing
import Foundation
import Kernel

/// Asking again. Only lists and single objects: they are consistent at once. Stripe's search is not (up to an hour
/// late, docs.stripe.com/search) and is never used: an empty search says nothing.
extension CardGateway {
  /// Pages of 100 looked through at most. Reached, the outcome stays UNKNOWN; it is not "not found".
  static let pages = 50
  private static let pageBytes = 4 << 20
  /// How far Stripe's clock may be behind ours.
  private static let clockSlack = Span.minutes(10)

  public func findAll(_ order: Order) async -> Findings {
    let request: PaymentRequest
    do { request = try PaymentRequest(order) } catch { return Findings(Reply(.unknown(reason: error.reason))) }
    var found: [Found] = []
    var after: String?
    for _ in 0..<Self.pages {
      guard let url = listURL(request, after: after) else {
        return Findings(Reply(.unknown(reason: "a refund of no transaction")))
      }
      let exchange = await http.send(
        WireRequest(method: "GET", url: url, headers: headers, answerLimit: Self.pageBytes), lane: lane,
        timeout: capabilities.timeout)
      if let failure = exchange.queryFailure("the query failed") { return summary(found) ?? Findings(failure) }
      guard case .answer(let answer) = exchange, let page = StripePage(answer.body) else {
        return summary(found) ?? Findings(Reply(.unknown(reason: "the list cannot be read")))
      }
      for object in page.objects where object.reference == request.reference {
        guard let one = read(object.bytes, request) else {
          return summary(found) ?? Findings(Reply(.unknown(reason: "an object in the list cannot be read")))
        }
        found.append(one)
      }
      guard page.hasMore, let last = page.objects.last?.id else {
        return summary(found) ?? Findings(Reply(.absent))
      }
      after = last
    }
    return summary(found) ?? Findings(Reply(.unknown(reason: "the list is longer than \(Self.pages) pages")))
  }

  public func retrieve(_ order: Order, transaction: String) async -> Reply {
    let request: PaymentRequest
    do { request = try PaymentRequest(order) } catch { return Reply(.unknown(reason: error.reason)) }
    let path = request.kind == .charge ? "/v1/payment_intents/" : "/v1/refunds/"
    let exchange = await http.send(
      WireRequest(method: "GET", url: base + path + Form.encode(transaction), headers: headers), lane: lane,
      timeout: capabilities.timeout)
    if let failure = exchange.queryFailure("the query failed") { return failure }
    guard case .answer(let answer) = exchange, let one = read(answer.body, request) else {
      return Reply(.unknown(reason: "the answer cannot be read"))
    }
    return one.reply
  }

  // MARK: - reading a list

  struct Found {
    var created: Int64
    var reply: Reply
    var testimony: Testimony
  }

  /// `nil`: nothing was found.
  private func summary(_ found: [Found]) -> Findings? {
    // Stripe lists the newest first, imitations the oldest.
    let inOrder = found.sorted { $0.created < $1.created }
    return Findings.of(inOrder.map { ($0.reply, $0.testimony) })
  }

  private func listURL(_ request: PaymentRequest, after: String?) -> String? {
    var query = Form()
    query.add("limit", "100")
    let path: String
    switch request.kind {
    case .charge:
      path = "/v1/payment_intents"
      if !plain {
        query.add("customer", request.payment.customer)
        query.add("created[gte]", String((request.preparedAt - Self.clockSlack).seconds))
      }
    case .refund:
      path = "/v1/refunds"
      guard let original = request.payment.original else { return nil }
      query.add(original.hasPrefix("ch_") ? "charge" : "payment_intent", original)
    }
    query.add("starting_after", after)
    return base + path + "?" + query.text
  }

  func read(_ bytes: [UInt8], _ request: PaymentRequest) -> Found? {
    switch request.kind {
    case .charge:
      guard let intent = PartnerJSON.answer(StripeIntent.self, bytes), intent.object == "payment_intent" else {
        return nil
      }
      let reply = reply(intent, request, raw: bytes)
      return Found(
        created: intent.created ?? 0, reply: reply,
        testimony: testimony(reply, request, verdict(of: intent), status: intent.status, created: intent.created))
    case .refund:
      guard let refund = PartnerJSON.answer(StripeRefund.self, bytes), refund.object == "refund" else { return nil }
      let reply = reply(refund, request, raw: bytes)
      return Found(
        created: refund.created ?? 0, reply: reply,
        testimony: testimony(reply, request, verdict(of: refund), status: refund.status, created: refund.created))
    }
  }

  private func testimony(
    _ reply: Reply, _ request: PaymentRequest, _ verdict: Verdict, status: String?, created: Int64?
  ) -> Testimony {
    Testimony(
      eventID: "query:\(reply.transaction ?? ""):\(status ?? "")", reference: request.reference,
      transaction: reply.transaction, kind: request.kind.rawValue,
      verdict: verdict == .done && reply.amount == nil ? Limits.noAmount : verdict, amount: reply.amount,
      currency: reply.currency, occurredAt: created.flatMap(Limits.time))
  }
}

/// One page of a list, taken apart without knowing what is in it: each object as its own bytes.
private struct StripePage {
  struct Object {
    var id: String
    var reference: String?
    var bytes: [UInt8]
  }

  var objects: [Object] = []
  var hasMore: Bool

  init?(_ body: [UInt8]) {
    guard let page = (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any],
      let list = page["data"] as? [[String: Any]], let hasMore = page["has_more"] as? Bool
    else { return nil }
    self.hasMore = hasMore
    for entry in list {
      guard let id = entry["id"] as? String,
        let bytes = try? JSONSerialization.data(withJSONObject: entry, options: [.sortedKeys, .withoutEscapingSlashes])
      else { return nil }
      let reference = (entry["metadata"] as? [String: Any])?[CardGateway.referenceKey] as? String
      objects.append(Object(id: id, reference: reference, bytes: Array(bytes)))
    }
  }
}
