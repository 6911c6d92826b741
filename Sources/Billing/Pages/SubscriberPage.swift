import Kernel
import Web

/// One subscriber: may they use it now and why, what was charged, and the whole history told step by step.
package struct SubscriberPage: Sendable {
  /// Steps shown at most on one page, the newest chapters first; older ones are behind `older`.
  package static let steps = 200

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

  package init(
    id: String, name: String, mail: String?, zone: String, since: Instant, subscriptions: [Subscription] = [],
    money: [Movement] = [], story: [StoryChapter] = [], older: String? = nil
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
  }

  package func response(in console: Console) -> HTMLResponse { HTMLResponse(html(in: console)) }

  package func html(in console: Console) -> String { Self.template.html(SubscriberView(self, console), console.words) }

  private static let template = Template("subscriber", PackageResources.subscriber_mustache)

  package struct Subscription: Sendable {
    /// Its number: the commands take it.
    package var id: Int64
    package var plan: String
    package var price: Amount
    /// "month", "year", "30 days".
    package var every: String
    package var state: String
    package var tone: Tone
    package var partner: String
    /// "Phone bill, ends in 41".
    package var method: String
    package var nextRenewal: Instant?
    package var access: Access
    /// Newest first.
    package var periods: [Period]

    package init(
      id: Int64, plan: String, price: Amount, every: String, state: String, tone: Tone, partner: String, method: String,
      nextRenewal: Instant?, access: Access, periods: [Period]
    ) {
      self.id = id
      self.plan = plan
      self.price = price
      self.every = every
      self.state = state
      self.tone = tone
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
    /// Goes on after "because": "the period from 3 March to 3 April 2026 is paid".
    package var because: String

    package init(allowed: Bool, until: Instant?, because: String) {
      self.allowed = allowed
      self.until = until
      self.because = because
    }
  }

  package struct Period: Sendable {
    package var start: Instant
    package var end: Instant
    package var state: String
    package var tone: Tone
    package var amount: Amount
    /// The chapter of the story that tells it.
    package var chapter: String?

    package init(start: Instant, end: Instant, state: String, tone: Tone, amount: Amount, chapter: String? = nil) {
      self.start = start
      self.end = end
      self.state = state
      self.tone = tone
      self.amount = amount
      self.chapter = chapter
    }
  }

  /// Money that moved, as the partner proves it.
  package struct Movement: Sendable {
    package enum Direction: Sendable { case taken, returned }

    package var at: Instant
    package var direction: Direction
    package var amount: Amount
    /// "March 2026", "charged twice for March 2026".
    package var what: String
    package var partner: String
    /// The payment's number, for money that was taken: the commands take it.
    package var payment: Int64?

    package init(
      at: Instant, _ direction: Direction, _ amount: Amount, what: String, partner: String, payment: Int64? = nil
    ) {
      self.at = at
      self.direction = direction
      self.amount = amount
      self.what = what
      self.partner = partner
      self.payment = payment
    }
  }
}
