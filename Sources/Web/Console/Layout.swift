import Foundation
import Words

/// The frame of a page, as the template `layout` reads it: every page view holds one as `layout`.
package struct Layout: Sendable {
  package enum Place: Sendable {
    case today, queue, alerts, subscribers, incidents, partners, journal, mails, webhooks, accounts, ownAccount, own
    case elsewhere
    /// Before one has signed in: no way leads further.
    case outside
  }

  struct Link: Sendable {
    let href: String
    let label: String
    let current: Bool
  }

  let title: String
  /// BCP 47, and how it is written: for the whole page.
  let lang: String
  let dir: String
  let languages: [Choice]
  /// Where one is, to come back to in another language.
  let back: String
  let service: String
  let stylesheet: String
  let script: String
  /// Where the name of the product leads: the first place that one may go to.
  let home: String
  let isOutside: Bool
  /// Whether the script may take single keys for shortcuts.
  let hasKeys: Bool
  let nav: [Link]
  let visitor: Visitor?
  let journal: String?
  let fault: String?
  let seal: Seal?
  let clock: Moment
  let zone: String
  let version: String

  struct Choice: Sendable {
    let tag: String
    /// What its speakers call it.
    let name: String
    let isNow: Bool
  }

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
    let (time, words) = (console.localTime, console.words)
    self.title = title
    lang = words.tag.description
    dir = words.language.direction.rawValue
    languages = Language.allCases.map { Choice(tag: $0.tag, name: $0.ownName, isNow: $0 == words.language) }
    back = console.path?.text ?? Paths.today
    service = console.service
    stylesheet = Assets.stylesheet.path
    script = Assets.script.path
    let places = Self.places(for: place == .outside ? [] : console.visitor?.rights)
    home = places.first?.href ?? (place == .outside ? Paths.today : Paths.ownAccount)
    isOutside = place == .outside
    hasKeys = console.hasKeys
    nav = places.map {
      Link(href: $0.href, label: words.text($0.label), current: $0.place == place)
    }
    visitor = console.visitor.flatMap { visitor in
      place == .outside
        ? nil
        : Visitor(
          name: visitor.name, role: words.text(visitor.role.label), proof: visitor.proof, current: place == .ownAccount)
    }
    journal = console.journal.map { words.text(Self.sentence($0, words)) }
    fault = console.journal?.fault
    seal = console.journal?.checkpoint.map {
      Seal(number: words.count($0.number), root: String($0.root.prefix(16)), at: Moment($0.at, time.exact($0.at)))
    }
    clock = Moment(console.now, time.exact(console.now))
    zone = console.zone.identifier
    version = console.version
  }

  /// - Parameter rights: nil where it is not known who looks, as on a refusal.
  private static func places(for rights: Set<Right>?) -> [(place: Place, href: String, label: Message)] {
    let all: [(right: Right, place: Place, href: String, label: Message)] = [
      (.readRenewals, .today, Paths.today, .placeToday),
      (.readRenewals, .queue, Paths.queue, .placeQueue),
      (.readRenewals, .alerts, Paths.alerts, .placeAlerts),
      (.readSubscribers, .subscribers, Paths.subscribers, .placeSubscribers),
      (.readIncidents, .incidents, Paths.incidents, .placeIncidents),
      (.readRenewals, .partners, Paths.partners, .placePartners),
      (.readJournal, .journal, Paths.journal, .placeJournal),
      (.readMails, .mails, Paths.mails, .placeMails),
      (.readWebhooks, .webhooks, Paths.webhooks, .placeWebhooks),
      (.readAccounts, .accounts, Paths.accounts, .placeAccounts),
      (.ownSubscription, .own, Paths.own, .ownTitle),
    ]
    let shown = rights ?? [.readRenewals, .readSubscribers]
    return all.filter { shown.contains($0.right) }.map { ($0.place, $0.href, $0.label) }
  }

  private static func sentence(_ state: JournalState, _ words: Words) -> Message {
    let facts = words.text(.facts(Int(state.facts), shown: words.count(state.facts)))
    guard let sealed = state.checkpoint?.facts else { return .factsNoneSealed(facts) }
    let open = state.facts - sealed
    return open <= 0 ? .factsAllSealed(facts) : .factsNotSealed(facts, open: words.count(open))
  }
}
