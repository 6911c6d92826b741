import Kernel
import Web
import Words

/// Every incident, the newest first, and a form to open one.
package struct IncidentsPage: Sendable {
  package var incidents: [IncidentQuery.Brief]
  package var mayRun: Bool
  package var key: String
  package var error: String?

  package init(incidents: [IncidentQuery.Brief], mayRun: Bool, key: String, error: String? = nil) {
    self.incidents = incidents
    self.mayRun = mayRun
    self.key = key
    self.error = error
  }

  package func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  static func path(of id: Int64) -> String { "\(Paths.incidents)/\(id)" }

  private static let template = Template("incidents", PackageResources.incidents_mustache)

  private struct View: Sendable {
    let layout: Layout
    let incidents: [Row]
    let mayRun: Bool
    let error: String?
    let proof: String
    let key: String

    init(_ page: IncidentsPage, _ console: Console) {
      layout = Layout(console.words.text(.placeIncidents), at: .incidents, in: console)
      incidents = page.incidents.map { Row($0, console) }
      mayRun = page.mayRun
      error = page.error
      proof = console.visitor?.proof ?? ""
      key = page.key
    }
  }

  private struct Row: Sendable {
    let href: String
    let title: String
    let state: String
    let tone: String
    let severity: Int
    let noticed: Moment
    let settled: String

    init(_ brief: IncidentQuery.Brief, _ console: Console) {
      let one = brief.incident
      href = IncidentsPage.path(of: one.id)
      title = one.title
      state = console.words.text(one.state.message)
      tone = one.state.tone.rawValue
      severity = one.severity
      noticed = Moment(one.noticedAt, console.localTime.exact(one.noticedAt))
      settled = "\(console.words.count(Int64(brief.settled))) / \(console.words.count(Int64(brief.people)))"
    }
  }
}

extension Incident.State {
  var message: Message {
    switch self {
    case .open: .incidentOpen
    case .contained: .incidentContained
    case .closed: .incidentClosed
    }
  }

  var tone: Tone {
    switch self {
    case .open: .refused
    case .contained: .held
    case .closed: .settled
    }
  }
}
