import Foundation

/// Addresses within the console.
package enum Paths {
  package static let today = "/"
  package static let keys = "/keys"
  package static let subscribers = "/subscribers"

  package static let queue = "/queue"
  package static let messages = "/messages"
  package static let alerts = "/alerts"
  package static let partners = "/partners"
  package static let journal = "/journal"
  package static let incidents = "/incidents"
  package static let mails = "/mails"
  package static let webhooks = "/webhooks"
  package static let accounts = "/accounts"
  package static let ownAccount = "/account"
  package static let secondStep = "/sign-in/second-step"
  package static let signIn = "/sign-in"
  /// A subscriber's own page, and where they get in to it.
  package static let own = "/my"
  package static let ownLink = "/my/link"

  /// - Parameter back: where to go on afterwards.
  package static func signIn(back: LocalPath?) -> String { signIn + query(back: back) }
  package static func secondStep(back: LocalPath?) -> String { secondStep + query(back: back) }

  private static func query(back: LocalPath?) -> String {
    guard let back, back.text != today else { return "" }
    return "?back=" + segment(back.text)
  }

  package static func subscriber(_ id: String) -> String { subscribers + "/" + segment(id) }

  package static func partner(_ lane: String) -> String { partners + "/" + segment(lane) }

  /// One path segment: everything but the unreserved characters (RFC 3986, section 2.3) percent-encoded.
  package static func segment(_ text: String) -> String {
    let unreserved = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~")
    return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }
}
