import Foundation
import Kernel

extension ReplayOutcome {
  /// The figures for a program: one object, keys in alphabetical order, times in RFC 3339, money in minor units.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Document(self)), as: UTF8.self)
  }

  private struct Document: Encodable {
    let amends: WayDocument
    let command: String
    let currency: String
    let failingSince: String
    let months: [MonthDocument]
    let periods: Int
    let repair: RepairDocument
    /// As text: a number of 64 bits loses its last digits in many readers of JSON.
    let seed: String
    let silence: WayDocument
    let subscribers: Int

    init(_ outcome: ReplayOutcome) {
      amends = WayDocument(outcome.amends)
      command = outcome.command
      currency = outcome.currency
      failingSince = outcome.failingSince.iso8601
      months = outcome.months.map { MonthDocument(start: $0.start.iso8601, subscribers: $0.subscribers, lost: $0.lost) }
      periods = outcome.periods
      repair = RepairDocument(outcome.repair)
      seed = String(outcome.settings.seed)
      silence = WayDocument(outcome.silence)
      subscribers = outcome.settings.subscribers
    }
  }

  private struct RepairDocument: Encodable {
    let chargedMoreThanOnce: Int
    let closedAt: String?
    let containedAt: String?
    let crashes: Int
    let found: Int
    let foundBySecondSearch: Int
    let givenBack: Int64
    let givenBackTwiceOrWrongly: Int
    let held: Int64
    let missed: Int
    let namedWrongly: Int
    let noticedAt: String?
    let problems: [String]
    let refunds: Int
    let refundsRefusedAndRetried: Int
    let surplusCharges: Int
    let unknownOutcomes: Int
    let unreachable: Int
    let whole: Int

    init(_ repair: RepairOutcome) {
      chargedMoreThanOnce = repair.charged
      closedAt = repair.closedAt?.iso8601
      containedAt = repair.containedAt?.iso8601
      crashes = repair.crashes
      found = repair.found
      foundBySecondSearch = repair.addedLater
      givenBack = repair.givenBack
      givenBackTwiceOrWrongly = repair.paidTwice
      held = repair.held
      missed = repair.missed
      namedWrongly = repair.wronglyNamed
      noticedAt = repair.noticedAt?.iso8601
      problems = repair.problems
      refunds = repair.refunds
      refundsRefusedAndRetried = repair.refused
      surplusCharges = repair.surplus
      unknownOutcomes = repair.unknown
      unreachable = repair.unreachable
      whole = repair.whole
    }
  }

  private struct MonthDocument: Encodable {
    let start: String
    let subscribers: Int
    let lost: Double
  }

  private struct WayDocument: Encodable {
    let alerts: Int
    let charges: Int
    let doubledPeriods: Int
    let doubledPeriodsByMonth: [Int]
    let firstAlertAt: String?
    let firstAlertText: String?
    let firstDoubleAt: String?
    let givenBack: Int64
    let notKnownAtEnd: Int
    let overchargedPeople: Int
    /// By the most often that a person was charged for one period.
    let people: [String: Int]
    let refunds: Int
    let takenForUnpaid: Int
    let unchargedPeriods: Int
    let wronglyTaken: Int64

    init(_ way: Way) {
      alerts = way.alerts
      charges = way.charges
      doubledPeriods = way.doubled
      doubledPeriodsByMonth = way.months.map(\.doubled)
      firstAlertAt = way.firstAlert?.at.iso8601
      firstAlertText = way.firstAlert?.text
      firstDoubleAt = way.firstDouble?.iso8601
      givenBack = way.returned
      notKnownAtEnd = way.waiting
      overchargedPeople = way.overcharged
      people = Dictionary(uniqueKeysWithValues: way.people.map { (String($0), $1) })
      refunds = way.refunds
      takenForUnpaid = way.givenUp
      unchargedPeriods = way.uncharged
      wronglyTaken = way.taken
    }
  }
}
