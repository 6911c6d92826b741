import Foundation

/// The frame of a page, as the template `layout` reads it: every page view holds one as `layout`.
package struct Layout: Sendable {
  package enum Place: Sendable {
    case today, subscribers, mails, accounts, ownAccount, elsewhere
    /// Before one has signed in: no way leads further.
    case outside
  }

  struct Link: Sendable {
    let href: String
    let label: String
    let current: Bool
  }

  let title: String
  let service: String
  let stylesheet: String
  /// Where the name of the product leads: the first place that one may go to.
  let home: String
  let isOutside: Bool
  let nav: [Link]
  let visitor: Visitor?
  let journal: String?
  let fault: String?
  let seal: Seal?
  let clock: Moment
  let zone: String
  let version: String

  struct Visitor: Sendable {
    let name: String
    let role: String
    let proof: String
    let current: Bool
  }

  struct Seal: Sendable {
    let number: String
    let root: String
    let at: Moment
  }

  package init(_ title: String, at place: Place, in console: Console) {
    let time = console.localTime
    self.title = title
    service = console.service
    stylesheet = Assets.stylesheetPath
    let places = Self.places(for: place == .outside ? [] : console.visitor?.rights)
    home = places.first?.href ?? (place == .outside ? Paths.today : Paths.ownAccount)
    isOutside = place == .outside
    nav = places.map {
      Link(href: $0.href, label: $0.label, current: $0.place == place)
    }
    visitor = console.visitor.flatMap { visitor in
      place == .outside
        ? nil
        : Visitor(
          name: visitor.name, role: visitor.role.rawValue, proof: visitor.proof, current: place == .ownAccount)
    }
    journal = console.journal.map(Self.sentence)
    fault = console.journal?.fault
    seal = console.journal?.checkpoint.map {
      Seal(number: Figures.count($0.number), root: String($0.root.prefix(16)), at: Moment($0.at, time.exact($0.at)))
    }
    clock = Moment(console.now, time.exact(console.now))
    zone = console.zone.identifier
    version = console.version
  }

  /// - Parameter rights: nil where it is not known who looks, as on a refusal.
  private static func places(for rights: Set<Right>?) -> [(place: Place, href: String, label: String)] {
    let all: [(right: Right, place: Place, href: String, label: String)] = [
      (.readRenewals, .today, Paths.today, "Today"),
      (.readSubscribers, .subscribers, Paths.subscribers, "Subscribers"),
      (.readMails, .mails, Paths.mails, "Mails"),
      (.readAccounts, .accounts, Paths.accounts, "Accounts"),
    ]
    let shown = rights ?? [.readRenewals, .readSubscribers]
    return all.filter { shown.contains($0.right) }.map { ($0.place, $0.href, $0.label) }
  }

  private static func sentence(_ state: JournalState) -> String {
    let facts = "\(Figures.count(state.facts)) \(state.facts == 1 ? "fact" : "facts")"
    guard let sealed = state.checkpoint?.facts else { return "\(facts), none sealed yet" }
    let open = state.facts - sealed
    return open <= 0 ? "\(facts), all sealed" : "\(facts), \(Figures.count(open)) not sealed yet"
  }
}
