import Foundation
import Kernel
import Web
import Words

/// The subscriber's page in words.
struct OwnView: Sendable {
  let frame: OwnFrame
  let title: String
  let notice: String?
  let proof: String
  let isEmpty: Bool
  let subscriptions: [Card]
  let harms: [OwnHarmView]
  let moreHarms: String?
  let payments: [Payment]
  let hasNone: Bool
  let older: String?
  let newest: String?
  let mayHaveReceipts: Bool
  let wantsReceipts: Bool
  let wantsNone: Bool

  init(_ page: OwnPage, _ console: Console, _ words: Words, sendsMail: Bool) {
    let teller = OwnTeller(words, zone: page.subscriber.zone, now: console.now)
    frame = OwnFrame(.ownTitle, in: console, words, zone: teller.time.zoneName)
    title = words.text(.ownTitle)
    notice = page.notice.map { words.text($0) }
    proof = console.visitor?.proof ?? ""
    isEmpty = page.subscriptions.isEmpty
    subscriptions = page.subscriptions.map { Card($0, teller) }
    harms = page.harms.map { OwnHarmView($0, teller, key: page.key, wrong: page.wrong) }
    moreHarms =
      page.harmCount > page.harms.count
      ? words.text(.ownHarmMore(words.count(Int64(page.harms.count)), of: words.count(Int64(page.harmCount)))) : nil
    payments = page.payments.map { Payment($0, teller) }
    hasNone = page.payments.isEmpty
    older = page.older.map { Paths.own + "?before=" + Paths.segment($0) + "#payments" }
    newest = page.isFirst ? nil : Paths.own + "#payments"
    mayHaveReceipts = sendsMail && page.subscriber.mail != nil
    wantsReceipts = page.subscriber.wantsReceipts
    wantsNone = !wantsReceipts
  }

  static func path(_ subscription: Int64) -> String { "\(Paths.own)/subscriptions/\(subscription)" }

  struct Card: Sendable {
    let id: String
    let path: String
    let plan: String
    let state: String
    let tone: String
    let price: String
    let access: String
    let allowed: Bool
    let because: String
    let open: [String]
    let why: String
    let today: String?
    let since: Moment
    let next: String
    let fails: String?
    let method: String
    let methodPath: String?
    let noMethod: String?
    let canKeep: Bool
    let canPause: Bool
    let canResume: Bool
    let canCancel: Bool
    let cancelNote: String

    init(_ read: OwnPage.Subscription, _ teller: OwnTeller) {
      let (subscription, words) = (read.subscription, teller.words)
      let isOver = subscription.state == .cancelled
      id = String(subscription.id)
      path = OwnView.path(subscription.id)
      plan = read.plan.name
      state = words.text(teller.state(read))
      tone = teller.tone(subscription).rawValue
      price = words.text(teller.price(read))
      allowed = read.access?.allowed ?? false
      access = words.text(allowed ? .ownAccessYes : .ownAccessNo)
      because = words.text(teller.because(read))
      open = read.open.map { words.text(teller.open($0)) }
      why = words.text(.ownWhyAgreed(teller.time.day(subscription.createdAt)))
      let offered = read.plan.prices[subscription.currency]
      today = offered.flatMap {
        $0 == subscription.amount || isOver ? nil : words.text(.ownWhyToday(teller.money($0, subscription.currency)))
      }
      since = Moment(subscription.createdAt, teller.time.day(subscription.createdAt))
      next = words.text(teller.next(read))
      fails = teller.fails(read)
      method = read.method
      methodPath = !isOver && read.canChangeMethod ? OwnView.path(subscription.id) + "/method" : nil
      noMethod = isOver || read.canChangeMethod ? nil : words.text(.ownMethodNone(read.lane))
      canKeep = subscription.endsAtPeriodEnd && !isOver || subscription.isPausedBeforeItsEnd(at: teller.now)
      canPause = (subscription.state == .active || subscription.state == .trial) && !canKeep
      canResume = subscription.state == .paused
      canCancel = !isOver && !subscription.endsAtPeriodEnd
      cancelNote = words.text(teller.cancelNote(subscription))
    }
  }

  struct Payment: Sendable {
    let at: Moment
    let plan: String
    let period: String
    let amount: String
    let isSurplus: Bool
    let refunds: [String]
    let receipt: String
    let label: String

    init(_ payment: OwnPage.Payment, _ teller: OwnTeller) {
      at = Moment(payment.at, teller.time.shortDay(payment.at))
      plan = payment.plan
      period = teller.period(payment.period)
      amount = teller.money(payment.amount)
      isSurplus = payment.isSurplus
      refunds = payment.refunds.map { teller.words.text(teller.refund($0)) }
      receipt = "\(Paths.own)/payments/\(payment.id)/receipt.pdf"
      label = teller.words.text(.ownPaymentsDownload(String(payment.id)))
    }
  }
}
