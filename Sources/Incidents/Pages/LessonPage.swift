import Kernel
import Store
import Web
import Words

/// What is kept of an incident: a post-mortem in five parts, what changed because of it, and what it still lacks.
package struct LessonPage: Sendable {
  /// Which form was sent, so that what is wrong with it is said there.
  enum Place: Equatable, Sendable {
    case parts, newAction, close
    case action(Int64)

    var anchor: String {
      switch self {
      case .parts: ""
      case .newAction: "#actions"
      case .close: "#close"
      case .action(let id): "#action-\(id)"
      }
    }
  }

  let incident: Incident
  let lesson: LearningQuery.Lesson?
  let actions: [LearningQuery.Action]
  let obstacles: [LessonObstacle]
  /// The names of accounts.
  var people: [Int64: String] = [:]
  var key = ""
  var wrong: (place: Place, what: Wrong)?
  /// Somebody else wrote while this was being written.
  var isNewer = false
  /// What was sent and not taken.
  var entered = Form()

  static func path(of incident: Int64) -> String { IncidentsPage.path(of: incident) + "/lesson" }

  static func read(_ id: Int64, in tx: Transaction) throws -> LessonPage? {
    guard let incident = try Incident.find(id, in: tx) else { return nil }
    return LessonPage(
      incident: incident, lesson: try LearningQuery.lesson(id, in: tx), actions: try LearningQuery.actions(id, in: tx),
      obstacles: try CloseLesson.obstacles(incident, in: tx))
  }

  var actors: [String] {
    [lesson?.writtenBy, lesson?.closedBy].compactMap(\.self)
      + actions.flatMap { [$0.doneBy, $0.verifiedBy].compactMap(\.self) }
  }

  func html(in console: Console, _ names: Names) -> String {
    Self.template.html(LessonView(self, console, names), console.words)
  }

  private static let template = Template("lesson", PackageResources.lesson_mustache)
}

/// `LessonPage` in the reader's words, as `lesson.mustache` reads it.
struct LessonView: Sendable {
  struct Part: Sendable {
    let name: String
    let label: String
    let hint: String
    let text: String
    /// What stands there by now, where somebody else wrote meanwhile and it is another text. Empty, or one.
    let other: [String]
    let isEmpty: Bool
  }

  struct Action: Sendable {
    let id: Int64
    let anchor: String
    let text: String
    let owner: String
    let due: Moment
    let isLate: Bool
    let state: String
    let tone: String
    let control: String?
    /// Where the checklist is.
    let checklist: String?
    let doer: String?
    let seer: String?
    let mayFinish: Bool
    let maySee: Bool
    /// It was their own.
    let needsAnother: Bool
    let kinds: [Choice]
    let areas: [Choice]
    let entered: String
    /// Not `wrong`: a template that finds none here would take the page's.
    let actionWrong: Wrong?
  }

  let layout: Layout
  let incident: String
  let incidentHref: String
  let here: String
  let state: String
  let tone: String
  let written: Moment?
  let writer: String
  let wrong: Wrong?
  let isNewer: Bool
  let mayWrite: Bool
  let mayRead: Bool
  let parts: [Part]
  let seen: String
  let longest: Int
  let actions: [Action]
  let hasNone: Bool
  let mayAdd: Bool
  let newText: String
  let newOwner: String
  let newDue: String
  let newWrong: Wrong?
  let isOpen: Bool
  let obstacles: [String]
  let mayClose: Bool
  let closeWrong: Wrong?
  let proof: String
  let key: String

  init(_ page: LessonPage, _ console: Console, _ names: Names) {
    let (words, time) = (console.words, console.localTime)
    let rights = console.visitor?.rights ?? []
    let isClosed = page.lesson?.closedAt != nil
    let works = rights.contains(.runIncidents) && !isClosed
    func at(_ place: LessonPage.Place) -> Wrong? { page.wrong.flatMap { $0.place == place ? $0.what : nil } }
    layout = Layout(words.text(.lessonTitle(page.incident.title)), at: .incidents, in: console)
    incident = page.incident.title
    incidentHref = IncidentsPage.path(of: page.incident.id)
    here = LessonPage.path(of: page.incident.id)
    state = words.text(isClosed ? .lessonClosed : page.lesson == nil ? .lessonNone : .lessonOpen)
    tone = (isClosed ? Tone.settled : page.lesson == nil ? .unsent : .waiting).rawValue
    written = page.lesson.map { Moment($0.writtenAt, time.exact($0.writtenAt)) }
    writer = page.lesson.map { names.text($0.writtenBy) } ?? ""
    wrong = at(.parts)
    isNewer = page.isNewer
    mayWrite = works
    mayRead = !works
    let isEntered = wrong != nil
    parts = LessonPart.allCases.map { part in
      let (known, given) = (page.lesson?[part] ?? "", page.entered[part.rawValue])
      return Part(
        name: part.rawValue, label: words.text(part.message), hint: words.text(part.hint),
        text: isEntered ? given : known, other: page.isNewer && known != given ? [known.isEmpty ? "–" : known] : [],
        isEmpty: known.isEmpty)
    }
    // Once theirs has been shown, the next save is after it.
    seen = page.lesson.map { String($0.writtenAt.microseconds) } ?? ""
    longest = WriteLesson.longest
    let reader = console.visitor?.actor.description ?? ""
    actions = page.actions.map { action in
      Self.action(action, page, works, rights, reader, at(.action(action.id)), console, names)
    }
    hasNone = page.actions.isEmpty
    mayAdd = works && page.actions.count < AddAction.most
    newWrong = at(.newAction)
    newText = newWrong == nil ? "" : page.entered["text"]
    newOwner = newWrong == nil ? "" : page.entered["owner"]
    newDue = newWrong == nil ? "" : page.entered["due"]
    isOpen = !isClosed
    obstacles = isClosed ? [] : page.obstacles.map { words.text($0.message(words)) }
    mayClose = works && page.obstacles.isEmpty && console.visitor?.role == .operator
    closeWrong = at(.close)
    proof = console.visitor?.proof ?? ""
    key = page.key
  }

  private static func action(
    _ action: LearningQuery.Action, _ page: LessonPage, _ works: Bool, _ rights: Set<Right>, _ reader: String,
    _ wrong: Wrong?, _ console: Console, _ names: Names
  ) -> Action {
    let (words, time) = (console.words, console.localTime)
    let (isDone, isSeen) = (action.doneBy != nil, action.verifiedBy != nil)
    let isOwn = action.doneBy == reader
    let waits = isDone && !isSeen && rights.contains(.signLaunches) && page.lesson?.closedAt == nil
    let control = action.kind.map { kind in
      words.text(.lessonControl(words.text(kind.message), name: action.item ?? action.control ?? ""))
    }
    let entered = wrong == nil ? Form() : page.entered
    return Action(
      id: action.id, anchor: "action-\(action.id)", text: action.text, owner: action.owner,
      due: Moment(action.due, time.day(action.due)), isLate: !isSeen && action.due < console.now,
      state: words.text(isSeen ? .lessonSeen : isDone ? .lessonDone : .lessonToDo),
      tone: (isSeen ? Tone.settled : isDone ? .waiting : .refused).rawValue, control: control,
      checklist: action.kind == .checklist ? ChecklistPage.path : nil, doer: action.doneBy.map { names.text($0) },
      seer: action.verifiedBy.map { names.text($0) }, mayFinish: works && !isDone, maySee: waits && !isOwn,
      needsAnother: waits && isOwn,
      kinds: ControlKind.allCases.map {
        Choice(value: $0.rawValue, words: words.text($0.message), isChosen: entered["kind"] == $0.rawValue)
      },
      areas: ChecklistArea.allCases.map {
        Choice(value: $0.rawValue, words: words.text($0.message), isChosen: entered["area"] == $0.rawValue)
      }, entered: entered["control"], actionWrong: wrong)
  }
}

extension LessonPart {
  var message: Message {
    switch self {
    case .context: .lessonContext
    case .failed: .lessonFailed
    case .did: .lessonDid
    case .learned: .lessonLearned
    case .differently: .lessonDifferently
    }
  }

  fileprivate var hint: Message {
    switch self {
    case .context: .lessonContextHint
    case .failed: .lessonFailedHint
    case .did: .lessonDidHint
    case .learned: .lessonLearnedHint
    case .differently: .lessonDifferentlyHint
    }
  }
}

extension ControlKind {
  var message: Message {
    switch self {
    case .check: .controlCheck
    case .guardrail: .controlGuard
    case .checklist: .controlChecklist
    case .test: .controlTest
    }
  }
}

extension ChecklistArea {
  var message: Message {
    switch self {
    case .performance: .areaPerformance
    case .scalability: .areaScalability
    case .reliability: .areaReliability
    case .outside: .areaOutside
    case .tests: .areaTests
    case .wayBack: .areaWayBack
    }
  }
}

extension LessonObstacle {
  func message(_ words: Words) -> Message {
    switch self {
    case .incidentOpen: .lessonLacksEnd
    case .notWritten: .lessonLacksAll
    case .empty(let parts):
      .lessonLacksParts(parts.map { words.text($0.message) }.joined(separator: words.text(.listSeparator)))
    case .noAction: .lessonLacksAction
    case .actionsOpen(let count): .lessonLacksSeen(Int(count), shown: words.count(count))
    }
  }
}
