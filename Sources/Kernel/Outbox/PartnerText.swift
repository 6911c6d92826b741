import Crypto

/// Text of a counterpart's own making, brought into a form that every database takes, compares and indexes the same way.
enum PartnerText {
  /// Bytes of an id. PostgreSQL indexes some 2,700 together, and no partner's ids come near it.
  static let idBytes = 200
  /// Characters of a code or a reason.
  static let codeCharacters = 200

  /// An id as it stands. One that is too long, or holds a NUL (which PostgreSQL has no text for), is told by its
  /// beginning and its SHA-256 instead, so that two different ones stay two. `nil` for an empty one: it names nothing.
  static func id(_ text: String) -> String? {
    if text.isEmpty { return nil }
    if text.utf8.count <= idBytes, !text.utf8.contains(0) { return text }
    return cut(text, 120) + "~" + digest(Array(text.utf8))
  }

  /// What a message without an id is told by: the same bytes twice are the same message.
  static func digest(_ bytes: [UInt8]) -> String {
    SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  static func code(_ text: String) -> String {
    cut(String(text.unicodeScalars.prefix(codeCharacters)), 4 * codeCharacters)
  }

  /// The whole scalars of the first `bytes` bytes, without NULs. Counted in bytes, because what a reader takes for one
  /// character may have thousands.
  private static func cut(_ text: String, _ bytes: Int) -> String {
    var cut = String.UnicodeScalarView()
    var left = bytes
    for scalar in text.unicodeScalars where scalar.value != 0 {
      left -= UTF8.width(scalar)
      if left < 0 { break }
      cut.append(scalar)
    }
    return String(cut)
  }
}
