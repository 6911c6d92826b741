import Kernel
import Web
import Words

/// Every launch, the newest first, and a form to open one.
struct LaunchesPage: Sendable {
  /// One more than a page holds where there are more.
  var launches: [LearningQuery.Launch]
  /// How many items stand on the checklist.
  var items: Int64
  var isFirst: Bool
  var key: String
  var wrong: Wrong?
  /// As entered.
  var title: String

  static let path = "/launches"

  func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("launches", PackageResources.launches_mustache)

  private struct Row: Sendable {
    let href: String
    let title: String
    let state: String
    let tone: String
    let opened: Moment
    let answered: String
  }

  private struct View: Sendable {
    let layout: Layout
    let checklist: String
    let incidents: String
    let items: String
    let rows: [Row]
    let isEmpty: Bool
    let older: String?
    let newest: String?
    let mayOpen: Bool
    let wrong: Wrong?
    let title: String
    let proof: String
    let key: String

    init(_ page: LaunchesPage, _ console: Console) {
      let (words, time) = (console.words, console.localTime)
      layout = Layout(words.text(.placeLaunches), at: .incidents, in: console)
      checklist = ChecklistPage.path
      incidents = Paths.incidents
      items = words.text(.checklistItems(Int(page.items), shown: words.count(page.items)))
      let shown = page.launches.prefix(LearningQuery.listed)
      rows = shown.map { launch in
        Row(
          href: LaunchPage.path(of: launch.id), title: launch.title, state: words.text(launch.message),
          tone: launch.tone.rawValue, opened: Moment(launch.openedAt, time.day(launch.openedAt)),
          answered: "\(words.count(Int64(launch.answered))) / \(words.count(Int64(launch.items)))")
      }
      isEmpty = rows.isEmpty
      older = page.launches.count > shown.count ? shown.last.map { "\(LaunchesPage.path)?before=\($0.id)" } : nil
      newest = page.isFirst ? nil : LaunchesPage.path
      mayOpen = console.visitor?.rights.contains(.runIncidents) == true
      wrong = page.wrong
      title = page.title
      proof = console.visitor?.proof ?? ""
      key = page.key
    }
  }
}

extension LearningQuery.Launch {
  var message: Message {
    if mayGo { return .launchMayGo }
    if firstBy != nil { return .launchSignedOnce }
    if against > 0 { return .launchAgainst }
    return answered < items ? .launchAnswering : .launchToSign
  }

  var tone: Tone {
    if mayGo { return .settled }
    if firstBy != nil { return .waiting }
    return against > 0 ? .refused : .held
  }
}
