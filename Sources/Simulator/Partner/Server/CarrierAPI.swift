import Foundation
import HTTPTypes
import Hummingbird
import Kernel

/// CAMARA Carrier Billing CheckOut v0.3 (release r1.3), one-step payments: create, read, list, cancel while processing.
///
/// Where it goes beyond the standard:
/// - `GET /payments?clientCorrelator=` lists the payments of one of our references. The standard's list filters by date, state and
///   merchant only; a partner can declare this extension, and without it an UNKNOWN can be resolved by statement alone.
/// - Events carry `clientcorrelator` as a CloudEvents extension attribute, unless the dial `bare` says otherwise; the
///   standard's own event names the `paymentId` and nothing else.
/// - `cancel` also stops a one-step payment that is still `processing`; the standard has it for reservations.
/// - `sink` may be `http://` on the same machine; the standard asks for https.
///
/// There is no two-step payment: `reserved` is a state that a list may filter by and never finds.
struct CarrierAPI {
  let wire: Wire

  func add(to routes: RouterGroup<PartnerContext>) {
    routes.post("payments", use: create)
    routes.get("payments", use: list)
    routes.get("payments/:payment", use: read)
    routes.post("payments/:payment/cancel", use: cancel)
  }

  @Sendable func create(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let body = try await wire.read(CarrierBodies.CreatePayment.self, from: request)
    let charge = try RequestChecks.charge(body, defaultSink: wire.sink)
    let (answer, shown) = try await wire.desk.act { book, now in
      let answer = book.charge(charge, now: now)
      return (answer, answer.booking.map { Shown($0, in: book) })
    }
    return try await wire.deliver(answer, context) { outcome in
      guard let payment = try outcome.shown(shown)?.payment else { return Response(status: .noContent) }
      var response = Wire.json(.created, payment)
      response.headers[.location] = "/payments/\(payment.paymentId)"
      return response
    }
  }

  @Sendable func read(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let id = context.parameters.get("payment") ?? ""
    let (finding, shown) = try await wire.desk.act { book, now in
      let finding = book.query(transaction: id, now: now)
      return (finding, finding.bookings.first.map { Shown($0, in: book) })
    }
    return try await wire.deliver(Answer(.cancelled, finding.delivery, latency: finding.latency), context) { _ in
      guard let shown, shown.booking.kind == .capture else { throw Outcome.notFound }
      return Wire.json(.ok, shown.payment)
    }
  }

  @Sendable func list(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let query = try ListQuery(request, date: "paymentCreationDate", status: "paymentStatus")
    let (finding, shown, total) = try await wire.desk.act { book, now in
      let (finding, total) = query.find(.capture, in: &book, now: now)
      return (finding, finding.bookings.map { Shown($0, in: book) }, total)
    }
    return try await wire.deliver(Answer(.cancelled, finding.delivery, latency: finding.latency), context) { _ in
      query.response(Wire.json(.ok, shown.map(\.payment)), count: shown.count, total: total)
    }
  }

  @Sendable func cancel(_ request: Request, _ context: PartnerContext) async throws -> Response {
    try wire.authorize(request)
    let id = context.parameters.get("payment") ?? ""
    let answer = try await wire.desk.act { book, now in book.cancel(transaction: id, now: now) }
    return try await wire.deliver(answer, context) { outcome in
      switch try outcome.bookingOrThrow?.status {
      case .cancelled: return Response(status: .accepted)
      case .denied:
        throw APIError(.conflict, "CARRIER_BILLING.PAYMENT_CANCELLED", "Payment has been denied.")
      default: throw APIError(.conflict, "CARRIER_BILLING.PAYMENT_CONFIRMED", "Payment has been confirmed.")
      }
    }
  }
}

extension Answer {
  var booking: Booking? { if case .booking(let booking)? = outcome { booking } else { nil } }
}

extension Outcome {
  static let notFound = APIError(.notFound, "NOT_FOUND", "The specified resource is not found.")

  /// The booking, or the error body that CAMARA has for why there is none.
  var bookingOrThrow: Booking? {
    get throws(APIError) {
      switch self {
      case .booking(let booking): return booking
      case .cancelled: return nil
      case .declined(let code):
        // 403 for a denial "by business", 422 for a limit of the account (CAMARA, PaymentPermissionDenied403, …422).
        let isDenial = code.hasSuffix("DENIED")
        throw APIError(isDenial ? .forbidden : .unprocessableContent, code, "Denied by business.")
      case .rejected(let rejection): throw Self.error(rejection)
      }
    }
  }

  func shown(_ shown: Shown?) throws(APIError) -> Shown? { try bookingOrThrow == nil ? nil : shown }

  private static func error(_ rejection: Rejection) -> APIError {
    let code = BookCounterpart.code(rejection)
    return switch rejection {
    case .conflict: APIError(.conflict, code, "The clientCorrelator was used for another payment.")
    case .cancelled, .alreadyFinal: APIError(.conflict, code, "Too late: cancelled or confirmed.")
    case .unknownTransaction: notFound
    case .notCaptured: APIError(.unprocessableContent, code, "Payment is not yet completed.")
    case .notRefundable: APIError(.unprocessableContent, code, "Unauthorized amount requested.")
    }
  }
}
