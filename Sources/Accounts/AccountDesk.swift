import Kernel
import Store
import Web

/// Everything about who may come in, in one place: `Doors` asks it who somebody is, the pages and the command line act through
/// it. Passwords and secrets come in here and go no further than their hashes.
package struct AccountDesk: Sendable {
  package let kernel: Kernel
  let key: AccessKey
  package let hasher: PasswordHasher
  /// Where links lead: `https://billing.example.org`.
  let origin: String
  /// As authenticator apps show it.
  let service: String
  /// nil: nobody here writes mails.
  let letters: SendAccountLetter?
  /// Whether mails reach people: without a mail server they are kept, and an administrator hands the link over.
  let mailsLeave: Bool
  /// nil: no account is a subscriber's here.
  let directory: SubscriberDirectory?

  var store: Store { kernel.store }
  var throttle: Throttle { Throttle(key: key) }

  package init(
    kernel: Kernel, key: AccessKey, hasher: PasswordHasher, origin: String, service: String = "Amends",
    letters: SendAccountLetter? = nil, mailsLeave: Bool = true, directory: SubscriberDirectory? = nil
  ) {
    self.kernel = kernel
    self.key = key
    self.hasher = hasher
    self.origin = origin
    self.service = service
    self.letters = letters
    self.mailsLeave = mailsLeave
    self.directory = directory
  }

  package var sendsMail: Bool { letters != nil && mailsLeave }

  package func address(of link: Secret) -> String { Self.address(of: link, at: origin) }

  package static func address(of link: Secret, at origin: String) -> String { "\(origin)/link/\(link.text)" }

  /// What the forms of a session carry: nobody else can know it, and it is of no use in another session.
  func proof(_ session: Int64) -> String { Secret.text(key.mark(.forms, "\(session)")) }
}
