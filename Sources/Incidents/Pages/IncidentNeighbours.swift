import Kernel
import Store
import Web

/// What the pages of incidents ask of the parts that they do not know: `Server` wires it.
package struct IncidentNeighbours: Sendable {
  /// The names of accounts.
  package var accounts: @Sendable (Transaction, Set<Int64>) throws -> [Int64: String]
  /// Of people as facts name them (`customer:42`). Shown to those who may look at subscribers.
  package var people: @Sendable (Transaction, Set<String>) throws -> [String: NamedLink]

  package init(
    accounts: @escaping @Sendable (Transaction, Set<Int64>) throws -> [Int64: String] = { _, _ in [:] },
    people: @escaping @Sendable (Transaction, Set<String>) throws -> [String: NamedLink] = { _, _ in [:] }
  ) {
    self.accounts = accounts
    self.people = people
  }

  /// The accounts behind these actors.
  func names(of actors: [String], in tx: Transaction) throws -> [Int64: String] {
    let numbers = Set(actors.compactMap { Names.account(in: $0) })
    return numbers.isEmpty ? [:] : try accounts(tx, numbers)
  }

  /// These people, for whoever asks.
  func links(_ people: [String], for visitor: Identity?, in tx: Transaction) throws -> [String: NamedLink] {
    guard visitor?.rights.contains(.readSubscribers) == true, !people.isEmpty else { return [:] }
    return try self.people(tx, Set(people))
  }
}
