import Kernel
import Web
import Words

/// What waits for a person, the most urgent first.
package struct QueuePage: Sendable {
  package struct Group: Sendable {
    package var owner: String
    package var kind: String
    package var count: Int
  }

  var items: [WaitingItem]
  var next: String?
  var filter: QueueQuery.Filter
  var groups: [Group]
  /// More wait than a filter looks through.
  var isCut: Bool
  var isFirst: Bool
  var notice: Message?

  func html(in console: Console, _ names: Names, _ actions: Actions, _ links: [String: NamedLink]) -> String {
    Self.template.html(View(self, console, names, actions, links), console.words)
  }

  private static let template = Template("queue", PackageResources.queue_mustache)

  private struct Choice: Sendable {
    let value: String
    let words: String
    let chosen: Bool
  }

  private struct View: Sendable {
    let layout: Layout
    let notice: String?
    let owners: [Choice]
    let kinds: [Choice]
    let isFiltered: Bool
    let isFirst: Bool
    let isCut: Bool
    let rows: [Row]
    let next: String?

    init(
      _ page: QueuePage, _ console: Console, _ names: Names, _ actions: Actions,
      _ links: [String: NamedLink]
    ) {
      let words = console.words
      layout = Layout(words.text(.placeQueue), at: .queue, in: console)
      notice = page.notice.map { words.text($0) }
      owners = Self.choices(page.groups.map { ($0.owner, $0.count) }, page.filter.owner, words) { names.text($0) }
      kinds = Self.choices(page.groups.map { ($0.kind, $0.count) }, page.filter.kind, words) { words.kind($0) }
      isFiltered = !page.filter.isEmpty
      isFirst = page.isFirst
      isCut = page.isCut && !page.filter.isEmpty
      rows = page.items.map { Row($0, console, names, actions, links) }
      next = page.next.map { QueuePage.address(page.filter, after: $0) }
    }

    /// Each once, with how many there are, and the one that is chosen even where nothing of it is left.
    private static func choices(
      _ found: [(String, Int)], _ chosen: String?, _ words: Words, _ name: (String) -> String
    ) -> [Choice] {
      var counts = found.reduce(into: [String: Int]()) { $0[$1.0, default: 0] += $1.1 }
      if let chosen { counts[chosen] = counts[chosen] ?? 0 }
      return counts.sorted { $0.key < $1.key }.map {
        Choice(
          value: $0.key, words: words.text(.filterChoice(name($0.key), count: words.count($0.value))),
          chosen: $0.key == chosen)
      }
    }
  }

  static func address(_ filter: QueueQuery.Filter, after: String?) -> String {
    let fields = [("owner", filter.owner), ("kind", filter.kind), ("after", after)].compactMap { name, value in
      value.map { "\(name)=\(Paths.segment($0))" }
    }
    return Paths.queue + (fields.isEmpty ? "" : "?" + fields.joined(separator: "&"))
  }

  private struct Row: Sendable {
    let href: String
    let title: String
    let about: NamedLink?
    let lane: String
    /// What no partner is about has none.
    let hasLane: Bool
    let laneHref: String
    let why: String
    let owner: String
    let deadline: Moment
    let left: String
    let overdue: Bool
    let may: [String]
    let mayNot: [Reason]

    init(
      _ item: WaitingItem, _ console: Console, _ names: Names, _ actions: Actions,
      _ links: [String: NamedLink]
    ) {
      let (words, time) = (console.words, console.localTime)
      href = item.href ?? "\(Paths.queue)/\(item.id)"
      title =
        item.count > 1
        ? words.text(.kindCounted(words.kind(item.kind), count: words.count(item.count)))
        : [words.kind(item.kind), item.amount.map { words.amount($0) }].compactMap(\.self).joined(separator: " · ")
      about = item.subject.flatMap { links[$0] }
      lane = item.lane
      hasLane = !item.lane.isEmpty
      laneHref = Paths.partner(item.lane)
      why = words.why(item)
      owner = names.text(item.owner)
      deadline = Moment(item.deadline, time.dayTime(item.deadline))
      let left = words.deadline(item.deadline, now: console.now)
      (self.left, overdue) = (left.text, left.overdue)
      let all = actions.of(item)
      may = all.filter { $0.whyNot == nil }.map { words.text($0.what) }
      mayNot = all.compactMap { action in
        action.whyNot.map { Reason(what: words.text(action.what), why: words.text($0)) }
      }
    }
  }
}

/// An action that is not there, and why.
struct Reason: Sendable {
  let what: String
  let why: String
}

extension Words {
  /// What kind of thing it is.
  func kind(_ kind: String) -> String { Message.kinds[kind].map { text($0) } ?? kind }

  /// Why a person has to look.
  func why(_ item: WaitingItem) -> String {
    switch item.kind {
    case "stuck": text(.whyStuck)
    case "unmatched": text(.whyUnmatched)
    default:
      Message.reasons[item.kind].map { text($0) }
        ?? text(item.code.map { .whyParkedCode($0) } ?? .whyParked)
    }
  }
}
