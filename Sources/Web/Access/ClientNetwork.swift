import Foundation

/// Where a client is, as far as limits tell clients apart: an IPv4 address, or the 64 bits of an IPv6 address that a
/// provider gives to one customer.
package struct ClientNetwork: Sendable, Hashable {
  package let text: String

  package init(_ address: String?) { text = address.flatMap(Self.network) ?? "unknown" }

  private static func network(_ address: String) -> String? {
    var four = in_addr()
    if inet_pton(AF_INET, address, &four) == 1 { return address }
    var six = in6_addr()
    guard inet_pton(AF_INET6, address, &six) == 1 else { return nil }
    let bytes = withUnsafeBytes(of: &six) { Array($0) }
    // An IPv4 client of a socket for both (RFC 4291, section 2.5.5.2).
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
      return bytes[12...].map(String.init).joined(separator: ".")
    }
    let groups = stride(from: 0, to: 8, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
    return groups.joined(separator: ":") + "::/64"
  }
}
