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
  let obstacles: [String]
  let moments: [Passed]
  let earlier: String?
  let lesson: String
  let lessonState: String
  let settled: String
  let target: String?
  let objections: [Objected]
  let moreObjections: String?
  let olderVersions: String?
  let olderRules: String?
  let isFirstSearch: Bool
  let isNotClosed: Bool
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
    let name: PartName
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
    var isEnglish = false
  }

  struct Objected: Sendable {
    let href: String
    let who: String
    let due: Moment
  }

  struct Offer: Sendable {
    let anchor: String
    let kind: String
    let name: PartName
    let goesOn: PartName
    /// What it can be applied to; empty: the form is not there.
    let targets: [Option]
    /// Why it cannot be applied to what is not among them.
    let obstacles: [String]
    let isPossible: Bool
    let action: String
  }

  struct Tell: Sendable {
    let tone: String
    /// The button's name: whom it is about.
    let tick: String
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
    let finder: PartName
    let from: Moment
    let until: Moment
    let reason: String
    let count: String
    let totals: [String]
    /// Empty, or one: how many joined and left.
    let changed: [String]
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
    let totals: [RuleTotal]
    let hasOutliers: Bool
    let outliers: [Outlier]
    let limits: String
    let mayApprove: Bool
    let mayStart: Bool
  }

  struct RuleTotal: Sendable {
    let name: PartName
    let people: String
    let amount: String
    /// Empty, or one.
    let allowed: [String]
  }

  struct Outlier: Sendable {
    let who: String
    let amount: String
  }

  struct Remedy: Sendable {
    let name: PartName
    let tone: String
    let state: String
    let count: String
  }

  struct Gift: Sendable {
    let field: String
    let name: PartName
    let most: Int64
    let value: Int64
    let unit: String
  }

  struct Passed: Sendable {
    let at: Moment
    let actor: String
    let isNote: Bool
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
        segments: counted.map { .init(words.text($0.message), $1, $0.tone) }, words: words))
    states = counted.map { State(words: words.text($0.message), tone: $0.tone.rawValue, count: words.count(Int64($1))) }
    told = words.count(Int64(page.funnel.told))
    stops = page.containments.map {
      Stop(
        id: $0.id, name: PartName(.stop, $0.kind, words), target: $0.target, reason: $0.reason, at: moment($0.at),
        undone: $0.undoneAt.map { [moment($0)] } ?? [],
        mayUndo: runs && $0.undoneAt == nil, action: "\(here)/undo")
    }
    offers = page.offers.filter { !$0.targets.isEmpty }.map { offer in
      Offer(
        anchor: offer.kind.replacing(".", with: "-"), kind: offer.kind,
        name: PartName(.stop, offer.kind, own: offer.words, words),
        goesOn: PartName(.goesOn, offer.kind, own: offer.goesOn, words),
        targets: offer.targets.filter { $0.obstacle == nil }.map { Option(value: $0.name, words: $0.words) },
        obstacles: offer.targets.compactMap(\.obstacle), isPossible: offer.targets.contains { $0.obstacle == nil },
        action: "\(here)/contain")
    }
    toTell = page.toTell.map {
      Tell(
        tone: ($0.toldAt == nil ? Tone.waiting : .settled).rawValue,
        tick: words.text(.incidentTold($0.whom)), whom: $0.whom, at: $0.toldAt.map { [moment($0)] } ?? [],
        mayTick: runs && $0.toldAt == nil,
        action: "\(here)/tell")
    }
    versions = page.versions.map { version in
      let cohort = version.cohort
      return Version(
        id: cohort.id, n: cohort.n, state: words.text(cohort.state.message),
        finder: PartName(.finder, cohort.finder, words),
        from: moment(cohort.rule.starts), until: moment(cohort.rule.ends), reason: cohort.reason,
        count: cohort.people.map { words.text(.incidentPeople(Int($0), shown: words.count($0))) } ?? "",
        totals: version.totals.map { words.amount(Amount($0.amount, $0.unit)) },
        changed: version.changes.isEmpty
          ? []
          : [
            words.text(
              .reportChange(words.count(version.cohort.added ?? 0), words.count(version.cohort.removed ?? 0)))
          ],
        changes: version.changes.map { "\($0.person) \($0.what): \($0.why)" }, hasOutside: !version.outside.isEmpty,
        outside: version.outside.map { "\($0.person) \($0.item): \($0.evidence)" },
        mayApprove: approves && cohort.state == .frozen, action: "\(here)/approve-found")
    }
    finders = page.finders.map {
      let name = PartName(.finder, $0.name, own: $0.words, words)
      return Option(value: $0.name, words: name.text, isEnglish: name.isEnglish)
    }
    windowStart = (one.beganAt - .days(1)).iso8601
    windowEnd = console.now.iso8601
    rules = page.rules.map { rule in
      let money = rule.totals.filter { !$0.unit.isEmpty }
      return Rule(
        id: rule.rule.id, n: rule.rule.n, state: words.text(rule.rule.state.message),
        assumptions: rule.rule.assumptions,
        totals: rule.totals.map { total in
          RuleTotal(
            name: PartName(.remedy, total.kind, words), people: words.count(Int64(total.people)),
            amount: words.amount(of: total.amount, total.unit),
            allowed: (total.unit.isEmpty ? nil : total.allowed).map {
              [
                words.text(
                  .incidentAllowed(words.amount(of: total.spent, total.unit), of: words.amount(of: $0, total.unit)))
              ]
            } ?? [])
        },
        hasOutliers: !rule.outliers.isEmpty,
        outliers: rule.outliers.map {
          Outlier(who: PersonLink($0.person, page.links).title, amount: words.amount(of: $0.amount, $0.unit))
        },
        limits: Dictionary(grouping: money, by: \.unit).sorted { $0.key < $1.key }
          .map { "\($0.key)=\($0.value.map(\.amount).max() ?? 0)" }.joined(separator: " "),
        mayApprove: approves && rule.rule.state == .tried,
        mayStart: runs && (rule.rule.state == .approved || rule.rule.state == .stopped))
    }
    remedies = page.remedies.map {
      Remedy(
        name: PartName(.remedy, $0.kind, words), tone: Message.remedyTone($0.state).rawValue,
        state: words.text(.remedyState($0.state)), count: words.count(Int64($0.count)))
    }
    gifts = page.gifts.map { gift in
      let (field, name) = ("gift.\(gift.name)", PartName(.remedy, gift.name, own: gift.words, words))
      switch gift.basis {
      case .items: return Gift(field: field, name: name, most: 100, value: 100, unit: "%")
      // Of periods its name speaks already.
      case .person(let unit, let most):
        return Gift(field: field, name: name, most: most, value: 0, unit: unit == "period" ? "" : unit)
      case .words: return Gift(field: field, name: name, most: 1, value: 1, unit: "")
      }
    }
    obstacles = page.obstacles.map { words.text($0.said(words)) }
    let names = Names(people: page.names, reader: console.visitor?.actor.description ?? "", words: words)
    moments = page.moments.map {
      Passed(
        at: moment($0.at), actor: names.text($0.actor), isNote: $0.what == "note",
        text: MomentWords.line($0.what, $0.text, words))
    }
    let left = page.momentCount - page.moments.count
    earlier = left > 0 ? words.text(.reportMomentsLeft(words.count(Int64(left)), "incident:\(one.id)")) : nil
    lesson = LessonPage.path(of: one.id)
    lessonState = words.text(
      page.lesson == nil ? .lessonNone : page.lesson?.closedAt == nil ? .lessonOpen : .lessonClosed)
    settled = words.text(
      .reportSettled(words.count(Int64(page.funnel.settled)), of: words.count(Int64(page.funnel.affected))))
    target = one.target.flatMap { target in
      one.targetAt.map {
        words.text(.incidentTarget(words.share(Double(target) / 100), date: time.dayTime($0)))
      }
    }
    objections = page.objections.map {
      Objected(
        href: ObjectionPage.path(of: $0.id), who: PersonLink($0.person, page.links).title, due: moment($0.dueAt))
    }
    let disputed = page.funnel.states[.disputed] ?? 0
    moreObjections =
      disputed > objections.count
      ? words.text(.peopleShown(words.count(Int64(objections.count)), of: words.count(Int64(disputed)))) : nil
    func older(_ count: Int) -> String? {
      count > IncidentPage.shown ? words.text(.reportLeft(words.count(Int64(count - IncidentPage.shown)))) : nil
    }
    olderVersions = older(page.versionCount)
    olderRules = older(page.ruleCount)
    isFirstSearch = page.versions.isEmpty
    isNotClosed = one.state != .closed
    mayRun = runs
    isOpen = one.state == .open
    mayClose = runs && page.obstacles.isEmpty
    proof = console.visitor?.proof ?? ""
    key = page.key
  }
}

extension Message {
  /// Where one remedy stands, by its name in the tables.
  static func remedyState(_ state: String) -> Message {
    switch state {
    case "done": .remedyDone
    case "underWay": .remedyUnderWay
    case "held": .remedyHeld
    default: .remedyRefused
    }
  }

  static func remedyTone(_ state: String) -> Tone {
    switch state {
    case "done": .settled
    case "underWay": .waiting
    case "held": .held
    default: .refused
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
