import Kernel
import Web
import Words

/// "This is not right": what somebody said, what they were given, and the answer.
struct ObjectionPage: Sendable {
  let objection: ObjectionQuery.Objection
  let incident: Incident
  /// What is known of the person in this incident.
  var was: PersonIncident?
  /// The names of accounts.
  var names: [Int64: String] = [:]
  var links: [String: NamedLink] = [:]
  var key = ""
  var wrong: Wrong?
  /// What was sent and not taken.
  var entered: (outcome: String, answer: String) = ("", "")

  init(objection: ObjectionQuery.Objection, incident: Incident) {
    self.objection = objection
    self.incident = incident
  }

  static func path(of id: Int64) -> String { "/objections/\(id)" }

  var actors: [String] { [objection.raisedBy, objection.answeredBy].compactMap(\.self) }

  func html(in console: Console, _ names: Names) -> String {
    Self.template.html(View(self, console, names), console.words)
  }

  private static let template = Template("objection", PackageResources.objection_mustache)

  private struct View: Sendable {
    let layout: Layout
    let incident: String
    let incidentHref: String
    let here: String
    let who: String
    let whoHref: [String]
    let raised: Moment
    let text: String
    let due: Moment
    let left: String
    let isLate: Bool
    let state: String
    let tone: String
    let items: [String]
    let given: [String]
    let isOpen: Bool
    let mayAnswer: Bool
    let outcome: String
    let answer: String?
    let answerer: String
    let answered: Moment?
    let choices: [Choice]
    let entered: String
    let wrong: Wrong?
    let proof: String
    let key: String

    init(_ page: ObjectionPage, _ console: Console, _ names: Names) {
      let (one, words, time) = (page.objection, console.words, console.localTime)
      layout = Layout(words.text(.objectionTitle), at: .incidents, in: console)
      incident = page.incident.title
      incidentHref = IncidentsPage.path(of: page.incident.id)
      here = ObjectionPage.path(of: one.id)
      let link = PersonLink(one.person, page.links)
      (who, whoHref) = (link.title, link.href.map { [$0] } ?? [])
      raised = Moment(one.raisedAt, time.exact(one.raisedAt))
      text = one.text
      due = Moment(one.dueAt, time.dayTime(one.dueAt))
      let left = words.deadline(one.dueAt, now: console.now)
      (self.left, isLate) = (left.text, left.overdue)
      state = page.was.map { words.text($0.state.message) } ?? ""
      tone = (page.was?.state.tone ?? .person).rawValue
      items = page.was?.items.map { "\($0.item) · \(words.amount(of: $0.amount, $0.unit))" } ?? []
      given =
        page.was?.given.map {
          let amount = $0.unit.isEmpty ? nil : words.amount(of: $0.amount, $0.unit)
          return [PartName(.remedy, $0.kind, words).text, words.text(.remedyState($0.state)), amount].compactMap(\.self)
            .joined(separator: " · ")
        } ?? []
      isOpen = one.answer == nil
      mayAnswer = isOpen && console.visitor?.rights.contains(.answerObjections) == true
      outcome = one.outcome.map { words.text($0 == .right ? .objectionRight : .objectionWrong) } ?? ""
      answer = one.answer
      answerer = one.answeredBy.map { names.text($0) } ?? ""
      answered = one.answeredAt.map { Moment($0, time.exact($0)) }
      choices = [(AnswerObjection.Outcome.right, Message.objectionRight), (.wrong, .objectionWrong)].map {
        Choice(value: $0.rawValue, words: words.text($1), isChosen: page.entered.outcome == $0.rawValue)
      }
      entered = page.entered.answer
      wrong = page.wrong
      proof = console.visitor?.proof ?? ""
      key = page.key
    }
  }
}

extension Words {
  /// Money, or so many of a unit: periods, days.
  func amount(of amount: Int64, _ unit: String) -> String {
    if unit.isEmpty { return "–" }
    if unit == unit.uppercased() { return self.amount(Amount(amount, unit)) }
    return unit == "period" ? text(.remedyPeriods(Int(amount), shown: count(amount))) : "\(count(amount)) \(unit)"
  }
}
