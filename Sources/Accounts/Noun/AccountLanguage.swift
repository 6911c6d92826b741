import Kernel
import Store
import Words

/// In which language an account's letters are written. Pages go by the browser first: see `DoorKeeper`.
extension Account {
  static func write(_ language: LanguageTag, of account: Int64, in change: Change) throws {
    try change.tx.execute("UPDATE account SET language = \(language.description) WHERE id = \(account)")
  }
}

extension AccountDesk {
  /// What somebody chose at the foot of a page is theirs on other machines too, and in letters.
  package func choose(_ language: LanguageTag, for account: Int64, by actor: Actor) async throws {
    try await kernel.change(by: actor, canRepeat: true) { change in
      guard try Account.held(account, in: change).language != language else { return }
      try Account.write(language, of: account, in: change)
      change.record(AccountChanged(account: account, what: "language", detail: language.description))
    }
  }
}
