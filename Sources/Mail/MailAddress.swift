import CLibidn2
import Kernel

/// A mailbox that SMTP can name: an ASCII local part and a domain.
///
/// An internationalised domain is sent in its ASCII form (IDNA 2008, RFC 5891). A local part beyond ASCII needs SMTPUTF8 at
/// every server on the way, and cannot be answered by most people; it is refused, as are quoted local parts and address
/// literals. Nothing that is let through can end a line or an angle bracket.
public struct MailAddress: Sendable, Hashable, CustomStringConvertible {
  /// As it goes to the server.
  public let ascii: String

  public init(_ text: String) throws(Refusal) {
    guard text.utf8.count <= 320, let at = text.lastIndex(of: "@") else { throw Self.refusal }
    let local = text[..<at]
    // RFC 5321, section 4.5.3.1: 64 bytes of local part, 254 in all between the brackets.
    guard (1...64).contains(local.utf8.count),
      local.split(separator: ".", omittingEmptySubsequences: false)
        .allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isAtom) })
    else { throw Self.refusal }
    guard let domain = Self.domain(String(text[text.index(after: at)...])) else { throw Self.refusal }
    ascii = "\(local)@\(domain)"
    guard ascii.utf8.count <= 254 else { throw Self.refusal }
  }

  public var domain: String { String(ascii[ascii.index(after: ascii.lastIndex(of: "@") ?? ascii.startIndex)...]) }
  public var description: String { ascii }

  /// Says nothing of the address itself: it may stand in a log.
  private static let refusal = Refusal(
    .invalid, "badMailAddress",
    "This is not a mail address that mail can be sent to: it is written like name@example.com.")

  /// RFC 5322, section 3.2.3.
  private static func isAtom(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }
  }

  private static func domain(_ text: String) -> String? {
    guard !text.isEmpty, !text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return nil }
    let ascii = text.utf8.allSatisfy { $0 < 0x80 } ? text.lowercased() : international(text)
    guard let ascii, (1...253).contains(ascii.utf8.count) else { return nil }
    let labels = ascii.split(separator: ".", omittingEmptySubsequences: false)
    let isRight = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { byte in
          byte == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }
    return isRight ? ascii : nil
  }

  private static func international(_ text: String) -> String? {
    var out: UnsafeMutablePointer<UInt8>?
    let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)
    guard idn2_lookup_u8(text, &out, flags) == IDN2_OK.rawValue, let out else { return nil }
    defer { idn2_free(out) }
    return String(cString: out)
  }
}
