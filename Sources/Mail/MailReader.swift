/// Whose mails somebody may look at, and whether with the links that let their readers in.
package struct MailReader: Sendable {
  package enum Whose: Sendable { case subscribers, accounts }

  package var whose: Whose
  /// For those alone who may do anyway what the link allows, and only where it reaches nobody else.
  package var seesLinks: Bool

  package init(_ whose: Whose, seesLinks: Bool) {
    self.whose = whose
    self.seesLinks = seesLinks
  }
}
