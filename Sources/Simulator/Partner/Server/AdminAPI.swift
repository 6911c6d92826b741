import Foundation
import HTTPTypes
import Hummingbird
import Kernel

/// What nobody outside may see or turn: the dials and the truth. For callers on the same machine only.
///
/// - `GET /_dials`: the dials of now. `PUT /_dials`: dials, or `{"schedule": […]}`, from now on; what is not named is well behaved.
/// - `GET /_truth`: totals. `GET /_truth/payers/{payer}`, `GET /_truth/references/{reference}`: one of them, with its bookings.
///
/// A payer is a made-up phone number here: an address with a real person's number in it would not do.
struct AdminAPI {
  let desk: Desk

  func add(to routes: RouterGroup<PartnerContext>) {
    let admin = routes.add(middleware: LocalOnly())
    admin.get("_dials", use: dials)
    admin.put("_dials", use: turn)
    admin.get("_truth", use: truth)
    admin.get("_truth/payers/:payer", use: payer)
    admin.get("_truth/references/:reference", use: reference)
  }

  @Sendable func dials(_ request: Request, _ context: PartnerContext) async throws -> Response {
    Wire.bytes(.ok, "application/json", Array(desk.change { book, now in book.dials(at: now) }.json()))
  }

  @Sendable func turn(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let body = try await request.body.collect(upTo: 1 << 20)
    let schedule: DialSchedule
    do {
      schedule = try DialSchedule(json: Data(body.readableBytesView))
    } catch {
      throw APIError.invalid(error.description)
    }
    desk.change { book, now in book.turn(schedule, now: now) }
    return try await dials(request, context)
  }

  private struct Truth: Encodable {
    var totals: [Totals.Sums]
    /// How many references were charged once, twice, …: anything but "1" is a double charge.
    var capturesPerReference: [String: Int]
    var payers: Int
    var counters: Counters
    var waitingNotifications: Int
  }

  @Sendable func truth(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let truth = desk.change { book, now in
      book.advance(to: now)
      return Truth(
        totals: book.truth.sums, capturesPerReference: book.capturesPerReference, payers: book.payerCount,
        counters: book.counters, waitingNotifications: book.waiting)
    }
    return Wire.json(.ok, truth)
  }

  private struct One: Encodable {
    struct Entry: Encodable {
      var kind: String
      var transaction: String
      var reference: String
      var payer: String
      var amount: Int64
      var currency: String
      var at: String
    }

    var totals: [Totals.Sums]
    var entries: [Entry]

    init(_ totals: Totals, _ bookings: [Booking]) {
      self.totals = totals.sums
      entries = bookings.map {
        Entry(
          kind: $0.kind.rawValue, transaction: $0.transaction, reference: $0.reference, payer: $0.payer,
          amount: $0.amount, currency: $0.currency, at: Timestamp.text($0.bookedAt ?? $0.createdAt))
      }
    }
  }

  @Sendable func payer(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let payer = Self.parameter("payer", context)
    return Wire.json(
      .ok,
      desk.change { book, now in
        book.advance(to: now)
        return One(book.truth(payer: payer), book.entries(payer: payer))
      })
  }

  @Sendable func reference(_ request: Request, _ context: PartnerContext) async throws -> Response {
    let reference = Self.parameter("reference", context)
    return Wire.json(
      .ok,
      desk.change { book, now in
        book.advance(to: now)
        return One(book.truth(reference: reference), book.entries(reference: reference))
      })
  }

  private static func parameter(_ name: String, _ context: PartnerContext) -> String {
    let raw = context.parameters.get(name) ?? ""
    return raw.removingPercentEncoding ?? raw
  }
}

/// Refuses whoever is not on this machine.
private struct LocalOnly: MiddlewareProtocol {
  func handle(
    _ request: Request, context: PartnerContext, next: (Request, PartnerContext) async throws -> Response
  ) async throws -> Response {
    let address = context.channel.remoteAddress?.ipAddress ?? ""
    guard address.hasPrefix("127.") || address == "::1" || address.hasPrefix("::ffff:127.") else {
      throw APIError(.forbidden, "PERMISSION_DENIED", "Only for callers on the same machine.")
    }
    return try await next(request, context)
  }
}
