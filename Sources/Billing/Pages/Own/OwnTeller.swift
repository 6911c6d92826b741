import Foundation
import Kernel
import Web
import Words

/// What is true of a subscription, as a subscriber reads it.
struct OwnTeller: Sendable {
  let words: Words
  let time: LocalTime
  let now: Instant

  init(_ words: Words, zone: String, now: Instant) {
    self.words = words
    self.now = now
    time = LocalTime(named: zone, words)
  }

  func money(_ minor: Int64, _ currency: String) -> String {
    words.money(minor, currency, digits: Amount.digits(of: currency))
  }

  func money(_ amount: Amount) -> String { money(amount.minor, amount.currency) }

  func period(_ period: Range<Instant>) -> String {
    words.text(.range(from: time.shortDay(period.lowerBound), to: time.shortDay(period.upperBound)))
  }

  func price(_ read: OwnPage.Subscription) -> Message {
    let amount = money(read.subscription.amount, read.subscription.currency)
    return switch read.plan.interval {
    case .days(let n): .ownEveryDay(n, amount: amount)
    case .weeks(let n): .ownEveryWeek(n, amount: amount)
    case .months(let n): .ownEveryMonth(n, amount: amount)
    case .years(let n): .ownEveryYear(n, amount: amount)
    }
  }

  func state(_ read: OwnPage.Subscription) -> Message {
    let subscription = read.subscription
    if let end = end(subscription) { return .ownStateEnding(time.day(end)) }
    return switch subscription.state {
    case .trial: .ownStateTrial
    case .active: .ownStateActive
    case .pastDue: .ownStatePastDue
    case .paused: .ownStatePaused
    case .cancelled: .ownStateEnded
    }
  }

  /// Of one that was cancelled and has not ended.
  private func end(_ subscription: Subscription) -> Instant? {
    if subscription.state == .cancelled { return subscription.endedAt.flatMap { now < $0 ? $0 : nil } }
    return subscription.endsAtPeriodEnd ? subscription.dueAt : nil
  }

  func tone(_ subscription: Subscription) -> Tone {
    if end(subscription) != nil { return .held }
    return switch subscription.state {
    case .trial, .active: .settled
    case .pastDue: .refused
    case .paused: .held
    case .cancelled: .unsent
    }
  }

  func because(_ read: OwnPage.Subscription) -> Message {
    let until = read.access?.until.map(time.day) ?? ""
    return switch read.access?.reason {
    case .trial: .ownBecauseTrial(until)
    case .paid: .ownBecausePaid(until)
    case .outcomeOpen: .ownBecauseOutcomeOpen
    case .grace: .ownBecauseGrace(until)
    case .paused: .ownBecausePaused
    case .cancelled, nil: .ownBecauseEnded
    case .unpaid: .ownBecauseUnpaid
    case .notStarted: .ownBecauseNotStarted(until)
    }
  }

  func open(_ open: OwnPage.Open) -> Message {
    let period = period(open.period)
    return switch open.stand {
    case .due: .ownOpenDue(period)
    case .waiting: .ownOpenWaiting(period)
    case .unknown: .ownOpenUnknown(period)
    case .person: .ownOpenPerson(period)
    case .refused(let next): .ownOpenRefused(period, date: time.day(next))
    }
  }

  func next(_ read: OwnPage.Subscription) -> Message {
    let subscription = read.subscription
    if let end = end(subscription) { return .ownNextEnds(time.day(end)) }
    if subscription.state == .paused, let resumes = read.resumesAt { return .ownNextPaused(time.day(resumes)) }
    guard let due = subscription.dueAt else { return .ownNextNone }
    let amount = money(subscription.amount, subscription.currency)
    return due <= now ? .ownNextNow(amount) : .ownNextOn(amount, date: time.day(due))
  }

  /// What happens if the next payment is refused; nil: none will come.
  func fails(_ read: OwnPage.Subscription) -> String? {
    guard let due = read.subscription.dueAt, end(read.subscription) == nil else { return nil }
    let tries = read.plan.dunning
    let access = words.text(.ownFailsAccess(time.day(due + .days(read.plan.graceDays))))
    guard let last = tries.last else { return access }
    return words.text(.ownFailsTries(tries.count, date: time.day(due + .days(last)))) + " " + access
  }

  func cancelNote(_ subscription: Subscription) -> Message {
    let end =
      subscription.state == .paused
      ? max(now, subscription.paidUntil ?? now, subscription.trialUntil ?? now) : subscription.dueAt ?? now
    return end <= now ? .ownActCancelNow : .ownActCancelNote(time.day(end))
  }

  func refund(_ refund: Receipt.Refund) -> Message {
    let amount = money(refund.amount)
    return switch refund.state {
    case .done: .ownRefundDone(amount, date: time.day(refund.endedAt ?? refund.askedAt))
    case .asked: .ownRefundAsked(amount)
    case .refused: .ownRefundRefused(amount)
    case .takenBack: .ownRefundTakenBack(amount, date: time.day(refund.askedAt))
    }
  }
}
