import Kernel
import Web

extension ReplayOutcome {
  /// One HTML page with charts that needs nothing else.
  /// - Parameter version: of the program, as it shows it elsewhere.
  public func html(version: String) -> String { report(version: version).html() }

  func report(version: String) -> ReplayReport {
    ReplayReport(
      service: ReplayPlan.service, subscribers: settings.subscribers, seed: settings.seed, command: command,
      version: version, settings: Self.rules(settings), price: Amount(ReplayPlan.price, currency),
      partner: ReplayPartner.lane, failingSince: failingSince,
      months: months.map { .init(start: $0.start, subscribers: $0.subscribers, lost: $0.lost) },
      silence: silence.reported, amends: amends.reported,
      repair: repair.rows(currency).map { .init($0.what, $0.value) })
  }

  private static func rules(_ settings: ReplaySettings) -> [ReplayReport.Setting] {
    let held = ReplayPartner.heldBack
    let carriers = settings.carriers
    let capacity = ReplayPartner.capacityPerHour(carriers[0])
    return [
      .init("Carriers", carriers.count == 1 ? "one" : "two of a kind, half of the people each"),
      .init("Renewals", "every morning at 06:00 UTC, on days 1 to 28"),
      .init("The partner’s answer", "“processing”; the result comes by notification within a minute"),
      .init("Notifications lost", range(settings.lost) + ", and what is more than it manages"),
      .init("Notifications a carrier manages an hour", capacity == 0 ? "all" : Figures.count(capacity)),
      .init(
        "Notifications late",
        range(settings.late) + ", by \(SpanText.text(held.min)) to \(SpanText.text(held.max))"),
      .init("Its query", "right, at once"),
      .init("Silence that means failure", "after \(SpanText.text(settings.patience)), \(settings.tries) tries"),
    ]
  }

  private static func range(_ share: ClosedRange<Double>) -> String {
    "\(Figures.share(share.lowerBound)) growing to \(Figures.share(share.upperBound))"
  }
}

extension ReplayOutcome.Way {
  fileprivate var reported: ReplayReport.Way {
    .init(
      people: people, months: months.map { .init(doubled: $0.doubled, taken: $0.taken, returned: $0.returned) },
      firstDouble: firstDouble, firstAlert: firstAlert.map { .init(at: $0.at, text: $0.text) }, refunds: refunds,
      waiting: waiting)
  }
}
