import Foundation
import Kernel

/// An address that webhooks may be sent to, as far as its words tell: `https`, or `http` on this machine. Whether the machine
/// behind it may be called is found out before each call (`NetworkRules`), since a name may lead elsewhere tomorrow.
package struct EndpointURL: Sendable, Equatable {
  package static let limit = 500

  /// With scheme and host in lower case.
  package let text: String
  package let host: String
  package let isEncrypted: Bool

  package init(_ given: String) throws(Refusal) {
    guard given.utf8.count <= Self.limit, given.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      var parts = URLComponents(string: given), let scheme = parts.scheme?.lowercased(),
      ["http", "https"].contains(scheme),
      let host = parts.host?.lowercased(), !host.isEmpty
    else {
      throw Refusal(
        .invalid, "badURL",
        "A webhook goes to an address such as https://shop.example.org/hooks, of \(Self.limit) characters at most.")
    }
    guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
      throw Refusal(.invalid, "badURL", "A webhook’s address has no user, no password and no #fragment.")
    }
    if let port = parts.port, !(1...65_535).contains(port) {
      throw Refusal(.invalid, "badURL", "A port is a number from 1 to 65535.")
    }
    parts.scheme = scheme
    parts.host = host
    guard let text = parts.string else { throw Refusal(.invalid, "badURL", "This address cannot be read.") }
    self.text = text
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    isEncrypted = scheme == "https"
    guard isEncrypted || Self.isLoopback(self.host) else {
      throw Refusal(.invalid, "notEncrypted", "Webhooks leave this machine over https only.")
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || IPAddress(host)?.isLoopback == true
  }
}
