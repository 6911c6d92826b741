import Foundation
import Kernel
import Web

/// What `amends replay renewals` found, from the partner's own truth: the same subscribers, the same partner and the same
/// seed, once in the way that takes silence for failure, once through Amends. Rendered as one file that needs nothing else.
package struct ReplayReport: Sendable {
  /// The service in the story.
  package var service: String
  package var subscribers: Int
  package var seed: UInt64
  /// The exact command that makes this report again.
  package var command: String
  package var version: String
  package var settings: [Setting]
  /// What one period costs.
  package var price: Amount
  package var partner: String
  /// When the partner's notifications began to fail.
  package var failingSince: Instant?
  package var months: [Month]
  package var silence: Way
  package var amends: Way
  /// What became of those whom the first way charged too often.
  package var repair: [Setting]

  package init(
    service: String, subscribers: Int, seed: UInt64, command: String, version: String, settings: [Setting],
    price: Amount, partner: String, failingSince: Instant?, months: [Month], silence: Way, amends: Way,
    repair: [Setting] = []
  ) {
    self.service = service
    self.subscribers = subscribers
    self.seed = seed
    self.command = command
    self.version = version
    self.settings = settings
    self.price = price
    self.partner = partner
    self.failingSince = failingSince
    self.months = months
    self.silence = silence
    self.amends = amends
    self.repair = repair
  }

  package func html() -> String { Self.template.html(ReplayReportView(self)) }

  private static let template = Template("ReplayReport", PackageResources.ReplayReport_mustache)

  /// A dial of the partner or of the run, in words: "notifications late", "5 % by up to 3 days".
  package struct Setting: Sendable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// What is the same both ways.
  package struct Month: Sendable {
    package var start: Instant
    /// Active at its end.
    package var subscribers: Int
    /// The share (0…1) of the partner's notifications that never came.
    package var lost: Double

    package init(start: Instant, subscribers: Int, lost: Double) {
      self.start = start
      self.subscribers = subscribers
      self.lost = lost
    }
  }

  /// One way of working. Amounts are minor units of `price.currency`.
  package struct Way: Sendable {
    package struct Month: Sendable {
      /// Periods that fell due in this month and were charged more than once.
      package var doubled: Int
      /// Beyond the one charge that each period owes.
      package var taken: Int64
      package var returned: Int64

      package init(doubled: Int, taken: Int64, returned: Int64) {
        self.doubled = doubled
        self.taken = taken
        self.returned = returned
      }
    }

    package struct Alert: Sendable {
      package var at: Instant
      package var text: String

      package init(at: Instant, text: String) {
        self.at = at
        self.text = text
      }
    }

    /// People by the most often that they were charged for one period: 0, 1, 2, … Everybody is counted once.
    package var people: [Int: Int]
    /// As many as there are months.
    package var months: [Month]
    package var firstDouble: Instant?
    package var firstAlert: Alert?
    package var refunds: Int
    /// Charges that still wait for a person at the end.
    package var waiting: Int

    package init(
      people: [Int: Int], months: [Month], firstDouble: Instant?, firstAlert: Alert?, refunds: Int, waiting: Int
    ) {
      self.people = people
      self.months = months
      self.firstDouble = firstDouble
      self.firstAlert = firstAlert
      self.refunds = refunds
      self.waiting = waiting
    }

    var overcharged: Int { people.filter { $0.key > 1 }.reduce(0) { $0 + $1.value } }
    var doubled: Int { months.reduce(0) { $0 + $1.doubled } }
    var taken: Int64 { months.reduce(0) { $0 + $1.taken } }
    var returned: Int64 { months.reduce(0) { $0 + $1.returned } }
  }
}
