import Foundation

/// Text in a mail's header, where a line end begins the next header.
enum HeaderText {
  static let subjectLimit = 200
  static let nameLimit = 100

  /// Without control characters, line and paragraph separators; runs of white space are one space; at most `limit` characters.
  static func oneLine(_ text: String, limit: Int) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isBreak = scalar.properties.isWhitespace || scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      if !isBreak { out.append(scalar) } else if out.last.map({ $0 != " " }) ?? false { out.append(" ") }
    }
    // Counted in scalars: what a reader takes for one character may have thousands.
    return String(String.UnicodeScalarView(out.prefix(limit))).trimmingCharacters(in: .whitespaces)
  }

  /// As a header takes it: printable ASCII as it is, everything else in encoded words (RFC 2047) of 75 characters at most,
  /// each on a line of its own and each whole characters.
  static func encoded(_ text: String) -> String {
    let line = oneLine(text, limit: 1_000)
    if isPlain(line), line.utf8.count <= 900, !line.contains("=?") { return line }
    var words: [String] = []
    var chunk: [UInt8] = []
    for scalar in line.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      // 45 bytes are 60 characters of base64, between the 12 of "=?UTF-8?B?" and "?=".
      if chunk.count + bytes.count > 45 {
        words.append(word(chunk))
        chunk = []
      }
      chunk += bytes
    }
    if !chunk.isEmpty { words.append(word(chunk)) }
    return words.joined(separator: "\r\n ")
  }

  /// `"Ada \"A\" Costa" <ada@example.com>`
  static func mailbox(_ address: MailAddress, name: String?) -> String {
    guard let name = name.map({ oneLine($0, limit: nameLimit) }), !name.isEmpty else { return "<\(address.ascii)>" }
    if isPlain(name), !name.contains("=?") {
      let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "\"\(quoted)\" <\(address.ascii)>"
    }
    return "\(encoded(name))\r\n <\(address.ascii)>"
  }

  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }
  private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Data(bytes).base64EncodedString())?=" }
}
