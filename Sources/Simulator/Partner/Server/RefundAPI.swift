import Foundation
import Hummingbird
import Kernel

/// CAMARA Carrier Billing Refund v0.1 (release r1.3): create, read, list, remaining amount.
///
/// `GET …/refunds?clientCorrelator=` is the same extension as that of `CarrierAPI`.
struct RefundAPI {
  let wire: Wire

  func add(to routes: RouterGroup<PartnerContext>) {
    routes.post("payments/:payment/refunds", use: create)
    routes.get("payments/:payment/refunds", use: list)
    routes.get("payments/:payment/refunds/remaining-amount", use: remaining)
    routes.get("payments/:payment/refunds/:refund", use: read)
  }

  @Sendable func create(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let body = try await wire.read(CarrierBodies.CreateRefund.self, from: request)
    let payment = context.parameters.get("payment") ?? ""
    let refund = try RequestChecks.refund(body, payment: payment, defaultSink: wire.sink)
    let (answer, shown) = try await wire.desk.act { book, now in
      let answer = book.refund(refund, now: now)
      return (answer, answer.booking.map { Shown($0, in: book) })
    }
    return try await wire.deliver(answer, context) { outcome in
      guard let refund = try outcome.shown(shown)?.refund else { return Response(status: .noContent) }
      return Wire.json(.created, refund)
    }
  }

  @Sendable func read(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let payment = context.parameters.get("payment") ?? ""
    let id = context.parameters.get("refund") ?? ""
    let (finding, shown) = try await wire.desk.act { book, now in
      let finding = book.query(transaction: id, now: now)
      return (finding, finding.bookings.first.map { Shown($0, in: book) })
    }
    return try await wire.deliver(Answer(.cancelled, finding.delivery, latency: finding.latency), context) { _ in
      guard let shown, shown.booking.kind == .refund, shown.booking.original == payment else { throw Outcome.notFound }
      return Wire.json(.ok, shown.refund)
    }
  }

  @Sendable func list(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let payment = context.parameters.get("payment") ?? ""
    let query = try ListQuery(request, date: "refundCreationDate", status: "refundStatus", original: payment)
    let (finding, shown, total) = try await wire.desk.act { book, now in
      let (finding, total) = query.find(.refund, in: &book, now: now)
      let own = finding.bookings.filter { $0.original == payment }
      return (finding, own.map { Shown($0, in: book) }, total)
    }
    return try await wire.deliver(Answer(.cancelled, finding.delivery, latency: finding.latency), context) { _ in
      query.response(Wire.json(.ok, shown.map(\.refund)), count: shown.count, total: total)
    }
  }

  @Sendable func remaining(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let id = context.parameters.get("payment") ?? ""
    let finding = try await wire.desk.act { book, now in book.query(transaction: id, now: now) }
    return try await wire.deliver(Answer(.cancelled, finding.delivery, latency: finding.latency), context) { _ in
      guard let payment = finding.bookings.first, payment.kind == .capture else { throw Outcome.notFound }
      let left = payment.status == .succeeded ? payment.amount - payment.refunded : 0
      let body = CarrierBodies.RemainingAmount(
        amount: Amounts.major(left, payment.currency), currency: payment.currency)
      return Wire.json(.ok, body)
    }
  }
}
