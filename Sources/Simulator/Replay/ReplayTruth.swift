import Kernel

/// Who was charged how often for which period: read from a partner's book and nothing else.
struct ReplayTruth: Sendable, Equatable {
  /// People by the most often that they were charged for one period.
  var people: [Int: Int] = [:]
  var months: [ReplayOutcome.Way.Month]
  var charges = 0
  var refunds = 0
  /// Periods that were owed for and never charged.
  var uncharged = 0
  /// The most charges of one period that stand: taken, and not given back.
  var mostStanding = 0
  var firstDouble: Instant?

  init(_ plan: ReplayPlan, _ book: PartnerBook) {
    months = .init(repeating: .init(doubled: 0, taken: 0, returned: 0), count: plan.settings.months)
    var tally = Tally(plan)
    book.forEachEntry { tally.add($0) }
    charges = tally.charges
    refunds = tally.refunds.count
    firstDouble = tally.firstDouble
    tally.giveBack(book)
    for subscriber in 0..<plan.settings.subscribers { count(subscriber, tally, plan) }
  }

  private mutating func count(_ subscriber: Int, _ tally: Tally, _ plan: ReplayPlan) {
    var most = 0
    for month in 0..<plan.settings.months {
      let place = subscriber * plan.settings.months + month
      let times = Int(tally.times[place])
      most = max(most, times)
      mostStanding = max(mostStanding, times - Int(tally.returned[place]))
      if times == 0, subscriber < plan.joined(by: month) { uncharged += 1 }
      if times > 1 {
        months[month].doubled += 1
        months[month].taken += Int64(times - 1) * ReplayPlan.price
      }
      months[month].returned += Int64(tally.returned[place]) * ReplayPlan.price
    }
    people[most, default: 0] += 1
  }

  /// A count for each subscriber and month.
  private struct Tally {
    private let plan: ReplayPlan
    var charges = 0
    var times: [UInt8]
    var returned: [UInt8]
    var refunds: [Booking] = []
    var firstDouble: Instant?

    init(_ plan: ReplayPlan) {
      self.plan = plan
      times = [UInt8](repeating: 0, count: plan.settings.subscribers * plan.settings.months)
      returned = times
    }

    mutating func add(_ booking: Booking) {
      guard booking.kind == .capture else { return refunds.append(booking) }
      charges += 1
      guard let place = place(booking) else { return }
      times[place] += times[place] < .max ? 1 : 0
      guard times[place] > 1, let at = booking.bookedAt else { return }
      firstDouble = min(firstDouble ?? at, at)
    }

    /// Money given back belongs to the period of the charge that it gives back.
    mutating func giveBack(_ book: PartnerBook) {
      guard !refunds.isEmpty else { return }
      var originals = Dictionary(grouping: refunds, by: { $0.original ?? "" }).mapValues(\.count)
      book.forEachEntry { capture in
        guard let count = originals.removeValue(forKey: capture.transaction), let place = place(capture) else { return }
        returned[place] += UInt8(clamping: count)
      }
    }

    private func place(_ booking: Booking) -> Int? {
      guard let subscriber = ReplayPlan.subscriber(booking.payer),
        let month = plan.month(of: booking.createdAt, subscriber: subscriber)
      else { return nil }
      return subscriber * plan.settings.months + month
    }
  }
}
