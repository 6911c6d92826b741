import Kernel

/// What accounts have to tell people by mail. `Server` hands in who sends it; without anybody, links are shown once to the
/// administrator who made them.
package enum AccountLetter: Sendable {
  case invitation(mail: String, name: String, link: String, until: Instant)
  case reset(mail: String, name: String, link: String, until: Instant)
  case newDevice(mail: String, name: String, at: Instant)
}

/// Called within the transaction that made the link, so that both are saved or neither is. A letter's link is a secret: whoever
/// keeps it until it is sent keeps it sealed.
package typealias SendAccountLetter = @Sendable (AccountLetter, Change) throws -> Void
