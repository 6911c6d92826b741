import Kernel
import Web

/// `TodayPage` in words, as `today.mustache` reads it.
struct TodayView: Sendable {
  let layout: Layout
  let day: Moment
  let zone: String
  let asOf: Moment
  let headline: String
  /// Set when the states do not add up to what fell due.
  let mismatch: String?
  let bar: ChartFigure
  let currencies: [String]
  let states: [State]
  let total: State
  let alerts: [Alert]
  let decisions: [Decision]
  let moreDecisions: String?
  let partners: [PartnerView]
  let newest: [Renewal]
  let newestCaption: String

  struct State: Sendable {
    let tone: String
    let words: String
    let meaning: String
    let count: String
    let share: String
    let money: [String]
    let empty: Bool
  }

  struct Alert: Sendable {
    let title: String
    let detail: String
    let owner: String
    let raised: Moment
    let age: String
    let escalates: String?
  }

  struct Decision: Sendable {
    let subject: String
    let href: String?
    let why: String
    let owner: String
    let unowned: Bool
    let deadline: Moment
    let left: String
    let overdue: Bool
  }

  struct Renewal: Sendable {
    let href: String
    let name: String
    let plan: String
    let amount: String
    let partner: String
    let tone: String
    let state: String
    let at: Moment
  }

  init(_ page: TodayPage, _ console: Console) {
    let time = console.localTime
    layout = Layout("Today’s renewals", at: .today, in: console)
    day = Moment(page.day, time.weekday(page.day))
    zone = time.zoneName
    asOf = Moment(console.now, time.clock(console.now))
    let counted = page.states.reduce(0) { $0 + $1.count }
    headline =
      page.due == 0
      ? "No charge falls due today." : "\(Figures.count(page.due, "charge", "charges")) due, each in exactly one state."
    mismatch = Self.mismatch(due: page.due, counted: counted)
    let ordered = ChargeState.allCases.map { state in
      page.states.first { $0.state == state } ?? TodayPage.StateCount(state, 0, [])
    }
    bar = ChartFigure(
      id: "day", caption: "The charges of the day by state",
      StackedBar(
        title: "The charges of the day by state",
        segments: ordered.map { .init($0.state.words, $0.count, $0.state.tone) }))
    let codes = Set(page.states.flatMap { $0.money.map(\.currency) }).sorted()
    currencies = codes
    states = ordered.map { Self.row($0, of: counted, codes) }
    total = Self.total(ordered, counted, codes)
    alerts = page.alerts.map { Self.alert($0, time, console.now) }
    decisions = page.decisions.sorted { $0.deadline < $1.deadline }.prefix(TodayPage.listed).map {
      Self.decision($0, time, console.now)
    }
    let hidden = page.decisionTotal - decisions.count
    moreDecisions = hidden > 0 ? "\(Figures.count(hidden)) more with a later deadline." : nil
    partners = page.partners.map { PartnerView($0, time, console.now) }
    newest = page.newest.prefix(TodayPage.listed).map { Self.renewal($0, time) }
    newestCaption = "The last \(Figures.count(newest.count, "charge", "charges")), newest first"
  }

  private static func mismatch(due: Int, counted: Int) -> String? {
    guard due != counted else { return nil }
    return "The states add up to \(Figures.count(counted)), but \(Figures.count(due)) fell due: "
      + "\(Figures.count(abs(due - counted))) cannot be accounted for. The invariant check has the list."
  }

  private static func row(_ row: TodayPage.StateCount, of total: Int, _ codes: [String]) -> State {
    State(
      tone: row.state.tone.rawValue, words: row.state.words, meaning: row.state.meaning,
      count: Figures.count(row.count),
      share: total == 0 ? "–" : Figures.share(Double(row.count) / Double(total)),
      money: codes.map { code in row.money.first { $0.currency == code }?.figures ?? "–" }, empty: row.count == 0)
  }

  private static func total(_ rows: [TodayPage.StateCount], _ counted: Int, _ codes: [String]) -> State {
    let money = codes.map { code in
      Amount(rows.flatMap(\.money).filter { $0.currency == code }.reduce(0) { $0 + $1.minor }, code).figures
    }
    return State(
      tone: "", words: "all", meaning: "", count: Figures.count(counted),
      share: counted == 0 ? "–" : Figures.share(1), money: money, empty: false)
  }

  private static func alert(_ alert: TodayPage.Alert, _ time: LocalTime, _ now: Instant) -> Alert {
    Alert(
      title: alert.title, detail: alert.detail, owner: alert.owner ?? "nobody yet",
      raised: Moment(alert.raisedAt, time.dayTime(alert.raisedAt)), age: SpanText.text(now - alert.raisedAt),
      escalates: alert.escalatesAt.map { at in at < now ? "escalated" : "escalates in " + SpanText.text(at - now) })
  }

  private static func decision(_ decision: TodayPage.Decision, _ time: LocalTime, _ now: Instant) -> Decision {
    let left = time.words.deadline(decision.deadline, now: now)
    return Decision(
      subject: decision.subject, href: decision.subscriberID.map(Paths.subscriber), why: decision.why,
      owner: decision.owner ?? "nobody yet", unowned: decision.owner == nil,
      deadline: Moment(decision.deadline, time.dayTime(decision.deadline)), left: left.text, overdue: left.overdue)
  }

  private static func renewal(_ renewal: TodayPage.Renewal, _ time: LocalTime) -> Renewal {
    Renewal(
      href: Paths.subscriber(renewal.subscriberID), name: renewal.name, plan: renewal.plan,
      amount: renewal.amount.text, partner: renewal.partner, tone: renewal.state.tone.rawValue,
      state: renewal.state.words, at: Moment(renewal.at, time.clock(renewal.at)))
  }
}
