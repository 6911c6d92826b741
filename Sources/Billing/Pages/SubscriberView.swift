import Kernel
import Web

/// `SubscriberPage` in words, as `subscriber.mustache` reads it.
struct SubscriberView: Sendable {
  let layout: Layout
  let id: String
  let name: String
  let mail: String?
  let zone: String
  let since: Moment
  let subscriptions: [Subscription]
  let balances: [Balance]
  let money: [Movement]
  let story: [ChapterView]
  let older: String?

  struct Subscription: Sendable {
    let number: String
    let plan: String
    let price: String
    let every: String
    let state: String
    let tone: String
    let partner: String
    let method: String
    let next: Moment?
    let allowed: Bool
    let until: Moment?
    let because: String
    let periods: [Period]
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
    let back: Bool
    let amount: String
    let what: String
    let partner: String
    let payment: String?
  }

  /// What one currency comes to.
  struct Balance: Sendable {
    let taken: String
    let returned: String
    let kept: String
  }

  init(_ page: SubscriberPage, _ console: Console) {
    let time = LocalTime(named: page.zone)
    layout = Layout(page.name, at: .subscribers, in: console)
    id = page.id
    name = page.name
    mail = page.mail.map(MaskedMail.text)
    zone = time.zoneName
    since = Moment(page.since, time.day(page.since))
    subscriptions = page.subscriptions.map { Self.subscription($0, time) }
    balances = Self.balances(page.money)
    money = page.money.sorted { $0.at > $1.at }.map { movement in
      Movement(
        at: Moment(movement.at, time.shortDay(movement.at)), back: movement.direction == .returned,
        amount: movement.amount.text, what: movement.what, partner: movement.partner,
        payment: movement.payment.map(String.init))
    }
    var room = SubscriberPage.steps
    story = page.story.map { chapter in
      defer { room -= chapter.entries.count }
      return ChapterView(chapter, newest: max(0, room), time)
    }
    older = page.older
  }

  private static func subscription(_ one: SubscriberPage.Subscription, _ time: LocalTime) -> Subscription {
    Subscription(
      number: String(one.id), plan: one.plan, price: one.price.text, every: one.every, state: one.state,
      tone: one.tone.rawValue,
      partner: one.partner, method: one.method, next: one.nextRenewal.map { Moment($0, time.dayTime($0)) },
      allowed: one.access.allowed, until: one.access.until.map { Moment($0, time.dayTime($0)) },
      because: one.access.because,
      periods: one.periods.map { period in
        Period(
          from: Moment(period.start, time.shortDay(period.start)), to: Moment(period.end, time.shortDay(period.end)),
          state: period.state, tone: period.tone.rawValue, amount: period.amount.text,
          anchor: period.chapter.map { "#" + ChapterView.anchor($0) })
      })
  }

  private static func balances(_ money: [SubscriberPage.Movement]) -> [Balance] {
    Set(money.map(\.amount.currency)).sorted().map { currency in
      let ours = money.filter { $0.amount.currency == currency }
      let taken = ours.filter { $0.direction == .taken }.reduce(0) { $0 + $1.amount.minor }
      let returned = ours.filter { $0.direction == .returned }.reduce(0) { $0 + $1.amount.minor }
      return Balance(
        taken: Amount(taken, currency).text, returned: Amount(returned, currency).text,
        kept: Amount(taken - returned, currency).text)
    }
  }
}
