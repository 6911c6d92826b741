import Kernel
import Web
import Words

/// All partners, and how each does.
package struct PartnersPage: Sendable {
  package var partners: [PartnerState]

  package func html(in console: Console, _ names: Names) -> String {
    Self.template.html(View(self, console, names), console.words)
  }

  private static let template = Template("partners", PackageResources.partners_mustache)

  private struct View: Sendable {
    let layout: Layout
    let partners: [Row]

    init(_ page: PartnersPage, _ console: Console, _ names: Names) {
      layout = Layout(console.words.text(.placePartners), at: .partners, in: console)
      partners = page.partners.map { Row($0, console, names) }
    }
  }

  private struct Row: Sendable {
    let name: String
    let href: String
    let gate: GateView
    let waiting: String
    let sent: String
    let done: String
    let refused: String
    let pending: String
    let unknown: String
    let anyUnknown: Bool
    let oldest: String?

    init(_ state: PartnerState, _ console: Console, _ names: Names) {
      let words = console.words
      name = state.name
      href = Paths.partner(state.name)
      gate = GateView(state.gate, names, console.localTime, console.now)
      waiting = words.count(state.waiting)
      sent = words.count(state.counts.sent)
      done = words.count(state.counts.done)
      refused = words.count(state.counts.refused)
      pending = words.count(state.counts.pending)
      unknown = words.count(state.unknown)
      anyUnknown = state.unknown > 0
      oldest = state.oldestUnknown.map { words.text(.oldestAge(words.span(console.now - $0))) }
    }
  }
}
