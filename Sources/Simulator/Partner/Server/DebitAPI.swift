import Foundation
import HTTPTypes
import Hummingbird
import Kernel

/// The partner that takes orders and says nothing but what stands in its daily statement (docs/partner-statement.md).
///
/// - `POST /debits` `{"reference", "amount", "currency", "mandate", "description"}`: 202 without a body. There is no key: the same
///   request again is a second charge. Declined means: no line in any statement.
/// - `POST /refunds` `{"reference", "transaction", "amount", "currency"}`: the same, for a capture read from a statement.
/// - `GET /statements/{yyyy-mm-dd}.csv`: the statement of a day that is over.
///
/// Amounts are whole minor units.
struct DebitAPI {
  let wire: Wire

  private struct Debit: Decodable {
    var reference: String
    var amount: Int64
    var currency: String
    /// `method` is taken as another name of it.
    var mandate: String?
    var method: String?
    var description: String?
  }

  private struct DebitRefund: Decodable {
    var reference: String
    var transaction: String
    var amount: Int64
    var currency: String
  }

  func add(to routes: RouterGroup<PartnerContext>) {
    routes.post("debits", use: debit)
    routes.post("refunds", use: refund)
    routes.get("statements/:file", use: statement)
  }

  @Sendable func debit(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let body = try await wire.read(Debit.self, from: request)
    guard let mandate = body.mandate ?? body.method else {
      throw APIError.invalid("Expected property is missing: mandate.")
    }
    let charge = ChargeRequest(
      reference: try RequestChecks.text(body.reference, "reference"),
      amount: try Self.check(body.amount, body.currency),
      currency: body.currency, method: try RequestChecks.text(mandate, "mandate"), keyed: false, notifies: false,
      answersDeclines: false,
      details: BookingDetails(description: try RequestChecks.text(body.description ?? "", "description", empty: true)))
    let answer = try await wire.desk.act { book, now in book.charge(charge, now: now) }
    return try await accepted(answer, context)
  }

  @Sendable func refund(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let body = try await wire.read(DebitRefund.self, from: request)
    let refund = RefundRequest(
      reference: try RequestChecks.text(body.reference, "reference"), transaction: body.transaction,
      amount: try Self.check(body.amount, body.currency), currency: body.currency, keyed: false, notifies: false)
    let answer = try await wire.desk.act { book, now in book.refund(refund, now: now) }
    return try await accepted(answer, context)
  }

  @Sendable func statement(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let name = context.parameters.get("file") ?? ""
    guard name.hasSuffix(".csv"), let day = Timestamp.parseDay(String(name.dropLast(4))) else {
      throw APIError.invalid("The path must end in yyyy-mm-dd.csv.")
    }
    let (away, statement) = try await wire.desk.act { book, now in
      let away = book.door("statement", now: now)
      return (away, away == nil ? book.statement(forDay: day, now: now) : nil)
    }
    return try await wire.deliver(away ?? Answer(.cancelled, .prompt), context) { _ in
      guard let statement else {
        throw APIError(.notFound, "NOT_FOUND", "There is no statement of this day, or not yet.")
      }
      return Wire.bytes(.ok, "text/csv; charset=utf-8", statement.csv())
    }
  }

  private func accepted(_ answer: Answer, _ context: PartnerContext) async throws -> Response {
    try await wire.deliver(answer, context) { outcome in
      _ = try outcome.bookingOrThrow
      return Response(status: .accepted)
    }
  }

  private static func check(_ amount: Int64, _ currency: String) throws(APIError) -> Int64 {
    guard Amounts.isCurrency(currency) else { throw APIError.invalid("Currency is unknown or not authorized.") }
    guard (1...1_000_000_000_000_000).contains(amount) else { throw APIError.invalid("amount is out of range.") }
    return amount
  }
}
