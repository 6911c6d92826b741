import Kernel

/// The partner of the replay: carrier billing that answers `processing` and tells the result by notification. It manages so many
/// notifications an hour, and from a moment on loses some and holds others back, more every day. Its query is honest.
enum ReplayPartner {
  static let lane = "carrier"

  /// What its contract says: notified within two minutes, a query right after one, no promise about repeats.
  static let capabilities = Capabilities(
    replay: .none, query: .byReference(lag: .minutes(1)), cancel: false, statement: .none, notifiesWithin: .minutes(2),
    refusals: ["CARRIER_BILLING.PAYMENT_DENIED"], concurrency: 1, ratePerSecond: 1_000_000)

  /// Each way has a book of its own, from the same seed and the same schedule.
  static func book(_ plan: ReplayPlan) -> PartnerBook {
    PartnerBook(
      partner: lane, seed: plan.settings.seed, opened: ReplayPlan.start - .days(1), schedule: schedule(plan))
  }

  static let heldBack = Spread(.hours(1), .hours(36))

  static func capacityPerHour(_ settings: ReplaySettings) -> Int {
    guard settings.capacity > 0 else { return 0 }
    let morning = Double(settings.subscribers) / Double(ReplayPlan.days)
    return Int((morning * settings.capacity).rounded(.up))
  }

  static func schedule(_ plan: ReplayPlan) -> DialSchedule {
    var base = Dials()
    base.answers.async = 1
    base.answers.asyncDelay = Spread(.seconds(2), .seconds(30))
    base.notifications.delay = Spread(.seconds(1), .seconds(20))
    base.notifications.reorderBy = heldBack
    base.notifications.capacityPerHour = capacityPerHour(plan.settings)
    let settings = plan.settings
    let failing = DialSchedule.ramp(from: plan.failingSince, to: plan.end, count: settings.months * 10, base: base) {
      dials, share in
      dials.notifications.lose = at(share, of: settings.lost)
      dials.notifications.reorder = at(share, of: settings.late)
    }
    return DialSchedule(steps: [.init(from: ReplayPlan.start - .days(1), dials: base)] + failing)
  }

  private static func at(_ share: Double, of range: ClosedRange<Double>) -> Double {
    range.lowerBound + share * (range.upperBound - range.lowerBound)
  }
}
