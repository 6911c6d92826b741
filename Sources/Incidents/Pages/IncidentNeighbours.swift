import Kernel
import Store
import Web

/// What the pages of incidents ask of the parts that they do not know: `Server` wires it.
package struct IncidentNeighbours: Sendable {
  /// What a person is called, and where their page is.
  package struct Link: Sendable, Equatable {
    package var title: String
    package var href: String

    package init(title: String, href: String) {
      self.title = title
      self.href = href
    }
  }

  /// The names of accounts.
  package var accounts: @Sendable (Transaction, Set<Int64>) throws -> [Int64: String]
  /// Of people as facts name them (`customer:42`). Shown to those who may look at subscribers.
  package var people: @Sendable (Transaction, Set<String>) throws -> [String: Link]

  package init(
    accounts: @escaping @Sendable (Transaction, Set<Int64>) throws -> [Int64: String] = { _, _ in [:] },
    people: @escaping @Sendable (Transaction, Set<String>) throws -> [String: Link] = { _, _ in [:] }
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
  func links(_ people: [String], for visitor: Identity?, in tx: Transaction) throws -> [String: Link] {
    guard visitor?.rights.contains(.readSubscribers) == true, !people.isEmpty else { return [:] }
    return try self.people(tx, Set(people))
  }
}

/// One person on a page, as a template reads them: by their name where one may see it, else by their number.
struct PersonLink: Sendable {
  let title: String
  let href: String?

  init(_ person: String, _ links: [String: IncidentNeighbours.Link]) {
    title = links[person]?.title ?? person
    href = links[person]?.href
  }
}

/// What was wrong with what was entered: in the reader's words, or as the domain refused it, which is English.
struct Wrong: Sendable {
  let text: String
  let isEnglish: Bool

  init(_ text: String, isEnglish: Bool = false) { (self.text, self.isEnglish) = (text, isEnglish) }
  init(_ refusal: Refusal) { (text, isEnglish) = (refusal.message, true) }
}

/// One of several, in a `<select>` or as radio buttons.
struct Choice: Sendable {
  let value: String
  let words: String
  let isChosen: Bool
}
