import Foundation
import Kernel

/// The server that takes our mails, and how it is reached.
public struct MailServer: Sendable {
  public enum Security: Sendable, Equatable {
    /// STARTTLS on `smtp:`, TLS from the first byte on `smtps:`; without it nothing is sent.
    case tls
    /// For a server on this machine alone.
    case none
  }

  let host: String
  let port: Int
  let isImplicit: Bool
  let security: Security
  public let from: MailAddress
  let fromName: String
  let replyTo: MailAddress?
  let user: String?
  /// Never in a URL, a log or a description.
  let password: MailSecret?
  /// A file of certificates to trust instead of the system's.
  let authorities: String?
  /// For a whole call, from the name's resolution on. RFC 5321, section 4.5.3.2.6, gives a server ten minutes to answer the
  /// end of a mail, so that none is doubled; a worker is not held up that long for one mail.
  var timeout = Span.seconds(90)

  /// - Parameters:
  ///   - url: `smtp://host:587` (STARTTLS) or `smtps://host:465`.
  ///   - authorities: also asks for TLS on this machine.
  public init(
    url: String, from: MailAddress, fromName: String, replyTo: MailAddress? = nil, user: String? = nil,
    password: String? = nil, authorities: String? = nil
  ) throws(MailSettingsError) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(), let host = parts.host,
      ["smtp", "smtps"].contains(scheme), !host.isEmpty, parts.path.isEmpty || parts.path == "/", parts.query == nil,
      parts.fragment == nil
    else { throw MailSettingsError("the mail server is given as smtp://HOST:PORT or smtps://HOST:PORT") }
    guard parts.user == nil, parts.password == nil else {
      throw MailSettingsError("the mail server's user and password do not stand in its address: use $AMENDS_MAIL_USER")
    }
    guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), (1...65_535).contains(parts.port ?? 25) else {
      throw MailSettingsError("the mail server's name is in ASCII (xn--…), and its port a number from 1 to 65535")
    }
    guard (user == nil) == (password == nil) else {
      throw MailSettingsError("the mail server's user and password are given together, or not at all")
    }
    self.host = host
    isImplicit = scheme == "smtps"
    port = parts.port ?? (scheme == "smtps" ? 465 : 587)
    let isLoopback = ["127.0.0.1", "::1", "[::1]", "localhost"].contains(host.lowercased())
    security = !isLoopback || isImplicit || authorities != nil ? .tls : .none
    self.from = from
    self.fromName = fromName
    self.replyTo = replyTo
    self.user = user
    self.password = password.map(MailSecret.init)
    self.authorities = authorities
  }

  /// What curl is given: the last part is the name by which we greet.
  var url: String { "\(isImplicit ? "smtps" : "smtp")://\(host):\(port)/\(from.domain)" }
}

/// Prints as `<secret>`.
struct MailSecret: Sendable, CustomStringConvertible, CustomReflectable {
  let text: String
  init(_ text: String) { self.text = text }
  var description: String { "<secret>" }
  var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why mail cannot be set up, in words for whoever did. Never holds a secret.
public struct MailSettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}
