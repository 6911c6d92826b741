import Mustache

/// Text from outside, made safe to stand in HTML text and in quoted attributes.
///
/// swift-mustache escapes by `Character`: a quote followed by a combining mark is another Character, passes unescaped, and
/// closes an attribute. This one looks at every Unicode scalar. Control characters, which HTML does not allow, become U+FFFD.
package enum HTMLText {
  package static func escape(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { replacement(for: $0) != nil }) else { return text }
    var safe = ""
    safe.reserveCapacity(text.utf8.count + 32)
    for scalar in text.unicodeScalars {
      if let replacement = replacement(for: scalar) {
        safe += replacement
      } else {
        safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }

  private static func replacement(for scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "<": "&lt;"
    case ">": "&gt;"
    case "&": "&amp;"
    case "\"": "&quot;"
    case "'": "&#39;"
    case "\t", "\n", "\r": nil
    case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}": "\u{FFFD}"
    default: nil
    }
  }
}

/// `HTMLText` as the escape of every template of ours; `Template` puts the pragma that chooses it before each of them.
struct ScalarEscaping: MustacheContentType {
  static let name = "AMENDS-HTML"
  /// Read before a template is parsed: the parser looks the name up.
  static let registered: Void = MustacheContentTypes.register(ScalarEscaping(), named: name)

  func escapeText(_ text: String) -> String { HTMLText.escape(text) }
}
