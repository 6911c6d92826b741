import Kernel
import Web
import Words

/// Alerts: open ones by urgency, each with what to do, and those of the last weeks that are over.
package struct AlertsPage: Sendable {
  package struct Alert: Sendable {
    package var id: Int64
    package var name: String
    package var subject: String
    package var message: String
    package var raisedAt: Instant
    package var owner: String
    package var escalatesAt: Instant
    package var escalatedTo: String?
    package var clearedAt: Instant?

    package init(
      id: Int64, name: String, subject: String, message: String, raisedAt: Instant, owner: String,
      escalatesAt: Instant, escalatedTo: String? = nil, clearedAt: Instant? = nil
    ) {
      self.id = id
      self.name = name
      self.subject = subject
      self.message = message
      self.raisedAt = raisedAt
      self.owner = owner
      self.escalatesAt = escalatesAt
      self.escalatedTo = escalatedTo
      self.clearedAt = clearedAt
    }
  }

  package var open: [Alert]
  package var moreOpen: String?
  package var over: [Alert]
  package var moreOver: String?
  package var showsOpen = true
  package var showsOver = true
  package var mayTake = false
  package var key = ""
  package var notice: Message?

  package init(
    open: [Alert], moreOpen: String? = nil, over: [Alert], moreOver: String? = nil, showsOpen: Bool = true,
    showsOver: Bool = true
  ) {
    self.open = open
    self.moreOpen = moreOpen
    self.over = over
    self.moreOver = moreOver
    self.showsOpen = showsOpen
    self.showsOver = showsOver
  }

  package func html(
    in console: Console, _ names: Names, _ links: [String: NamedLink] = [:]
  ) -> String {
    Self.template.html(View(self, console, names, links), console.words)
  }

  private static let template = Template("alerts", PackageResources.alerts_mustache)

  private struct View: Sendable {
    let layout: Layout
    let notice: String?
    let showsOpen: Bool
    let showsOver: Bool
    let open: [Open]
    let moreOpen: String?
    let over: [Over]
    let moreOver: String?
    let weeks: String
    let proof: String

    init(_ page: AlertsPage, _ console: Console, _ names: Names, _ links: [String: NamedLink]) {
      let words = console.words
      layout = Layout(words.text(.placeAlerts), at: .alerts, in: console)
      notice = page.notice.map { words.text($0) }
      (showsOpen, showsOver) = (page.showsOpen, page.showsOver)
      open = page.open.map { Open($0, page, console, names, links) }
      moreOpen = page.moreOpen.map { "\(Paths.alerts)?after=\($0)" }
      over = page.over.map { Over($0, console, names, links) }
      moreOver = page.moreOver.map { "\(Paths.alerts)?before=\($0)" }
      let kept = words.count(Int(AlertQuery.kept.seconds) / 604_800)
      weeks = words.text(.overCaption(weeks: kept))
      proof = console.visitor?.proof ?? ""
    }
  }

  private struct Open: Sendable {
    let id: String
    let title: String
    let about: Place
    let message: String
    let raised: Moment
    let ago: String
    let owner: String
    let isEscalated: Bool
    let escalation: String
    let advice: String?
    let mayTake: Bool
    let key: String

    init(
      _ alert: Alert, _ page: AlertsPage, _ console: Console, _ names: Names,
      _ links: [String: NamedLink]
    ) {
      let (words, time, now) = (console.words, console.localTime, console.now)
      id = String(alert.id)
      title = words.alert(alert.name)
      about = Place(alert.subject, words, links)
      message = alert.message
      raised = Moment(alert.raisedAt, time.dayTime(alert.raisedAt))
      ago = words.text(.ago(words.span(now - alert.raisedAt)))
      owner = names.text(alert.owner)
      isEscalated = alert.escalatedTo != nil || alert.escalatesAt <= now
      escalation =
        alert.escalatedTo.map { words.text(.escalatedTo(names.text($0))) }
        ?? words.text(
          alert.escalatesAt <= now
            ? .escalatesNow : .escalates(words.text(.dueIn(words.span(alert.escalatesAt - now)))))
      advice = Message.alertAdvice[alert.name].map { words.text($0) }
      mayTake = page.mayTake && alert.owner != names.reader
      key = "\(page.key)-\(alert.id)"
    }
  }

  private struct Over: Sendable {
    let title: String
    let about: Place
    let message: String
    let raised: Moment
    let lasted: String
    let owner: String

    init(_ alert: Alert, _ console: Console, _ names: Names, _ links: [String: NamedLink]) {
      let words = console.words
      title = words.alert(alert.name)
      about = Place(alert.subject, words, links)
      message = alert.message
      raised = Moment(alert.raisedAt, console.localTime.dayTime(alert.raisedAt))
      lasted = words.span((alert.clearedAt ?? console.now) - alert.raisedAt)
      owner = names.text(alert.escalatedTo ?? alert.owner)
    }
  }

  /// What an alert is about, and where one looks at it.
  struct Place: Sendable {
    let name: String
    let href: String?

    init(_ subject: String, _ words: Words, _ links: [String: NamedLink]) {
      let parts = subject.split(separator: ":", maxSplits: 1).map(String.init)
      switch (parts.first, parts.count) {
      case ("lane", 2): (name, href) = (parts[1], Paths.partner(parts[1]))
      case ("decisions", 1): (name, href) = (words.text(.placeQueue), Paths.queue)
      case ("inbox", 1): (name, href) = (words.kind("stuck"), Paths.messages + "/stuck")
      case ("refunds", 1), ("surplus", 1): (name, href) = (words.text(.placeQueue), Paths.queue + "?kind=surplus")
      case ("objections", 1): (name, href) = (words.text(.placeQueue), Paths.queue + "?kind=objection")
      case ("actions", 1): (name, href) = (words.text(.placeIncidents), Paths.incidents)
      case ("renewals", 1): (name, href) = (words.text(.placeToday), Paths.today)
      default: (name, href) = (links[subject]?.title ?? subject, links[subject]?.href)
      }
    }
  }
}

extension Words {
  func alert(_ name: String) -> String { Message.alertTitles[name].map { text($0) } ?? name }
}
