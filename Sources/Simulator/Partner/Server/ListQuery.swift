import Foundation
import HTTPTypes
import Hummingbird
import Kernel

/// The query of CAMARA's lists: `page` (from 1), `perPage`, `….gte`, `….lte`, `order`, status, `merchantIdentifier`; and our
/// extension `clientCorrelator`.
struct ListQuery: Sendable {
  /// The most a page holds.
  static let largestPage = 500

  private var filter = PartnerBook.Filter()
  private var correlator: String?
  private var ascending = false
  private var page = 1
  private var perPage = 10

  init(_ request: Request, date: String, status: String, original: String? = nil) throws(APIError) {
    filter.original = original
    for (key, value) in request.uri.queryParameters {
      let value = String(value)
      switch String(key) {
      case "clientCorrelator": correlator = value
      case "merchantIdentifier": filter.merchant = value
      case "\(date).gte": filter.createdFrom = try Self.date(value, key)
      case "\(date).lte": filter.createdUntil = try Self.date(value, key)
      case "page": page = try Self.number(value, key, 1...1_000_000_000)
      case "perPage": perPage = try Self.number(value, key, 1...Self.largestPage)
      case "order":
        guard value == "asc" || value == "desc" else { throw APIError.invalid("order must be asc or desc.") }
        ascending = value == "asc"
      case status:
        for name in value.split(separator: ",") {
          guard let status = BookingStatus(rawValue: String(name)), status != .refused else {
            throw APIError.invalid("\(key) has an unknown value.")
          }
          filter.statuses.insert(status)
        }
      default: throw APIError.invalid("There is no parameter of this name.")
      }
    }
    if let from = filter.createdFrom, let until = filter.createdUntil, from > until {
      throw APIError(.badRequest, "CARRIER_BILLING.INVALID_DATE_RANGE", "Client specified an invalid date range.")
    }
  }

  func find(_ kind: BookingKind, in book: inout PartnerBook, now: Instant) -> (Finding, total: Int) {
    guard let correlator else {
      let skip = (page - 1) * perPage
      return book.list(kind, filter, ascending: ascending, skip: skip, limit: perPage, now: now)
    }
    let finding = book.query(kind, reference: correlator, now: now)
    return (finding, finding.bookings.count)
  }

  func response(_ response: Response, count: Int, total: Int) -> Response {
    var response = response
    if let name = HTTPField.Name("X-Total-Count") { response.headers[name] = String(total) }
    if count > 0, let name = HTTPField.Name("Content-Last-Key") {
      response.headers[name] = String((page - 1) * perPage + count)
    }
    return response
  }

  private static func date(_ value: String, _ key: Substring) throws(APIError) -> Instant {
    // A plus sign that was not escaped arrives as a blank.
    guard let instant = Timestamp.parse(value.replacing(" ", with: "+")) else {
      throw APIError.invalid("\(key) must be RFC 3339 with a time zone.")
    }
    return instant
  }

  private static func number(_ value: String, _ key: Substring, _ range: ClosedRange<Int>) throws(APIError) -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw APIError(.badRequest, "OUT_OF_RANGE", "\(key) must be \(range.lowerBound)…\(range.upperBound).")
    }
    return number
  }
}
