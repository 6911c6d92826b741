import Kernel
import Web

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
    package var plan: String
    package var state: String
    package var tone: Tone
    package var since: Instant

    package init(id: String, name: String, mail: String?, plan: String, state: String, tone: Tone, since: Instant) {
      self.id = id
      self.name = name
      self.mail = mail
      self.plan = plan
      self.state = state
      self.tone = tone
      self.since = since
    }
  }

  /// As it was entered; empty: nothing was asked.
  package var query: String
  package var found: [Found]
  /// There are more than the list shows.
  package var more: Bool
  /// How many subscribers there are in all.
  package var total: Int

  package init(query: String, found: [Found], more: Bool, total: Int) {
    self.query = String(query.prefix(Self.queryLimit))
    self.found = found
    self.more = more
    self.total = total
  }

  package func response(in console: Console) -> HTMLResponse { HTMLResponse(html(in: console)) }

  package func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("subscribers", PackageResources.subscribers_mustache)

  private struct View: Sendable {
    let layout: Layout
    let query: String
    let limit: Int
    let total: String
    let asked: Bool
    let found: [Row]
    let caption: String
    let more: Bool

    init(_ page: SubscribersPage, _ console: Console) {
      layout = Layout("Subscribers", at: .subscribers, in: console)
      query = page.query
      limit = SubscribersPage.queryLimit
      total = Figures.count(page.total, "subscriber", "subscribers")
      asked = !page.query.isEmpty
      found = page.found.prefix(SubscribersPage.listed).map { Row($0, console.localTime) }
      more = page.more || page.found.count > SubscribersPage.listed
      caption = more ? "The first \(found.count) found" : "\(Figures.count(found.count)) found"
    }
  }

  private struct Row: Sendable {
    let href: String
    let id: String
    let name: String
    let mail: String?
    let plan: String
    let state: String
    let tone: String
    let since: Moment

    init(_ found: Found, _ time: LocalTime) {
      href = Paths.subscriber(found.id)
      id = found.id
      name = found.name
      mail = found.mail.map(MaskedMail.text)
      plan = found.plan
      state = found.state
      tone = found.tone.rawValue
      since = Moment(found.since, time.shortDay(found.since))
    }
  }
}
