import Foundation
import HTTPTypes
import Hummingbird

/// How browsers reach this server: what its own address is, which proxies speak for others, and how cookies are kept.
package struct Site: Sendable {
  /// `https://billing.example.org`; nil: plain HTTP on this machine, by whatever name the browser used.
  package let origin: String?
  /// The addresses of the proxies whose `X-Forwarded-For` is believed.
  package let proxies: Set<String>

  package init(origin: String? = nil, proxies: Set<String> = []) {
    self.origin = origin
    self.proxies = proxies
  }

  package static let sessionCookie = "session"
  package static let deviceCookie = "device"
  /// Of a subscriber who came in by a link. Another than that of accounts, so that whoever works here and looks at such a
  /// link stays signed in.
  package static let ownCookie = "own"
  static let keysCookie = "keys"
  static let off = "off"

  var isSecure: Bool { origin?.hasPrefix("https://") ?? false }

  /// With the prefix a browser takes the cookie from this server alone, over TLS (RFC 6265bis, section 4.1.3.2).
  func name(of cookie: String) -> String { (isSecure ? "__Host-amends-" : "amends-") + cookie }

  /// - Parameter seconds: how long a browser keeps it; nil: until it is closed; 0: takes it away.
  package func cookie(_ name: String, _ value: String, seconds: Int? = nil) -> Cookie {
    Cookie(
      name: self.name(of: name), value: value, maxAge: seconds, path: "/", secure: isSecure, httpOnly: true,
      sameSite: .lax)
  }

  package func value(of cookie: String, in request: Request) -> String? {
    request.cookies[name(of: cookie)]?.value
  }

  /// Whether what changes something was sent from a page of ours. Browsers say where it comes from, and no page can make
  /// them say otherwise; a program says nothing.
  func sentIt(_ request: Request) -> Bool {
    if let from = request.headers[.fetchSite] { return from == "same-origin" || from == "none" }
    guard let origin = request.headers[.origin] else { return true }
    return origin == (self.origin ?? "http://\(request.head.authority ?? "")")
  }

  /// The address of who asks: the connection's other end, or what the proxies that are believed say about it.
  func client(of request: Request, peer: String?) -> ClientNetwork {
    // An IPv4 proxy of a socket for both is written ::ffff:127.0.0.1.
    let peer = peer.map { $0.hasPrefix("::ffff:") ? String($0.dropFirst(7)) : $0 }
    guard let peer, proxies.contains(peer) else { return ClientNetwork(peer) }
    let chain = request.headers[values: .forwardedFor].joined(separator: ",").split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }
    // Each proxy adds the other end of its connection on the right; what stands further left anybody could have written.
    return ClientNetwork(chain.last { !proxies.contains($0) } ?? peer)
  }
}

extension HTTPField.Name {
  // Names that HTTPTypes does not have. Each is a token, so that there is one.
  static let fetchSite = known("Sec-Fetch-Site")
  static let forwardedFor = known("X-Forwarded-For")
  static let formProof = known("Amends-Proof")

  static func known(_ name: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is a field's name") }
    return name
  }
}
