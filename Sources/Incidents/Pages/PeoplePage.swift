import Kernel
import Store
import Web
import Words

/// Who stands where in an incident, a page at a time; unless asked otherwise those who are late: not settled yet.
package struct PeoplePage: Sendable {
  let incident: Incident
  let state: Affected.State?
  let people: [MakingQuery.Person]
  let funnel: MakingQuery.Funnel
  let after: Int64
  var links: [String: NamedLink] = [:]

  static func path(of incident: Int64) -> String { IncidentsPage.path(of: incident) + "/people" }

  package static func read(
    _ id: Int64, _ state: Affected.State?, after: Int64 = 0, in tx: Transaction
  ) throws -> PeoplePage? {
    guard let incident = try Incident.find(id, in: tx) else { return nil }
    return PeoplePage(
      incident: incident, state: state, people: try MakingQuery.people(id, in: state, after: after, tx),
      funnel: try MakingQuery.funnel(id, in: tx), after: after)
  }

  package func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("people", PackageResources.people_mustache)

  private struct Row: Sendable {
    let who: String
    let href: String
    let state: String
    let tone: String
    let told: Moment?
    let whole: Moment?
  }

  private struct View: Sendable {
    let layout: Layout
    let incident: String
    let incidentHref: String
    let here: String
    let choices: [Choice]
    let count: String
    let rows: [Row]
    let isEmpty: Bool
    let next: String?

    init(_ page: PeoplePage, _ console: Console) {
      let (words, time) = (console.words, console.localTime)
      layout = Layout(words.text(.peopleTitle(page.incident.title)), at: .incidents, in: console)
      incident = page.incident.title
      incidentHref = IncidentsPage.path(of: page.incident.id)
      here = PeoplePage.path(of: page.incident.id)
      func counted(_ name: String, _ count: Int) -> String {
        words.text(.filterChoice(name, count: words.count(Int64(count))))
      }
      let late = page.funnel.affected - page.funnel.settled
      choices =
        [Choice(value: "", words: counted(words.text(.peopleLate), late), isChosen: page.state == nil)]
        + Affected.State.allCases.map {
          Choice(
            value: $0.rawValue, words: counted(words.text($0.message), page.funnel.states[$0] ?? 0),
            isChosen: page.state == $0)
        }
      let all = page.state.map { page.funnel.states[$0] ?? 0 } ?? late
      count = words.text(.peopleShown(words.count(Int64(page.people.count)), of: words.count(Int64(all))))
      rows = page.people.map { person in
        Row(
          who: PersonLink(person.person, page.links).title,
          href: AffectedPage.path(of: person.id, in: page.incident.id), state: words.text(person.state.message),
          tone: person.state.tone.rawValue, told: person.toldAt.map { Moment($0, time.exact($0)) },
          whole: person.wholeAt.map { Moment($0, time.exact($0)) })
      }
      isEmpty = rows.isEmpty
      let state = page.state.map { "state=\($0.rawValue)&" } ?? ""
      next =
        page.people.count < IncidentQuery.page
        ? nil : page.people.last.map { "\(PeoplePage.path(of: page.incident.id))?\(state)after=\($0.id)" }
    }
  }
}
