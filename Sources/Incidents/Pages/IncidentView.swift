import Kernel
import Web
import Words

/// `IncidentPage` in the reader's words, as `incident.mustache` reads it.
struct IncidentView: Sendable {
  let layout: Layout
  let here: String
  let title: String
  let about: String
  let state: String
  let tone: String
  let severity: Int
  let error: String?
  let began: Moment
  let noticed: Moment
  let contained: Moment?
  let closed: Moment?
  let hasPeople: Bool
  let chart: ChartFigure
  let states: [State]
  let told: String
  let stops: [Stop]
  let offers: [Offer]
  let toTell: [Tell]
  let versions: [Version]
  let finders: [Option]
  let windowStart: String
  let windowEnd: String
  let rules: [Rule]
  let remedies: [Remedy]
  let gifts: [Gift]
  let problems: [String]
  let moments: [Passed]
  let mayRun: Bool
  let isOpen: Bool
  let mayClose: Bool
  let proof: String
  let key: String

  struct State: Sendable {
    let words: String
    let tone: String
    let count: String
  }

  struct Stop: Sendable {
    let id: Int64
    let kind: String
    let target: String
    let reason: String
    let at: Moment
    /// Empty, or one.
    let undone: [Moment]
    let mayUndo: Bool
    let action: String
  }

  struct Option: Sendable {
    let value: String
    let words: String
  }

  struct Offer: Sendable {
    let kind: String
    let words: String
    let goesOn: String
    let targets: [Option]
    let action: String
  }

  struct Tell: Sendable {
    let whom: String
    /// Empty, or one.
    let at: [Moment]
    let mayTick: Bool
    let action: String
  }

  struct Version: Sendable {
    let id: Int64
    let n: Int64
    let state: String
    let finder: String
    let from: Moment
    let until: Moment
    let reason: String
    let count: String
    let totals: [String]
    let changes: [String]
    let hasOutside: Bool
    let outside: [String]
    let mayApprove: Bool
    let action: String
  }

  struct Rule: Sendable {
    let id: Int64
    let n: Int64
    let state: String
    let assumptions: String
    let totals: [String]
    let hasOutliers: Bool
    let outliers: [String]
    let limits: String
    let mayApprove: Bool
    let mayStart: Bool
  }

  struct Remedy: Sendable {
    let kind: String
    let state: String
    let count: String
  }

  struct Gift: Sendable {
    let field: String
    let words: String
    let most: Int64
    let value: Int64
    let unit: String
  }

  struct Passed: Sendable {
    let at: Moment
    let actor: String
    let text: String
  }

  init(_ page: IncidentPage, _ console: Console) {
    let (one, words, time) = (page.incident, console.words, console.localTime)
    let rights = console.visitor?.rights ?? []
    let here = IncidentsPage.path(of: one.id)
    let runs = rights.contains(.runIncidents) && one.state != .closed
    let approves = rights.contains(.approveRemedies) && one.state != .closed
    func moment(_ at: Instant) -> Moment { Moment(at, time.exact(at)) }
    self.here = here
    layout = Layout(one.title, at: .incidents, in: console)
    title = one.title
    about = one.about
    state = words.text(one.state.message)
    tone = one.state.tone.rawValue
    severity = one.severity
    error = page.error
    began = moment(one.beganAt)
    noticed = moment(one.noticedAt)
    contained = one.containedAt.map(moment)
    closed = one.closedAt.map(moment)
    hasPeople = page.funnel.affected > 0
    let counted = Affected.State.allCases.map { ($0, page.funnel.states[$0] ?? 0) }
    chart = ChartFigure(
      id: "funnel", caption: words.text(.incidentFunnel),
      StackedBar(
        title: words.text(.incidentFunnel),
        segments: counted.map { .init(words.text($0.message), $1, $0.tone) }))
    states = counted.map { State(words: words.text($0.message), tone: $0.tone.rawValue, count: words.count(Int64($1))) }
    told = words.count(Int64(page.funnel.told))
    stops = page.containments.map {
      Stop(
        id: $0.id, kind: $0.kind, target: $0.target, reason: $0.reason, at: moment($0.at),
        undone: $0.undoneAt.map { [moment($0)] } ?? [],
        mayUndo: runs && $0.undoneAt == nil, action: "\(here)/undo")
    }
    offers = page.offers.filter { !$0.targets.isEmpty }.map { offer in
      Offer(
        kind: offer.kind, words: offer.words, goesOn: offer.goesOn,
        targets: offer.targets.map { Option(value: $0.name, words: $0.words) }, action: "\(here)/contain")
    }
    toTell = page.toTell.map {
      Tell(
        whom: $0.whom, at: $0.toldAt.map { [moment($0)] } ?? [], mayTick: runs && $0.toldAt == nil,
        action: "\(here)/tell")
    }
    versions = page.versions.map { version in
      let cohort = version.cohort
      return Version(
        id: cohort.id, n: cohort.n, state: words.text(cohort.state.message), finder: cohort.finder,
        from: moment(cohort.rule.starts), until: moment(cohort.rule.ends), reason: cohort.reason,
        count: cohort.people.map { words.text(.incidentPeople(Int($0), shown: words.count($0))) } ?? "",
        totals: version.totals.map { words.amount(Amount($0.amount, $0.unit)) },
        changes: version.changes.map { "\($0.person) \($0.what): \($0.why)" }, hasOutside: !version.outside.isEmpty,
        outside: version.outside.map { "\($0.person) \($0.item): \($0.evidence)" },
        mayApprove: approves && cohort.state == .frozen, action: "\(here)/approve-found")
    }
    finders = page.finders.map { Option(value: $0.name, words: $0.words) }
    windowStart = (one.beganAt - .days(1)).iso8601
    windowEnd = console.now.iso8601
    rules = page.rules.map { rule in
      let money = rule.totals.filter { !$0.unit.isEmpty }
      return Rule(
        id: rule.rule.id, n: rule.rule.n, state: words.text(rule.rule.state.message),
        assumptions: rule.rule.assumptions,
        totals: rule.totals.map {
          "\($0.kind): \(Self.amount($0.amount, $0.unit, words)) / \(words.count(Int64($0.people)))"
        },
        hasOutliers: !rule.outliers.isEmpty,
        outliers: rule.outliers.map { "\($0.person): \(Self.amount($0.amount, $0.unit, words))" },
        limits: Dictionary(grouping: money, by: \.unit).sorted { $0.key < $1.key }
          .map { "\($0.key)=\($0.value.map(\.amount).max() ?? 0)" }.joined(separator: " "),
        mayApprove: approves && rule.rule.state == .tried,
        mayStart: runs && (rule.rule.state == .approved || rule.rule.state == .stopped))
    }
    remedies = page.remedies.map {
      Remedy(kind: $0.kind, state: words.text(Self.message(of: $0.state)), count: words.count(Int64($0.count)))
    }
    gifts = page.gifts.map { gift in
      switch gift.basis {
      case .items: Gift(field: "gift.\(gift.name)", words: gift.words, most: 100, value: 100, unit: "%")
      case .person(let unit, let most):
        Gift(field: "gift.\(gift.name)", words: gift.words, most: most, value: 0, unit: unit)
      case .words: Gift(field: "gift.\(gift.name)", words: gift.words, most: 1, value: 1, unit: "")
      }
    }
    problems = page.problems
    moments = page.moments.map {
      Passed(at: moment($0.at), actor: $0.actor, text: $0.what == "note" ? $0.text : "\($0.what) \($0.text)")
    }
    mayRun = runs
    isOpen = one.state == .open
    mayClose = runs && page.problems.isEmpty
    proof = console.visitor?.proof ?? ""
    key = page.key
  }

  private static func amount(_ amount: Int64, _ unit: String, _ words: Words) -> String {
    if unit.isEmpty { return "–" }
    return unit == unit.uppercased() ? words.amount(Amount(amount, unit)) : "\(words.count(amount)) \(unit)"
  }

  private static func message(of state: String) -> Message {
    switch state {
    case "done": .remedyDone
    case "underWay": .remedyUnderWay
    case "held": .remedyHeld
    default: .remedyRefused
    }
  }
}

extension Affected.State {
  var message: Message {
    switch self {
    case .affected: .personAffected
    case .told: .personTold
    case .whole: .personWhole
    case .unharmed: .personUnharmed
    case .unreachable: .personUnreachable
    case .disputed: .personDisputed
    }
  }

  var tone: Tone {
    switch self {
    case .affected: .refused
    case .told: .waiting
    case .whole: .settled
    case .unharmed: .unsent
    case .unreachable: .held
    case .disputed: .person
    }
  }
}

extension Cohort.State {
  var message: Message {
    switch self {
    case .searching: .cohortSearching
    case .frozen: .cohortFrozen
    case .approved: .cohortApproved
    case .dropped: .cohortDropped
    }
  }
}

extension RemedyRule.State {
  var message: Message {
    switch self {
    case .tried: .ruleTried
    case .approved: .ruleApproved
    case .running: .ruleRunning
    case .stopped: .ruleStopped
    }
  }
}
