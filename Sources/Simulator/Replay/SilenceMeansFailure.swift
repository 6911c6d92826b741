import Kernel

/// The way the story's first system worked, without a database: charge, wait for the notification; when none has come in
/// time, take that for a failure and ask again with a new request; after a few tries, give up. It raises no alert and gives nothing
/// back.
struct SilenceMeansFailure {
  private let plan: ReplayPlan
  private var book: PartnerBook
  /// A bit for each month in which a subscriber's payment is known.
  private var paid: [UInt64]
  /// In the order in which they are over, since all wait equally long.
  private var waiting: [Wait] = []
  private var next = 0
  private var gaveUp = 0

  private struct Wait {
    var subscriber: Int32
    var month: Int
    var tries: Int
    var until: Instant
  }

  /// What it left: its partner's book, and how many periods it took for unpaid in the end.
  struct Result: Sendable {
    var truth: ReplayTruth
    var gaveUp: Int
    var book: PartnerBook
  }

  init(_ plan: ReplayPlan) {
    self.plan = plan
    book = ReplayPartner.book(plan)
    paid = [UInt64](repeating: 0, count: plan.settings.subscribers)
  }

  mutating func run() throws -> Result {
    for month in 0..<plan.settings.months {
      for day in 0..<ReplayPlan.days {
        try Task.checkCancellation()
        let now = plan.instant(month: month, day: day)
        look(until: now)
        for subscriber in plan.due(month: month, day: day) { ask(subscriber, month, tries: 0, now) }
      }
    }
    while next < waiting.count { look(until: waiting[next].until) }
    book.advance(to: book.nextDue ?? book.clock)
    return Result(truth: ReplayTruth(plan, book), gaveUp: gaveUp, book: book)
  }

  private mutating func ask(_ subscriber: Int32, _ month: Int, tries: Int, _ now: Instant) {
    _ = book.charge(
      ChargeRequest(
        reference: "\(subscriber).\(month).\(tries)", amount: ReplayPlan.price, currency: ReplayPlan.currency,
        method: ReplayPlan.payer(subscriber)), now: now)
    waiting.append(Wait(subscriber: subscriber, month: month, tries: tries + 1, until: now + plan.settings.patience))
  }

  /// Everything whose time is over: what was confirmed meanwhile is paid, the rest is asked for again.
  private mutating func look(until now: Instant) {
    while next < waiting.count, waiting[next].until <= now {
      let wait = waiting[next]
      next += 1
      listen(wait.until)
      if paid[Int(wait.subscriber)] & (1 << UInt64(wait.month)) != 0 { continue }
      if wait.tries < plan.settings.tries {
        ask(wait.subscriber, wait.month, tries: wait.tries, wait.until)
      } else {
        gaveUp += 1
      }
    }
    // What lies behind is let go now and then, so that a year does not stay in memory.
    if next > 65_536 {
      waiting.removeFirst(next)
      next = 0
    }
  }

  private mutating func listen(_ now: Instant) {
    for notification in book.dueNotifications(now) where notification.booking.status == .succeeded {
      let parts = notification.booking.reference.split(separator: ".")
      guard parts.count == 3, let subscriber = Int(parts[0]), let month = UInt64(parts[1]) else { continue }
      paid[subscriber] |= 1 << month
    }
  }
}
