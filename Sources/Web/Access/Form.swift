import Foundation

/// What a browser sent of a form (`application/x-www-form-urlencoded`), in its order.
package struct Form: Sendable {
  package static let limit = 64 * 1024
  /// Set by the form of every page: see `DoorKeeper`.
  package static let proofField = "proof"

  package private(set) var fields: [(name: String, value: String)] = []

  package init() {}

  /// - Returns: nil where it is not such a form.
  init?(_ bytes: some Collection<UInt8>) {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decode(parts[0]), let value = Self.decode(parts.count > 1 ? parts[1] : "") else {
        return nil
      }
      fields.append((name, value))
    }
  }

  package subscript(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

  package func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// U+0000 stands in no text that a database of ours holds.
  private static func decode(_ text: Substring) -> String? {
    guard let plain = text.replacing("+", with: " ").removingPercentEncoding, !plain.utf8.contains(0) else {
      return nil
    }
    return plain
  }
}
