import Foundation

/// What came from outside, made readable without changing what it says: JSON gets line breaks and indentation between its
/// tokens (never through a decoder, which would reorder keys and round numbers), other text stays, bytes become hexadecimal.
package struct RawBody: Sendable {
  /// Shown at most; the journal keeps the whole. Enough for every notification seen, small enough for 200 on one page.
  package static let limit = 8 * 1024

  package let text: String
  /// How many bytes are shown of how many, or nil where all of it is shown.
  package let cut: (shown: Int, of: Int)?

  package init(_ bytes: [UInt8]) {
    let shown = Array(bytes.prefix(Self.limit))
    cut = bytes.count > shown.count ? (shown.count, bytes.count) : nil
    if let json = Self.indented(bytes), json.utf8.count <= 4 * Self.limit {
      text = json
    } else if let plain = Self.plain(shown, whole: cut == nil) {
      text = plain
    } else {
      text = Self.hexadecimal(shown.prefix(512))
    }
  }

  private static func plain(_ bytes: [UInt8], whole: Bool) -> String? {
    // A cut may fall inside a character: up to three bytes of it are left out.
    for end in stride(from: bytes.count, through: max(0, bytes.count - (whole ? 0 : 3)), by: -1) {
      if let text = String(validating: bytes[..<end], as: UTF8.self) { return text }
    }
    return nil
  }

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    stride(from: 0, to: bytes.count, by: 16).map { start in
      bytes.dropFirst(start).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }.joined(separator: "\n")
  }

  /// nil where the bytes are no whole JSON object or array of bearable size.
  private static func indented(_ bytes: [UInt8]) -> String? {
    guard bytes.count <= limit, let first = bytes.first(where: { $0 > 0x20 }), first == 0x7B || first == 0x5B,
      (try? JSONSerialization.jsonObject(with: Data(bytes))) != nil
    else { return nil }
    var layout = JSONLayout()
    for byte in bytes { layout.take(byte) }
    return String(decoding: layout.out, as: UTF8.self)
  }
}

/// Puts line breaks and two spaces a level between the tokens of valid JSON.
private struct JSONLayout {
  private(set) var out: [UInt8] = []
  private var level = 0
  private var inString = false
  private var escaped = false
  /// Just after `{` or `[`: an empty pair stays on one line.
  private var opened = false

  mutating func take(_ byte: UInt8) {
    if inString {
      out.append(byte)
      if escaped { escaped = false } else if byte == 0x5C { escaped = true } else if byte == 0x22 { inString = false }
      return
    }
    switch byte {
    case 0x20, 0x09, 0x0A, 0x0D: return
    case 0x7D, 0x5D:
      level = max(0, level - 1)
      if !opened { newline() }
      opened = false
      out.append(byte)
    case 0x2C:
      out.append(byte)
      newline()
    case 0x3A:
      out += [byte, 0x20]
    default:
      if opened { newline() }
      opened = byte == 0x7B || byte == 0x5B
      if opened { level += 1 }
      inString = byte == 0x22
      out.append(byte)
    }
  }

  private mutating func newline() {
    out.append(0x0A)
    // Deep nesting is legal and would push the text out of sight: indentation stops at 16 levels.
    out += [UInt8](repeating: 0x20, count: 2 * min(level, 16))
  }
}
