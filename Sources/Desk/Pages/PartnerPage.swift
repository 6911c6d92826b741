import Kernel
import Web
import Words

/// One partner: its gate, its last hour, what is open by age, how late it speaks, who stopped it, and the switch.
package struct PartnerPage: Sendable {
  /// What is read of it.
  package struct Matter: Sendable {
    package var state: PartnerState
    package var hour: [Slice]
    package var ages: Ages
    package var delays: Delays
    package var switches: [Switch]
  }

  package struct Slice: Sendable {
    package var start: Instant
    package var counts: PartnerState.Counts
  }

  /// How many are open, by age (`LaneQuery.ageEnds`, and one more for what is older).
  package struct Ages: Sendable {
    package var unknown: [Int]
    package var pending: [Int]

    var total: Int { unknown.reduce(0, +) + pending.reduce(0, +) }
  }

  /// Bucket n holds delays of 2^(n-1) to 2^n seconds.
  package struct Delays: Sendable {
    package var today: [Int64: Int64]
    package var before: [Int64: Int64]
  }

  package struct Switch: Sendable {
    package var fact: FactNumber
    package var at: Instant
    package var actor: String
    package var isOn: Bool
    package var reason: String
  }

  package var matter: Matter
  /// nil: this program has no settings for it.
  package var capabilities: Capabilities?
  package var mayAct = false
  /// Of the form, made with it: sent twice, it is done once.
  package var key = ""
  package var notice: Message?
  package var error: String?
  package var reason = ""

  package init(matter: Matter, capabilities: Capabilities?) {
    self.matter = matter
    self.capabilities = capabilities
  }

  package func html(in console: Console, _ names: Names) -> String {
    Self.template.html(PartnerView(self, console, names), console.words)
  }

  private static let template = Template("partner", PackageResources.partner_mustache)
}

struct PartnerView: Sendable {
  let layout: Layout
  let name: String
  let path: String
  let journalHref: String
  let gate: GateView
  let isStopped: Bool
  let rate: String?
  let waiting: String
  let unknown: String
  let anyUnknown: Bool
  let asked: String
  let hour: ChartFigure?
  let ages: ChartFigure?
  let delays: ChartFigure?
  let delayWords: String?
  let isCut: Bool
  let mayAct: Bool
  let mayNot: String
  let proof: String
  let key: String
  let notice: String?
  let error: String?
  let reason: String
  let switches: [Switched]

  struct Switched: Sendable {
    let href: String
    let at: Moment
    let tone: String
    let word: String
    let actor: String
    let reason: String
  }

  init(_ page: PartnerPage, _ console: Console, _ names: Names) {
    let (matter, words, time) = (page.matter, console.words, console.localTime)
    let state = matter.state
    layout = Layout(state.name, at: .partners, in: console)
    name = state.name
    path = Paths.partner(state.name)
    journalHref = Paths.journal + "?subject=" + Paths.segment("lane:\(state.name)")
    gate = GateView(state.gate, names, time, console.now)
    isStopped = state.isStopped
    rate = page.capabilities.map {
      words.text(.partnerRate(words.count($0.ratePerSecond), atOnce: words.count($0.concurrency)))
    }
    waiting = words.count(state.waiting)
    unknown = words.count(state.unknown)
    anyUnknown = state.unknown > 0
    asked = words.count(state.counts.asked)
    let charts = PartnerCharts(words: words, time: time)
    hour = charts.hour(matter.hour)
    ages = charts.ages(matter.ages)
    delays = charts.delays(matter.delays)
    delayWords = charts.comparison(matter.delays)
    isCut = matter.ages.total >= LaneQuery.counted || state.waiting >= LaneQuery.counted
    mayAct = page.mayAct
    mayNot = words.text(.mayNotStop)
    proof = console.visitor?.proof ?? ""
    key = page.key
    notice = page.notice.map { words.text($0) }
    error = page.error
    reason = page.reason
    switches = matter.switches.map {
      Switched(
        href: Paths.journal + "/\($0.fact)", at: Moment($0.at, time.exact($0.at)),
        tone: ($0.isOn ? Tone.settled : .held).rawValue, word: words.text($0.isOn ? .switchedOn : .switchedOff),
        actor: names.text($0.actor), reason: $0.reason)
    }
  }
}
