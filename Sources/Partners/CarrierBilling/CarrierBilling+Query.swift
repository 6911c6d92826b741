import Billing
import Foundation
import Kernel

extension CarrierBilling {
  /// Pages looked through at most. Reached, the outcome stays UNKNOWN; it is not "not found".
  static let pages = 100
  private static let perPage = 50
  private static let pageBytes = 1 << 20
  /// How far the operator's clock may be behind ours.
  private static let clockSlack = Span.minutes(10)

  public func findAll(_ order: Order) async -> Findings {
    let request: PaymentRequest
    do { request = try PaymentRequest(order) } catch { return Findings(Reply(.unknown(reason: error.reason))) }
    switch (request.kind, paymentQuery) {
    case (.charge, .byCorrelator):
      return await byCorrelator(request)
    case (.charge, .byDate):
      let since = RFC3339.text(request.preparedAt - Self.clockSlack)
      return await list(payments, [("paymentCreationDate.gte", since), ("order", "asc")], request)
    case (.charge, .none):
      return Findings(Reply(.unknown(reason: "this operator cannot be asked about our reference")))
    case (.refund, _):
      guard let original = request.payment.original else {
        return Findings(Reply(.unknown(reason: "a refund of no transaction")))
      }
      return await list(refundsURL(original), [("order", "asc")], request)
    }
  }

  public func retrieve(_ order: Order, transaction: String) async -> Reply {
    let request: PaymentRequest
    do { request = try PaymentRequest(order) } catch { return Reply(.unknown(reason: error.reason)) }
    let id = Form.encode(transaction)
    let url: String
    switch (request.kind, request.payment.original) {
    case (.charge, _): url = "\(payments)/\(id)"
    case (.refund, let original?): url = "\(refundsURL(original))/\(id)"
    case (.refund, nil): return Reply(.unknown(reason: "a refund of no transaction"))
    }
    let exchange = await http.send(
      WireRequest(method: "GET", url: url, headers: headers(request)), lane: lane, timeout: capabilities.timeout)
    if let failure = exchange.queryFailure("the query failed") { return failure }
    guard case .answer(let answer) = exchange, let resource = PartnerJSON.answer(CamaraResource.self, answer.body)
    else {
      return Reply(.unknown(reason: "the answer cannot be read"))
    }
    return reply(resource, request, raw: answer.body)
  }

  // MARK: - lists

  /// An operator that ignores the parameter would list everybody's payments and make "not found" of the first page.
  private func byCorrelator(_ request: PaymentRequest) async -> Findings {
    var query = Form()
    query.add("clientCorrelator", request.reference)
    switch await page(payments + "?" + query.text, request) {
    case .failure(let reply): return Findings(reply.reply)
    case .success(let page):
      guard page.items.allSatisfy({ $0.reference == request.reference }) else {
        return Findings(Reply(.unknown(reason: "the operator does not filter by clientCorrelator"), raw: page.raw))
      }
      return summary(page.items, request, raw: page.raw) ?? Findings(Reply(.absent, raw: page.raw))
    }
  }

  private func list(_ url: String, _ filters: [(String, String)], _ request: PaymentRequest) async -> Findings {
    var found: [CamaraResource] = []
    var raw: [UInt8] = []
    var seen = 0
    for number in 1...Self.pages {
      var query = Form()
      for (name, value) in filters { query.add(name, value) }
      query.add("page", String(number))
      query.add("perPage", String(Self.perPage))
      switch await page(url + "?" + query.text, request) {
      case .failure(let failure): return summary(found, request, raw: raw) ?? Findings(failure.reply)
      case .success(let page):
        let mine = page.items.filter { $0.reference == request.reference }
        if !mine.isEmpty {
          found += mine
          raw = page.raw
        }
        seen += page.items.count
        // The operator may give fewer a page than it was asked for: only an empty page or the total ends a list.
        if page.items.isEmpty || page.total.map({ seen >= $0 }) == true {
          return summary(found, request, raw: raw) ?? Findings(Reply(.absent))
        }
      }
    }
    return summary(found, request, raw: raw)
      ?? Findings(Reply(.unknown(reason: "the list is longer than \(Self.pages) pages")))
  }

  private struct Page {
    var items: [CamaraResource]
    var total: Int?
    var raw: [UInt8]
  }

  private struct PageFailure: Error { var reply: Reply }

  private func page(_ url: String, _ request: PaymentRequest) async -> Result<Page, PageFailure> {
    let exchange = await http.send(
      WireRequest(method: "GET", url: url, headers: headers(request), answerLimit: Self.pageBytes), lane: lane,
      timeout: capabilities.timeout)
    if let reply = exchange.queryFailure("the query failed") { return .failure(PageFailure(reply: reply)) }
    guard case .answer(let answer) = exchange, let items = PartnerJSON.answer([CamaraResource].self, answer.body) else {
      return .failure(PageFailure(reply: Reply(.unknown(reason: "the list cannot be read"))))
    }
    return .success(Page(items: items, total: answer.headers["x-total-count"].flatMap { Int($0) }, raw: answer.body))
  }

  /// `nil`: nothing was found.
  func summary(_ found: [CamaraResource], _ request: PaymentRequest, raw: [UInt8]) -> Findings? {
    Findings.of(
      found.map { resource in
        let reply = reply(resource, request, raw: raw)
        let status = (request.kind == .charge ? resource.paymentStatus : resource.refundStatus) ?? ""
        let said = verdict(status)
        let created = resource.paymentCreationDate ?? resource.refundCreationDate
        let testimony = Testimony(
          eventID: "query:\(reply.transaction ?? ""):\(status)", reference: request.reference,
          transaction: reply.transaction, kind: request.kind.rawValue,
          verdict: said == .done && reply.amount == nil ? Limits.noAmount : said, amount: reply.amount,
          currency: reply.currency, occurredAt: created.flatMap(RFC3339.parse))
        return (reply, testimony)
      })
  }
}
