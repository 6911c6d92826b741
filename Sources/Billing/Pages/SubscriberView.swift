import Kernel
import Web
import Words

/// `SubscriberPage` in words, as `subscriber.mustache` reads it.
struct SubscriberView: Sendable {
  let layout: Layout
  let notice: String?
  let isTest: Bool
  let id: String
  let name: String
  let mail: String?
  let zone: String
  let since: Moment
  let subscriptions: [Subscription]
  let balances: [String]
  let money: [Movement]
  /// Said once, not beside every payment.
  let refundNot: ActView?
  let harms: [HarmView]
  let moreHarms: String?
  let ownPage: OwnPageView
  let note: NoteView
  let story: [ChapterView]
  let older: String?

  struct Subscription: Sendable {
    let number: String
    let plan: String
    let question: String
    let price: String
    let state: String
    let tone: String
    let partner: String
    let method: String
    let next: Moment?
    let allowed: Bool
    let until: Moment?
    let because: String
    let periods: [Period]
    let acts: [ActView]
  }

  struct Period: Sendable {
    let from: Moment
    let to: Moment
    let state: String
    let tone: String
    let amount: String
    let anchor: String?
  }

  struct Movement: Sendable {
    let at: Moment
    let amount: String
    let what: String
    let partner: String
    let payment: String?
    /// Where its receipt is.
    let receipt: String?
    let refund: ActView?
  }

  init(_ page: SubscriberPage, _ console: Console) {
    let words = console.words
    let time = LocalTime(named: page.zone, words)
    let acts = Acts(of: page, for: console.visitor)
    layout = Layout(page.name, at: .subscribers, in: console)
    notice = page.notice.map { words.text($0) }
    isTest = page.isTest
    id = page.id
    name = page.name
    mail = page.mail.map(MaskedMail.text)
    zone = time.zoneName
    since = Moment(page.since, time.day(page.since))
    subscriptions = page.subscriptions.map { Self.subscription($0, acts, time) }
    balances = Self.balances(page.money, words)
    money = page.money.sorted { $0.at > $1.at }.map { movement in
      Movement(
        at: Moment(movement.at, time.shortDay(movement.at)), amount: words.amount(movement.signed),
        what: words.text(Self.what(movement, time)), partner: movement.partner,
        payment: movement.payment.map { String($0.number) },
        receipt: movement.payment.map { Paths.receipt(of: page.id, payment: $0.number) },
        refund: movement.payment.flatMap { acts.mayRefund ? ActView(acts.refund($0), words) : nil }
          ?? movement.undecided.flatMap { acts.decide($0).map { ActView($0, words) } })
    }
    refundNot = acts.mayRefund ? nil : ActView(acts.refundNot, words)
    harms = page.harms.map { HarmView($0, time, for: console.visitor) }
    moreHarms =
      page.harmCount > page.harms.count
      ? words.text(.peopleShown(words.count(Int64(page.harms.count)), of: words.count(Int64(page.harmCount)))) : nil
    ownPage = OwnPageView(of: page.id, acts, console)
    note = NoteView(acts.note, key: page.key, console)
    var room = SubscriberPage.steps
    story = page.story.map { chapter in
      defer { room -= chapter.entries.count }
      return ChapterView(chapter, newest: max(0, room), time)
    }
    older = page.older
  }

  private static func subscription(
    _ one: SubscriberPage.Subscription, _ acts: Acts, _ time: LocalTime
  ) -> Subscription {
    let words = time.words
    let amount = words.amount(one.price)
    return Subscription(
      number: String(one.id), plan: one.plan, question: words.text(.mayUse(one.plan)),
      price: one.every.map { words.text($0.words(amount)) } ?? amount, state: words.text(one.standing.words),
      tone: one.standing.tone.rawValue, partner: one.partner, method: one.method,
      next: one.nextRenewal.map { Moment($0, time.dayTime($0)) },
      allowed: one.access.allowed, until: one.access.until.map { Moment($0, time.dayTime($0)) },
      because: words.text(one.access.because(time)),
      periods: one.periods.map { period in
        Period(
          from: Moment(period.start, time.shortDay(period.start)), to: Moment(period.end, time.shortDay(period.end)),
          state: words.text(period.standing.words), tone: period.standing.tone.rawValue,
          amount: words.amount(period.amount), anchor: period.chapter.map { "#" + ChapterView.anchor($0) })
      },
      acts: acts.on(one).map { ActView($0, words) })
  }

  private static func what(_ movement: SubscriberPage.Movement, _ time: LocalTime) -> Message {
    let day = time.shortDay(movement.period)
    return switch movement.what {
    case .due: .takenFor(day)
    case .surplus: .takenAgainFor(day)
    case .returned: .givenBackFor(day)
    case .takenBack: .takenBackFor(day)
    }
  }

  /// What each currency comes to.
  private static func balances(_ money: [SubscriberPage.Movement], _ words: Words) -> [String] {
    Set(money.map(\.amount.currency)).sorted().map { currency in
      let ours = money.filter { $0.amount.currency == currency }
      func sum(_ kinds: SubscriberPage.Movement.What...) -> Int64 {
        ours.filter { kinds.contains($0.what) }.reduce(0) { $0 + $1.amount.minor }
      }
      let (taken, returned, back) = (sum(.due, .surplus), sum(.returned), sum(.takenBack))
      guard back == 0 else {
        return words.text(
          .balance(
            taken: words.amount(Amount(taken, currency)), returned: words.amount(Amount(returned, currency)),
            back: words.amount(Amount(back, currency)),
            kept: words.amount(Amount(taken - returned - back, currency))))
      }
      return words.text(
        .balance(
          taken: words.amount(Amount(taken, currency)), returned: words.amount(Amount(returned, currency)),
          kept: words.amount(Amount(taken - returned, currency))))
    }
  }
}

extension SubscriberPage.Access {
  func because(_ time: LocalTime) -> Message {
    switch reason {
    case .trial: .becauseTrial
    case .paid: (until ?? paidUntil).map { .becausePaid(time.shortDay($0)) } ?? .becauseNothing
    case .outcomeOpen: .becauseOpen
    case .grace: .becauseGrace
    case .paused: .becausePaused
    case .cancelled: .becauseCancelled
    case .unpaid: .becauseUnpaid
    case .notStarted: .becauseNotStarted
    case nil: .becauseNothing
    }
  }
}

extension Interval {
  /// A price and its rhythm.
  func words(_ amount: String) -> Message {
    switch self {
    case .days(let count): .everyDays(count, amount)
    case .weeks(let count): .everyWeeks(count, amount)
    case .months(let count): .everyMonths(count, amount)
    case .years(let count): .everyYears(count, amount)
    }
  }
}
