import Kernel
import Web
import Words

/// What every launch from now on is asked. Each area has a bound, so that a list is read to its end.
struct ChecklistPage: Sendable {
  var items: [LearningQuery.Item]
  var key: String
  /// And at which item; 0: at the form for a new one.
  var wrong: (item: Int64, what: Wrong)?
  /// What was sent and not taken.
  var entered: (area: String, text: String, reason: String)

  static let path = "/checklist"

  func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("checklist", PackageResources.checklist_mustache)

  private struct Area: Sendable {
    let id: String
    let name: String
    let items: [Item]
    let isEmpty: Bool
  }

  private struct Item: Sendable {
    let id: Int64
    let text: String
    let from: String?
    let retirePath: String
    let entered: String
    let itemWrong: Wrong?
  }

  private struct View: Sendable {
    let layout: Layout
    let launches: String
    let areas: [Area]
    let mayAdd: Bool
    let mayRetire: Bool
    let choices: [Choice]
    let wrong: Wrong?
    let newText: String
    let proof: String
    let key: String

    init(_ page: ChecklistPage, _ console: Console) {
      let words = console.words
      layout = Layout(words.text(.checklistTitle), at: .incidents, in: console)
      launches = LaunchesPage.path
      areas = ChecklistArea.allCases.map { area in
        let items = page.items.filter { $0.area == area }
        return Area(
          id: area.rawValue, name: words.text(area.message),
          items: items.map { item in
            let wrong = page.wrong.flatMap { $0.item == item.id ? $0.what : nil }
            return Item(
              id: item.id, text: item.text, from: item.incident.map { LessonPage.path(of: $0) },
              retirePath: "\(ChecklistPage.path)/\(item.id)/retire", entered: wrong == nil ? "" : page.entered.reason,
              itemWrong: wrong)
          }, isEmpty: items.isEmpty)
      }
      mayAdd = console.visitor?.rights.contains(.runIncidents) == true
      // What launches are asked no more is for those who run them.
      mayRetire = mayAdd && console.visitor?.role == .operator
      choices = ChecklistArea.allCases.map {
        Choice(value: $0.rawValue, words: words.text($0.message), isChosen: page.entered.area == $0.rawValue)
      }
      wrong = page.wrong.flatMap { $0.item == 0 ? $0.what : nil }
      newText = wrong == nil ? "" : page.entered.text
      proof = console.visitor?.proof ?? ""
      key = page.key
    }
  }
}
