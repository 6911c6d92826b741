import Kernel
import Web
import Words

/// Finds a subscriber: a box and a bounded list.
package struct SubscribersPage: Sendable {
  package static let listed = 50
  /// Longer than any number, reference or name that is searched for.
  package static let queryLimit = 100

  package struct Found: Sendable {
    package var id: String
    package var name: String
    /// Shown masked.
    package var mail: String?
    package var plan: String?
    /// `nil`: they have no subscription.
    package var standing: SubscriptionStanding?
    package var since: Instant
    /// Lives by a test clock.
    package var isTest: Bool

    package init(
      id: String, name: String, mail: String?, plan: String?, standing: SubscriptionStanding?, since: Instant,
      isTest: Bool = false
    ) {
      self.id = id
      self.name = name
      self.mail = mail
      self.plan = plan
      self.standing = standing
      self.since = since
      self.isTest = isTest
    }
  }

  /// As it was entered; empty: nothing was asked.
  package var query: String
  package var found: [Found]
  /// There are more than the list shows.
  package var more: Bool
  /// There may be others, for too many share these words.
  package var tooCommon: Bool
  /// How many subscribers there are in all; more than `SubscriberSearch.counted` are not counted.
  package var total: Int
  /// Not everybody is found by name yet.
  package var isFilling: Bool

  package init(
    query: String, found: [Found] = [], more: Bool = false, tooCommon: Bool = false, total: Int, isFilling: Bool = false
  ) {
    self.query = String(query.prefix(Self.queryLimit))
    self.found = found
    self.more = more
    self.tooCommon = tooCommon
    self.total = total
    self.isFilling = isFilling
  }

  package func response(in console: Console) -> HTMLResponse { HTMLResponse(html(in: console)) }

  package func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("subscribers", PackageResources.subscribers_mustache)

  private struct View: Sendable {
    let layout: Layout
    let query: String
    let limit: Int
    let total: String
    let isFilling: Bool
    let nobody: String?
    let found: [Row]
    let caption: String
    let more: Bool
    let tooCommon: Bool

    init(_ page: SubscribersPage, _ console: Console) {
      let words = console.words
      layout = Layout(words.text(.subscribersTitle), at: .subscribers, in: console)
      query = page.query
      limit = SubscribersPage.queryLimit
      let counted = Int(SubscriberSearch.counted)
      total = words.text(
        page.total > counted
          ? .subscribersMany(words.count(counted)) : .subscribersCount(page.total, shown: words.count(page.total)))
      isFilling = page.isFilling
      found = page.found.prefix(SubscribersPage.listed).map { Row($0, console.localTime) }
      nobody =
        page.query.isEmpty || !found.isEmpty || page.tooCommon ? nil : words.text(.nobodyFound(page.query))
      more = page.more || page.found.count > SubscribersPage.listed
      tooCommon = page.tooCommon
      let shown = words.count(found.count)
      caption = words.text(
        more || tooCommon ? .foundFirst(found.count, shown: shown) : .foundCount(found.count, shown: shown))
    }
  }

  private struct Row: Sendable {
    let href: String
    let id: String
    let name: String
    let mail: String?
    let plan: String?
    let state: String?
    let tone: String
    let since: Moment
    let isTest: Bool

    init(_ found: Found, _ time: LocalTime) {
      href = Paths.subscriber(found.id)
      id = found.id
      name = found.name
      mail = found.mail.map(MaskedMail.text)
      plan = found.plan
      state = found.standing.map { time.words.text($0.words) }
      tone = found.standing?.tone.rawValue ?? ""
      since = Moment(found.since, time.shortDay(found.since))
      isTest = found.isTest
    }
  }
}
