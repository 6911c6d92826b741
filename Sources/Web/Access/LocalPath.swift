/// A place on this server that a browser may be sent to: never another server, whatever was asked for.
package struct LocalPath: Sendable, Equatable {
  package let text: String

  /// - Returns: nil for anything but a path that begins with one slash. Browsers take `//` and `/\` for another server, and
  ///   drop tabs and line breaks before they look.
  package init?(_ text: String) {
    guard (1...500).contains(text.utf8.count), text.utf8.first == UInt8(ascii: "/") else { return nil }
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else { return nil }
    guard text.utf8.dropFirst().first != UInt8(ascii: "/") else { return nil }
    self.text = text
  }
}
