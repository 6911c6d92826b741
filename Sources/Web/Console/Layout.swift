import Foundation

/// The frame of a page, as the template `layout` reads it: every page view holds one as `layout`.
package struct Layout: Sendable {
  package enum Place: Sendable { case today, subscribers, elsewhere }

  struct Link: Sendable {
    let href: String
    let label: String
    let current: Bool
  }

  let title: String
  let service: String
  let stylesheet: String
  let nav: [Link]
  let journal: String?
  let fault: String?
  let seal: Seal?
  let clock: Moment
  let zone: String
  let version: String

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
    nav = [
      Link(href: Paths.today, label: "Today", current: place == .today),
      Link(href: Paths.subscribers, label: "Subscribers", current: place == .subscribers),
    ]
    journal = console.journal.map(Self.sentence)
    fault = console.journal?.fault
    seal = console.journal?.checkpoint.map {
      Seal(number: Figures.count($0.number), root: String($0.root.prefix(16)), at: Moment($0.at, time.exact($0.at)))
    }
    clock = Moment(console.now, time.exact(console.now))
    zone = console.zone.identifier
    version = console.version
  }

  private static func sentence(_ state: JournalState) -> String {
    let facts = "\(Figures.count(state.facts)) \(state.facts == 1 ? "fact" : "facts")"
    guard let sealed = state.checkpoint?.facts else { return "\(facts), none sealed yet" }
    let open = state.facts - sealed
    return open <= 0 ? "\(facts), all sealed" : "\(facts), \(Figures.count(open)) not sealed yet"
  }
}
