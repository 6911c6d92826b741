import Accounts
import Billing
import Kernel
import Store
import Web

/// What accounts and subscribers are called, for the pages of parts that know neither.
enum KnownNames {
  static let accounts: @Sendable (Transaction, Set<Int64>) throws -> [Int64: String] = { tx, numbers in
    try AccountsModule.names(of: numbers, in: tx)
  }

  /// Whose subjects such as `customer:7` and `obligation:42` are, with the way to their page.
  static let people: @Sendable (Transaction, Set<String>) throws -> [String: NamedLink] = { tx, subjects in
    try SubjectOwners.find(subjects, in: tx).mapValues {
      NamedLink(title: $0.name, href: Paths.subscriber(String($0.customer)))
    }
  }
}
