/// A mail address that its owner recognises and a passer-by does not learn: `a•••@example.org`.
package enum MaskedMail {
  package static func text(_ mail: String) -> String {
    guard let at = mail.lastIndex(of: "@"), at > mail.startIndex else { return "•••" }
    return String(mail.prefix(1)) + "•••" + mail[at...]
  }
}
