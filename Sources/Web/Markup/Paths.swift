import Foundation

/// Addresses within the console.
package enum Paths {
  package static let today = "/"
  package static let subscribers = "/subscribers"

  package static func subscriber(_ id: String) -> String { subscribers + "/" + segment(id) }

  /// One path segment: everything but the unreserved characters (RFC 3986, section 2.3) percent-encoded.
  package static func segment(_ text: String) -> String {
    let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~")
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }
}
