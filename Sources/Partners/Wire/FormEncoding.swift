/// `application/x-www-form-urlencoded` (WHATWG URL, 5.2), fields in the order given so that the same order of payment
/// always renders to the same bytes. Also a URL's query.
struct Form: Sendable {
  private(set) var text = ""

  mutating func add(_ name: String, _ value: String?) {
    guard let value else { return }
    if !text.isEmpty { text += "&" }
    text += Self.encode(name) + "=" + Self.encode(value)
  }

  var bytes: [UInt8] { Array(text.utf8) }

  /// Percent-encodes everything but the unreserved characters of RFC 3986, 2.3: valid in a form, a query and a path.
  static func encode(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
    return out
  }
}
