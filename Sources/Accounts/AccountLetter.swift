import Kernel
import Words

/// What accounts have to tell people by mail. `Server` hands in who sends it.
package struct AccountLetter: Sendable {
  package enum Content: Sendable {
    /// - Parameter by: who asks them, as people know it.
    case invitation(by: String, link: String, until: Instant)
    case reset(link: String, until: Instant)
    /// - Parameter device: the browser's own name for itself.
    case newDevice(at: Instant, device: String)
  }

  package let account: Int64
  package let mail: String
  package let name: String
  package let language: LanguageTag
  package let content: Content

  init(_ account: Account, _ content: Content) {
    self.account = account.id
    mail = account.mail
    name = account.name
    language = account.language ?? LanguageTag(.english)
    self.content = content
  }
}

/// Called within the transaction that made the link, so that both are saved or neither is. A letter's link is a secret: whoever
/// keeps it until it is sent shows it to nobody else.
package typealias SendAccountLetter = @Sendable (AccountLetter, Change) throws -> Void
