import Foundation

/// What an outside partner reads of an order's payload; the rest is not its business.
struct OrderTerms: Decodable, Equatable {
  /// Minor units, greater than zero.
  var amount: Int64 = 0
  var currency = ""
  var method = ""
  /// Of a refund: the capture's transaction.
  var original: String?

  private enum CodingKeys: String, CodingKey { case amount, currency, method, original }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    amount = try values.decode(Int64.self, forKey: .amount)
    currency = try values.decode(String.self, forKey: .currency)
    method = try values.decode(String.self, forKey: .method)
    original = try values.decodeIfPresent(String.self, forKey: .original)
  }

  /// `nil` if it cannot be read, or asks for nothing.
  init?(payload: String) {
    let quick = payload.utf8.withContiguousStorageIfAvailable { Self(compact: $0) } ?? nil
    guard let terms = quick ?? (try? JSONDecoder().decode(Self.self, from: Data(payload.utf8))), terms.amount > 0,
      !terms.currency.isEmpty, !terms.method.isEmpty || terms.original != nil
    else { return nil }
    self = terms
  }

  /// Reads the form in which our own payloads come: one flat object of texts and whole numbers, no blanks, no escapes. Anything
  /// else is `nil`, and left to `JSONDecoder`, which takes ten times as long: in a replay of a million charges that is
  /// most of the time.
  init?(compact json: UnsafeBufferPointer<UInt8>) {
    var scanner = Scanner(json: json)
    guard scanner.take("{") else { return nil }
    repeat {
      guard let key = scanner.text(), scanner.take(":") else { return nil }
      switch String(decoding: json[key], as: UTF8.self) {
      case "amount":
        guard let number = scanner.number() else { return nil }
        amount = number
      case let name:
        guard let range = scanner.text() else { return nil }
        switch name {
        case "currency": currency = String(decoding: json[range], as: UTF8.self)
        case "method": method = String(decoding: json[range], as: UTF8.self)
        case "original": original = String(decoding: json[range], as: UTF8.self)
        default: break
        }
      }
    } while scanner.take(",")
    guard scanner.take("}"), scanner.isAtEnd else { return nil }
  }

  private struct Scanner {
    let json: UnsafeBufferPointer<UInt8>
    var at = 0

    init(json: UnsafeBufferPointer<UInt8>) { self.json = json }

    var isAtEnd: Bool { at == json.count }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard at < json.count, json[at] == UInt8(ascii: character) else { return false }
      at += 1
      return true
    }

    /// A text without escapes, as the range between its quotes.
    mutating func text() -> Range<Int>? {
      guard take("\"") else { return nil }
      let start = at
      while at < json.count, json[at] != UInt8(ascii: "\"") {
        if json[at] == UInt8(ascii: "\\") || json[at] < 32 { return nil }
        at += 1
      }
      return take("\"") ? start..<(at - 1) : nil
    }

    /// At most 18 digits, which an `Int64` always holds.
    mutating func number() -> Int64? {
      let start = at
      var value: Int64 = 0
      while at < json.count, at - start < 18, (48...57).contains(json[at]) {
        value = value * 10 + Int64(json[at] - 48)
        at += 1
      }
      return at > start ? value : nil
    }
  }
}
