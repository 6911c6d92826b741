import Kernel
import Web
import Words

/// One subscriber: may they use it now and why, what was charged, and the whole history told step by step.
package struct SubscriberPage: Sendable {
  /// Steps shown at most on one page, the newest chapters first; older ones are behind `older`.
  package static let steps = 200
  /// Incidents on the page.
  package static let harmsListed = 10

  package var id: String
  package var name: String
  /// Shown masked.
  package var mail: String?
  /// IANA name of the person's zone: the page tells the time in it.
  package var zone: String
  package var since: Instant
  package var subscriptions: [Subscription]
  package var money: [Movement]
  /// Newest chapter first.
  package var story: [StoryChapter]
  /// Where older chapters are, if there are any.
  package var older: String?
  /// Lives by a test clock.
  package var isTest: Bool
  /// What was done just now; a message of `ActNotice`.
  package var notice: Message?
  /// The idempotency key of the form for a note.
  package var key = ""
  /// What went wrong and reached them, the newest first, and how many there are.
  package var harms: [PersonHarm] = []
  package var harmCount = 0

  package init(
    id: String, name: String, mail: String?, zone: String, since: Instant, subscriptions: [Subscription] = [],
    money: [Movement] = [], story: [StoryChapter] = [], older: String? = nil, isTest: Bool = false
  ) {
    self.id = id
    self.name = name
    self.mail = mail
    self.zone = zone
    self.since = since
    self.subscriptions = subscriptions
    self.money = money
    self.story = story
    self.older = older
    self.isTest = isTest
  }

  package func response(in console: Console) -> HTMLResponse { HTMLResponse(html(in: console)) }

  package func html(in console: Console) -> String { Self.template.html(SubscriberView(self, console), console.words) }

  private static let template = Template("subscriber", PackageResources.subscriber_mustache)

  package struct Subscription: Sendable {
    /// Its number: the commands take it.
    package var id: Int64
    package var plan: String
    package var price: Amount
    /// `nil`: the plan is gone.
    package var every: Interval?
    package var standing: SubscriptionStanding
    package var partner: String
    /// "Phone bill, ends in 41".
    package var method: String
    package var nextRenewal: Instant?
    package var access: Access
    /// Newest first.
    package var periods: [Period]

    package init(
      id: Int64, plan: String, price: Amount, every: Interval?, standing: SubscriptionStanding, partner: String,
      method: String, nextRenewal: Instant?, access: Access, periods: [Period]
    ) {
      self.id = id
      self.plan = plan
      self.price = price
      self.every = every
      self.standing = standing
      self.partner = partner
      self.method = method
      self.nextRenewal = nextRenewal
      self.access = access
      self.periods = periods
    }
  }

  /// May this person use it now?
  package struct Access: Sendable {
    package var allowed: Bool
    package var until: Instant?
    /// `nil`: nothing is known.
    package var reason: Entitlement.Reason?
    package var paidUntil: Instant?

    package init(allowed: Bool, until: Instant?, reason: Entitlement.Reason?, paidUntil: Instant?) {
      self.allowed = allowed
      self.until = until
      self.reason = reason
      self.paidUntil = paidUntil
    }
  }

  package struct Period: Sendable {
    package var start: Instant
    package var end: Instant
    package var standing: Standing
    package var amount: Amount
    /// The chapter of the story that tells it.
    package var chapter: String?

    package init(start: Instant, end: Instant, _ standing: Standing, _ amount: Amount, chapter: String? = nil) {
      self.start = start
      self.end = end
      self.standing = standing
      self.amount = amount
      self.chapter = chapter
    }
  }

  /// Money that moved, as the partner proves it.
  package struct Movement: Sendable {
    package enum What: Sendable, Equatable { case due, surplus, returned, takenBack }

    package var at: Instant
    package var what: What
    package var amount: Amount
    /// The start of the period that it was for.
    package var period: Instant
    package var partner: String
    /// For money that was taken.
    package var payment: Payment?
    /// Less than zero where it went back.
    var signed: Amount {
      what == .returned || what == .takenBack ? Amount(-amount.minor, amount.currency) : amount
    }
    /// Of money that a bank took back: its number, while it waits for finance.
    package var undecided: Int64?

    package init(
      at: Instant, _ what: What, _ amount: Amount, period: Instant, partner: String, payment: Payment? = nil
    ) {
      self.at = at
      self.what = what
      self.amount = amount
      self.period = period
      self.partner = partner
      self.payment = payment
    }
  }

  package struct Payment: Sendable {
    /// The commands take it.
    package var number: Int64
    /// What may still be given back, in minor units.
    package var left: Int64
    /// The partner's own number is known: without it nothing can be given back.
    package var isNamed: Bool

    package init(number: Int64, left: Int64, isNamed: Bool) {
      self.number = number
      self.left = left
      self.isNamed = isNamed
    }
  }
}
