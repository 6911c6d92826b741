import HTTPTypes
import Kernel
import Web
import Words

/// A subscriber's own page: what they pay, why, when next, and what they have paid.
struct OwnPage: Sendable {
  struct Subscription: Sendable {
    var subscription: Billing.Subscription
    var plan: Plan
    var access: Entitlement?
    /// Of a paused one: the next payment, if it were resumed now.
    var resumesAt: Instant?
    var lane: String
    var method: String
    var canChangeMethod: Bool
    var open: [Open]
  }

  /// A period that is owed and not settled.
  struct Open: Sendable {
    enum Stand: Sendable {
      case due, waiting, unknown, person
      case refused(next: Instant)
    }
    var period: Range<Instant>
    var stand: Stand
  }

  struct Payment: Sendable {
    var id: Int64
    var at: Instant
    var amount: Amount
    var isSurplus: Bool
    var plan: String
    var period: Range<Instant>
    var refunds: [Receipt.Refund]
  }

  var subscriber: Subscriber
  var subscriptions: [Subscription]
  var payments: [Payment]
  var older: String?
  var isFirst: Bool
  /// What was done a moment ago.
  var notice: Message?
  /// What went wrong and reached them, the newest first, and how many there are.
  var harms: [PersonHarm] = []
  var harmCount = 0
  /// The idempotency key of "this is not right".
  var key = ""
  /// What they said of an incident, and was not taken.
  var wrong: Wrong?

  /// Incidents on the page.
  static let harmsListed = 20
  /// Of what somebody says is not right, in characters.
  static let longest = 2_000

  struct Wrong: Sendable {
    var incident: Int64
    var text: String
    var message: Message
  }

  func response(in console: Console, _ words: Words, sendsMail: Bool) -> HTMLResponse {
    HTMLResponse(
      Self.template.html(OwnView(self, console, words, sendsMail: sendsMail), words),
      status: wrong == nil ? .ok : .unprocessableContent)
  }

  private static let template = Template("own", PackageResources.own_mustache)
}

/// Before a subscriber leaves for their partner's page.
struct OwnMethodPage: Sendable {
  var subscriber: Subscriber
  var subscription: OwnPage.Subscription
  /// Where the partner's pages are: the only place beside this server that the form may lead to.
  var origin: String
  var failed = false

  func response(in console: Console, _ words: Words) -> HTMLResponse {
    let view = View(
      frame: OwnFrame(.ownMethodTitle, in: console, words), title: words.text(.ownMethodTitle),
      proof: console.visitor?.proof ?? "", path: OwnView.path(subscription.subscription.id) + "/method",
      error: failed ? words.text(.ownMethodFailed(subscription.lane)) : nil,
      now: words.text(.ownMethodNow(subscription.method)), lead: words.text(.ownMethodLead(subscription.lane)),
      isRefused: subscription.open.contains { if case .refused = $0.stand { true } else { false } },
      go: words.text(.ownMethodGo(subscription.lane)))
    var response = HTMLResponse(Self.template.html(view, words), status: failed ? .badGateway : .ok)
    // Browsers hold a form's redirect to the policy as well (CSP level 3, form-action).
    response.headers[.contentSecurityPolicy] = SecurityHeaders.contentSecurityPolicy.replacing(
      "form-action 'self'", with: "form-action 'self' \(origin)")
    return response
  }

  private static let template = Template("own-method", PackageResources.own_method_mustache)

  private struct View: Sendable {
    let frame: OwnFrame
    let title: String
    let proof: String
    let path: String
    let error: String?
    let now: String
    let lead: String
    let isRefused: Bool
    let go: String
  }
}
