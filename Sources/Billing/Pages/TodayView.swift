import Kernel
import Web
import Words

/// `TodayPage` in words, as `today.mustache` reads it.
struct TodayView: Sendable {
  let layout: Layout
  let title: String
  let day: Moment
  /// For the field in which a day is chosen.
  let chosen: String
  let previous: String?
  let next: String?
  let isToday: Bool
  /// The figures in one sentence, for those who hear the page.
  let liveSummary: String
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
    /// Where its charges are listed.
    let href: String?
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
    let href: String
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
    let (time, words) = (console.localTime, console.words)
    let dayText = time.weekday(page.day.instant)
    title = words.text(page.day.isToday ? .todayTitle : .dayTitle(time.day(page.day.instant)))
    layout = Layout(title, at: .today, in: console)
    day = Moment(page.day.instant, dayText)
    chosen = page.day.name
    previous = page.day.previous.map(Paths.day)
    next = page.day.next.map(Paths.day)
    isToday = page.day.isToday
    zone = time.zoneName
    asOf = Moment(console.now, time.clock(console.now))
    let counted = page.states.reduce(0) { $0 + $1.count }
    headline =
      page.due > 0
      ? words.text(.chargesDue(page.due, shown: words.count(page.due)))
      : words.text(page.day.isToday ? .nothingDue : .nothingDueThen)
    mismatch = Self.mismatch(due: page.due, counted: counted, words)
    let ordered = ChargeState.allCases.map { state in
      page.states.first { $0.state == state } ?? TodayPage.StateCount(state, 0, [])
    }
    func count(_ state: ChargeState) -> String { words.count(ordered.first { $0.state == state }?.count ?? 0) }
    liveSummary = words.text(.live(count(.settled), count(.unknown), count(.person)))
    let barTitle = words.text(.chargesByState)
    bar = ChartFigure(
      id: "day", caption: barTitle,
      StackedBar(
        title: barTitle, segments: ordered.map { .init(words.text($0.state.words), $0.count, $0.state.tone) },
        words: words))
    let codes = Set(page.states.flatMap { $0.money.map(\.currency) }).sorted()
    currencies = codes
    states = ordered.map { Self.row($0, of: counted, codes, page.day, words) }
    total = Self.total(ordered, counted, codes, words)
    alerts = page.alerts.map { Self.alert($0, time, console.now) }
    decisions = page.decisions.sorted { $0.deadline < $1.deadline }.prefix(TodayPage.listed).map {
      Self.decision($0, time, console.now)
    }
    let hidden = page.decisionTotal - decisions.count
    moreDecisions = hidden > 0 ? words.text(.moreDecisions(hidden, shown: words.count(hidden))) : nil
    partners = page.partners.map { PartnerView($0, time, console.now) }
    newest = page.newest.prefix(TodayPage.listed).map { Self.renewal($0, time) }
    newestCaption = words.text(.newestCharges(newest.count, shown: words.count(newest.count)))
  }

  private static func mismatch(due: Int, counted: Int, _ words: Words) -> String? {
    guard due != counted else { return nil }
    return words.text(
      .statesDiffer(
        counted: words.count(counted), due: words.count(due), missing: words.count(abs(due - counted))))
  }

  private static func row(
    _ row: TodayPage.StateCount, of total: Int, _ codes: [String], _ day: DayChoice, _ words: Words
  ) -> State {
    State(
      tone: row.state.tone.rawValue, words: words.text(row.state.words), meaning: words.text(row.state.meaning),
      count: words.count(row.count),
      share: total == 0 ? "–" : words.share(Double(row.count) / Double(total)),
      money: codes.map { code in row.money.first { $0.currency == code }.map(words.figures) ?? "–" },
      empty: row.count == 0, href: row.count == 0 ? nil : Paths.charges(day.name, row.state))
  }

  private static func total(
    _ rows: [TodayPage.StateCount], _ counted: Int, _ codes: [String], _ words: Words
  ) -> State {
    let money = codes.map { code in
      words.figures(
        Amount(rows.flatMap(\.money).filter { $0.currency == code }.reduce(0) { $0 + $1.minor }, code))
    }
    return State(
      tone: "", words: "", meaning: "", count: words.count(counted),
      share: counted == 0 ? "–" : words.share(1), money: money, empty: false, href: nil)
  }

  private static func alert(_ alert: TodayPage.Alert, _ time: LocalTime, _ now: Instant) -> Alert {
    let words = time.words
    return Alert(
      title: alert.title, detail: alert.detail,
      owner: alert.owner.map(Names(words: words).text) ?? words.text(.nobodyYet),
      raised: Moment(alert.raisedAt, time.dayTime(alert.raisedAt)),
      age: words.text(.ago(words.span(now - alert.raisedAt))),
      escalates: alert.escalatesAt.map { at in
        words.text(at < now ? .escalated : .escalates(in: words.span(at - now)))
      })
  }

  private static func decision(_ decision: TodayPage.Decision, _ time: LocalTime, _ now: Instant) -> Decision {
    let words = time.words
    let left = words.deadline(decision.deadline, now: now)
    return Decision(
      subject: words.text(
        decision.isRefund
          ? .refundAt(decision.partner, reference: decision.reference)
          : .chargeAt(decision.partner, reference: decision.reference)),
      href: "\(Paths.queue)/\(decision.effect)",
      why: words.text(decision.code.map(Message.nothingProvable) ?? .nothingProvableNoAnswer),
      owner: decision.owner.map(Names(words: words).text) ?? words.text(.nobodyYet), unowned: decision.owner == nil,
      deadline: Moment(decision.deadline, time.dayTime(decision.deadline)), left: left.text, overdue: left.overdue)
  }

  private static func renewal(_ renewal: TodayPage.Renewal, _ time: LocalTime) -> Renewal {
    Renewal(
      href: Paths.subscriber(renewal.subscriberID), name: renewal.name, plan: renewal.plan,
      amount: time.words.amount(renewal.amount), partner: renewal.partner, tone: renewal.state.tone.rawValue,
      state: time.words.text(renewal.state.words), at: Moment(renewal.at, time.clock(renewal.at)))
  }
}

extension Paths {
  static func day(_ name: String) -> String { "\(today)?day=\(segment(name))" }
  static func charges(_ day: String, _ state: ChargeState) -> String {
    "/charges?day=\(segment(day))&state=\(state.rawValue)"
  }
}
