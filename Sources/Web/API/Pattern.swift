import Foundation

/// What a text may look like, in the regular expressions that JSON Schema and ICU have in common. It fits the whole text.
package struct Pattern: Sendable {
  package let text: String
  private let expression: NSRegularExpression?

  /// - Parameter text: without `^` and `$`.
  package init(_ text: String) {
    self.text = text
    expression = try? NSRegularExpression(pattern: "\\A(?:\(text))\\z")
  }

  /// As a JSON Schema says it.
  var anchored: String { "^(?:\(text))$" }

  func fits(_ value: String) -> Bool {
    expression?.firstMatch(in: value, range: NSRange(location: 0, length: value.utf16.count)) != nil
  }

  /// One line: no control characters. PostgreSQL keeps no U+0000, and nobody's name has a line break.
  package static let line = Pattern("[^\\u0000-\\u001F\\u007F]*")
  /// Text of several lines.
  package static let lines = Pattern("[^\\u0000-\\u0009\\u000B-\\u001F\\u007F]*")
  /// One line that says something: it begins and ends with more than a space.
  package static let words = Pattern(
    "[^\\u0000-\\u0020\\u007F](?:[^\\u0000-\\u001F\\u007F]*[^\\u0000-\\u0020\\u007F])?")
  /// A number of ours, as text: more digits than a JavaScript number holds.
  package static let id = Pattern("[1-9][0-9]{0,17}")
  /// A name that programs give: a plan's code, a partner's lane, a reference.
  package static let code = Pattern("[A-Za-z0-9][A-Za-z0-9._~:@+-]*")
  package static let currency = Pattern("[A-Z]{3}")
  /// An Idempotency-Key, with or without the quotation marks of a structured field (RFC 8941, section 3.3.3).
  static let key = Pattern("[A-Za-z0-9._~:/+=-]{1,100}|\"[A-Za-z0-9._~:/+=-]{1,100}\"")
  static let cursor = Pattern("[A-Za-z0-9_-]+")
}
