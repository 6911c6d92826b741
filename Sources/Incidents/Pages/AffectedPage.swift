import Kernel
import Store
import Web
import Words

/// One person in one incident: what reached them, what they get, who tried to tell them, and what can be done for them.
package struct AffectedPage: Sendable {
  let affected: Int64
  let person: String
  let one: PersonIncident
  let contacts: [ContactQuery.Contact]
  let contactCount: Int
  let unreachable: [DeclareUnreachable.Obstacle]
  let wasGiven: Bool
  /// The names of accounts.
  var names: [Int64: String] = [:]
  var links: [String: NamedLink] = [:]
  var key = ""
  var wrong: Wrong?
  /// What was sent and not taken.
  var entered = Entered()

  struct Entered: Sendable {
    var means = ""
    var reached = ""
    var note = ""
    /// Why they cannot be reached.
    var reason = ""
    var evidence = ""
    var remedy: Int64 = 0
    /// What was mended for it.
    var mended = ""
  }

  static func path(of affected: Int64, in incident: Int64) -> String {
    "\(PeoplePage.path(of: incident))/\(affected)"
  }

  var actors: [String] { contacts.map(\.actor) }

  package static func read(_ affected: Int64, in incident: Int64, _ tx: Transaction) throws -> AffectedPage? {
    guard let incident = try Incident.find(incident, in: tx),
      let (person, one) = try PersonIncident.one(affected, in: incident, tx)
    else { return nil }
    return AffectedPage(
      affected: affected, person: person, one: one, contacts: try ContactQuery.all(of: affected, in: tx),
      contactCount: try ContactQuery.count(of: affected, in: tx),
      unreachable: try DeclareUnreachable.obstacles(affected, in: tx),
      wasGiven: try ProveUnharmed.wasGiven(affected, in: tx))
  }

  package func html(in console: Console, _ names: Names) -> String {
    Self.template.html(View(self, console, names), console.words)
  }

  private static let template = Template("affected", PackageResources.affected_mustache)

  private struct Given: Sendable {
    let id: Int64
    let name: PartName
    let about: String?
    let state: String
    let tone: String
    let amount: String?
    let code: String?
    let at: Moment
    let action: String
    let mayRetry: Bool
    let isOpen: Bool
    let mended: String
  }

  private struct Told: Sendable {
    let means: String
    let outcome: String
    let tone: String
    let at: Moment
    let actor: String
    let note: String?
  }

  private struct Said: Sendable {
    let href: String
    let text: String
  }

  private struct View: Sendable {
    let layout: Layout
    let incident: String
    let incidentHref: String
    let everybody: String
    let here: String
    let who: String
    let whoHref: [String]
    let state: String
    let tone: String
    let toldAt: Moment?
    let wholeAt: Moment?
    let items: [String]
    let given: [Given]
    let contacts: [Told]
    let earlier: String?
    let objections: [Said]
    let unharmed: String?
    let mayTell: Bool
    let means: [Choice]
    let reached: [Choice]
    let note: String
    let mayBeUnreachable: Bool
    let notUnreachable: [String]
    let reason: String
    let mayBeUnharmed: Bool
    let notUnharmed: String?
    let evidence: String
    let wrong: Wrong?
    let proof: String
    let key: String

    init(_ page: AffectedPage, _ console: Console, _ names: Names) {
      let (one, words, time) = (page.one, console.words, console.localTime)
      let rights = console.visitor?.rights ?? []
      let link = PersonLink(page.person, page.links)
      layout = Layout(words.text(.affectedTitle(link.title)), at: .incidents, in: console)
      incident = one.incident.title
      incidentHref = IncidentsPage.path(of: one.incident.id)
      everybody = PeoplePage.path(of: one.incident.id)
      let here = AffectedPage.path(of: page.affected, in: one.incident.id)
      self.here = here
      (who, whoHref) = (link.title, link.href.map { [$0] } ?? [])
      state = words.text(one.state.message)
      tone = one.state.tone.rawValue
      toldAt = one.toldAt.map { Moment($0, time.exact($0)) }
      wholeAt = one.wholeAt.map { Moment($0, time.exact($0)) }
      items = one.items.map { "\($0.item) · \(words.amount(of: $0.amount, $0.unit))" }
      given = one.given.map { remedy in
        let waits = remedy.state == "refused" || remedy.state == "held"
        let at = remedy.endedAt ?? remedy.at
        return Given(
          id: remedy.id, name: PartName(.remedy, remedy.kind, words), about: remedy.about.isEmpty ? nil : remedy.about,
          state: words.text(.remedyState(remedy.state)), tone: Message.remedyTone(remedy.state).rawValue,
          amount: remedy.unit.isEmpty ? nil : words.amount(of: remedy.amount, remedy.unit),
          code: waits ? remedy.code : nil, at: Moment(at, time.exact(at)), action: "\(here)/retry",
          mayRetry: waits && rights.contains(.runIncidents), isOpen: page.entered.remedy == remedy.id,
          mended: page.entered.remedy == remedy.id ? page.entered.mended : "")
      }
      contacts = page.contacts.map {
        Told(
          means: words.text($0.means.map(\.said) ?? .meansMessage),
          outcome: words.text($0.reached ? .contactReached : .contactNotReached),
          tone: ($0.reached ? Tone.settled : .refused).rawValue, at: Moment($0.at, time.exact($0.at)),
          actor: names.text($0.actor), note: $0.note.isEmpty ? nil : $0.note)
      }
      let left = page.contactCount - page.contacts.count
      earlier = left > 0 ? words.text(.reportLeft(words.count(Int64(left)))) : nil
      objections = one.objections.map { Said(href: ObjectionPage.path(of: $0.id), text: $0.text) }
      unharmed = one.unharmed
      mayTell = rights.contains(.tellAffected)
      means = Means.allCases.map {
        Choice(value: $0.rawValue, words: words.text($0.said), isChosen: page.entered.means == $0.rawValue)
      }
      reached = [("yes", Message.contactReached), ("no", .contactNotReached)].map {
        Choice(value: $0, words: words.text($1), isChosen: page.entered.reached == $0)
      }
      note = page.entered.note
      mayBeUnreachable = page.unreachable.isEmpty
      notUnreachable = page.unreachable.map { words.text($0.said(words)) }
      reason = page.entered.reason
      mayBeUnharmed = !page.wasGiven
      notUnharmed = page.wasGiven ? words.text(.unharmedWasGiven) : nil
      evidence = page.entered.evidence
      wrong = page.wrong
      proof = console.visitor?.proof ?? ""
      key = page.key
    }
  }
}

extension Means {
  var said: Message {
    switch self {
    case .mail: .meansMail
    case .letter: .meansLetter
    case .phone: .meansPhone
    case .page: .meansPage
    case .message: .meansMessage
    }
  }
}

extension DeclareUnreachable.Obstacle {
  func said(_ words: Words) -> Message {
    switch self {
    case .notTried(let means):
      .unreachableNotTried(words.count(Int64(DeclareUnreachable.leastMeans)), means: words.count(means))
    case .stillToDo: .unreachableStillToDo
    }
  }
}
