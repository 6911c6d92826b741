import Foundation
import Kernel

/// Which machines webhooks may be sent to. An address is given by whoever adds an endpoint, and this program stands where it can
/// reach what that person cannot: the cloud's metadata service, databases, consoles on loopback. So only addresses that
/// everybody can reach are called, and what the operator of the server allows besides.
package struct NetworkRules: Sendable {
  private let allowed: [Network]

  package init(allowing allowed: [Network] = []) { self.allowed = allowed }

  package func allows(_ address: IPAddress) -> Bool {
    address.isPublic || allowed.contains { $0.contains(address) }
  }
}

/// A range of addresses: `10.20.0.0/16`, `fd00::/8`; `loopback` is 127.0.0.0/8 and ::1.
package struct Network: Sendable, Equatable {
  private let start: IPAddress
  private let bits: Int

  package static func parse(_ text: String) -> [Network]? {
    if text == "loopback" { return [Network("127.0.0.0/8"), Network("::1/128")].compactMap(\.self) }
    return Network(text).map { [$0] }
  }

  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let start = IPAddress(String(parts[0])), let bits = Int(parts[1]),
      (0...start.bytes.count * 8).contains(bits)
    else { return nil }
    self.start = start
    self.bits = bits
  }

  func contains(_ address: IPAddress) -> Bool {
    let address = address.mapped ?? address
    guard address.bytes.count == start.bytes.count else { return false }
    let whole = bits / 8
    guard address.bytes.prefix(whole) == start.bytes.prefix(whole) else { return false }
    let rest = bits % 8
    return rest == 0 || address.bytes[whole] >> (8 - rest) == start.bytes[whole] >> (8 - rest)
  }
}

/// An IPv4 or IPv6 address.
package struct IPAddress: Sendable, Equatable, CustomStringConvertible {
  /// 4 or 16.
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  package init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: six) { Array($0) }
    } else {
      return nil
    }
  }

  package var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard bytes.withUnsafeBytes({ inet_ntop(family, $0.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN)) }) != nil else {
      return ""
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  var isLoopback: Bool {
    let own = mapped ?? self
    return own.bytes.count == 4 ? own.bytes[0] == 127 : own.bytes == [UInt8](repeating: 0, count: 15) + [1]
  }

  /// The IPv4 address that stands in an IPv6 one: `::ffff:…` (RFC 4291) and NAT64's `64:ff9b::…` (RFC 6052).
  var mapped: IPAddress? {
    let maps: [[UInt8]] = [
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0],
    ]
    guard bytes.count == 16, maps.contains(Array(bytes.prefix(12))) else { return nil }
    return IPAddress(bytes: Array(bytes.suffix(4)))
  }

  /// Everybody can reach it: what the registries of special-purpose addresses list is left out
  /// (iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry).
  package var isPublic: Bool {
    if let mapped { return mapped.isPublic }
    if bytes.count == 4 { return !Self.special4.contains { $0.contains(self) } }
    return Self.global6.contains(self) && !Self.special6.contains { $0.contains(self) }
  }

  private static let special4: [Network] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/3",
  ].compactMap { Network($0) }

  private static let global6 = Network(start: IPAddress(bytes: [0x20] + [UInt8](repeating: 0, count: 15)), bits: 3)
  /// Within 2000::/3: protocols (Teredo and others), documentation, and 6to4, which hides an IPv4 address.
  private static let special6: [Network] = [
    "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
  ].compactMap { Network($0) }
}

extension Network {
  fileprivate init(start: IPAddress, bits: Int) {
    self.start = start
    self.bits = bits
  }
}
