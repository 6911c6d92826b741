import Billing
import Foundation
import Kernel

/// The four records of a statement, field by field (docs/partner-statement.md).
enum StatementRecord {
  struct Wrong: Error {
    var text: String
    init(_ text: String) { self.text = text }
  }

  static func header(_ fields: [String]) throws(Wrong) -> Statement.Header {
    try count(fields, 5, "header")
    guard fields[1] == "1" else { throw Wrong("dialect \(fields[1].prefix(10)) is not known, only 1") }
    let partner = try text(fields[2], "partner")
    let sequence = try number(fields[3], "sequence", from: 1)
    guard fields[4].utf8.count == 10, let from = RFC3339.parse(fields[4] + "T00:00:00Z") else {
      throw Wrong("the day is not of the form 2026-03-14")
    }
    return .init(partner: partner, sequence: sequence, from: from, until: from + .days(1))
  }

  static func booking(_ fields: [String]) throws(Wrong) -> Statement.Line {
    try count(fields, 8, "booking")
    guard let kind = Statement.LineKind(rawValue: fields[2]) else {
      throw Wrong("kind \"\(fields[2].prefix(20))\" is none of capture, refund, return")
    }
    guard let bookedAt = RFC3339.parse(fields[7]) else { throw Wrong("booked at is not a time of RFC 3339") }
    return .init(
      number: try number(fields[1], "line", from: 1), kind: kind, reference: try text(fields[3], "reference"),
      transaction: try text(fields[4], "transaction"), amount: try number(fields[5], "amount", from: 0),
      currency: try currency(fields[6]), bookedAt: bookedAt)
  }

  static func total(_ fields: [String]) throws(Wrong) -> (String, Statement.Total) {
    try count(fields, 6, "total")
    return (
      try currency(fields[1]),
      .init(
        lines: try number(fields[2], "bookings", from: 0),
        captured: try number(fields[3], "captured", from: 0, to: .max),
        refunded: try number(fields[4], "refunded", from: 0, to: .max),
        returned: try number(fields[5], "returned", from: 0, to: .max))
    )
  }

  static func trailer(_ fields: [String]) throws(Wrong) -> (lines: Int64, totals: Int64) {
    try count(fields, 3, "trailer")
    return (try number(fields[1], "bookings", from: 0), try number(fields[2], "totals", from: 0))
  }

  private static func count(_ fields: [String], _ expected: Int, _ name: String) throws(Wrong) {
    guard fields.count == expected else { throw Wrong("a \(name) has \(expected) fields, this one \(fields.count)") }
  }

  private static func text(_ field: String, _ name: String) throws(Wrong) -> String {
    guard (1...255).contains(field.utf8.count),
      field.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { throw Wrong("\(name) is empty, longer than 255 bytes or has a control character") }
    return field
  }

  /// Digits only: no sign, no blank, no point. `most` leaves room to count on from it.
  private static func number(
    _ field: String, _ name: String, from least: Int64, to most: Int64 = Limits.amount
  ) throws(Wrong) -> Int64 {
    guard !field.isEmpty, field.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(field),
      value >= least
    else { throw Wrong("\(name) is not a whole number from \(least) on") }
    guard value <= most else { throw Wrong("\(name) is larger than \(most)") }
    return value
  }

  private static func currency(_ field: String) throws(Wrong) -> String {
    guard let currency = try? Currency(field) else { throw Wrong("\"\(field.prefix(12))\" is no currency of ISO 4217") }
    return currency.code
  }
}
