import Kernel
import Store
import Web
import Words

/// One launch, held against what all lessons ask: answered item by item, signed by two people.
struct LaunchPage: Sendable {
  let launch: LearningQuery.Launch
  let answers: [LearningQuery.Answer]
  let obstacles: [LaunchObstacle]
  /// The names of accounts.
  var people: [Int64: String] = [:]
  var key = ""
  /// And at which item; 0: about the launch itself.
  var wrong: (item: Int64, what: Wrong)?
  /// What was sent and not taken.
  var entered: (answer: String, note: String) = ("", "")

  static func path(of id: Int64) -> String { "\(LaunchesPage.path)/\(id)" }

  static func read(_ id: Int64, in tx: Transaction) throws -> LaunchPage? {
    guard let launch = try LearningQuery.launch(id, in: tx) else { return nil }
    return LaunchPage(
      launch: launch, answers: try LearningQuery.answers(id, in: tx),
      obstacles: try SignLaunch.obstacles(id, in: tx))
  }

  var actors: [String] {
    [launch.openedBy, launch.firstBy, launch.secondBy].compactMap(\.self) + answers.compactMap(\.actor)
  }

  func html(in console: Console, _ names: Names) -> String {
    Self.template.html(LaunchView(self, console, names), console.words)
  }

  private static let template = Template("launch", PackageResources.launch_mustache)
}

/// `LaunchPage` in the reader's words, as `launch.mustache` reads it.
struct LaunchView: Sendable {
  struct Area: Sendable {
    let id: String
    let name: String
    let items: [Item]
  }

  struct Item: Sendable {
    let id: Int64
    let text: String
    /// Where it was learned.
    let from: String?
    let state: String
    let tone: String
    let note: String?
    let who: String?
    let mayAnswer: Bool
    let isAnswered: Bool
    let choices: [Choice]
    let entered: String
    let itemWrong: Wrong?
  }

  struct Signature: Sendable {
    let who: String
    let at: Moment
  }

  let layout: Layout
  let launches: String
  let here: String
  let title: String
  let state: String
  let tone: String
  let opened: Moment
  let opener: String
  let progress: String
  let wrong: Wrong?
  let areas: [Area]
  let signatures: [Signature]
  let obstacles: [String]
  let isOpen: Bool
  let isReady: Bool
  let maySign: Bool
  let needsAnother: Bool
  let proof: String
  let key: String

  init(_ page: LaunchPage, _ console: Console, _ names: Names) {
    let (launch, words, time) = (page.launch, console.words, console.localTime)
    let rights = console.visitor?.rights ?? []
    layout = Layout(launch.title, at: .incidents, in: console)
    launches = LaunchesPage.path
    here = LaunchPage.path(of: launch.id)
    title = launch.title
    state = words.text(launch.message)
    tone = launch.tone.rawValue
    opened = Moment(launch.openedAt, time.day(launch.openedAt))
    opener = names.text(launch.openedBy)
    progress = words.text(.launchProgress(words.count(Int64(launch.answered)), of: words.count(Int64(launch.items))))
    wrong = page.wrong.flatMap { $0.item == 0 ? $0.what : nil }
    let answers = rights.contains(.runIncidents) && launch.firstBy == nil
    areas = ChecklistArea.allCases.compactMap { area in
      let items = page.answers.filter { $0.area == area }
      return items.isEmpty
        ? nil
        : Area(
          id: area.rawValue, name: words.text(area.message),
          items: items.map { Self.item($0, page, answers, words, names) })
    }
    signatures = [(launch.firstBy, launch.firstAt), (launch.secondBy, launch.secondAt)].compactMap { who, at in
      who.flatMap { who in at.map { Signature(who: names.text(who), at: Moment($0, time.exact($0))) } }
    }
    obstacles = page.obstacles.map { words.text($0.message(words)) }
    isOpen = !launch.mayGo
    isReady = isOpen && page.obstacles.isEmpty
    let isOwn = launch.firstBy == console.visitor?.actor.description
    maySign = isReady && rights.contains(.signLaunches) && !isOwn
    needsAnother = isOpen && launch.firstBy != nil && isOwn
    proof = console.visitor?.proof ?? ""
    key = page.key
  }

  private static func item(
    _ answer: LearningQuery.Answer, _ page: LaunchPage, _ mayAnswer: Bool, _ words: Words, _ names: Names
  ) -> Item {
    let wrong = page.wrong.flatMap { $0.item == answer.item ? $0.what : nil }
    let chosen = wrong == nil ? answer.answer?.rawValue : page.entered.answer
    return Item(
      id: answer.item, text: answer.text, from: answer.incident.map { LessonPage.path(of: $0) },
      state: words.text(answer.answer?.message ?? .answerNone), tone: (answer.answer?.tone ?? Tone.unsent).rawValue,
      note: answer.note, who: answer.actor.map { names.text($0) }, mayAnswer: mayAnswer,
      isAnswered: answer.answer != nil,
      choices: [AnswerItem.Answer.yes, .no, .notNeeded].map {
        Choice(value: $0.rawValue, words: words.text($0.message), isChosen: chosen == $0.rawValue)
      }, entered: wrong == nil ? answer.note ?? "" : page.entered.note, itemWrong: wrong)
  }
}

extension AnswerItem.Answer {
  var message: Message {
    switch self {
    case .yes: .answerYes
    case .no: .answerNo
    case .notNeeded: .answerNotNeeded
    }
  }

  var tone: Tone {
    switch self {
    case .yes: .settled
    case .no: .refused
    case .notNeeded: .held
    }
  }
}

extension LaunchObstacle {
  func message(_ words: Words) -> Message {
    switch self {
    case .unanswered(let count): .launchUnanswered(Int(count), shown: words.count(count))
    case .saidNo(let count): .launchSaidNo(Int(count), shown: words.count(count))
    }
  }
}
