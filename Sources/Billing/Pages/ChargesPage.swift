import Kernel
import Web
import Words

/// The charges of one day in one state.
struct ChargesPage: Sendable {
  var day: DayChoice
  var state: ChargeState
  var charges: [TodayPage.Renewal]
  /// The cursor of the next page.
  var next: String?
  /// So many were looked at, and there may be more.
  var looked: Int?
  var isFirst: Bool

  func response(in console: Console) -> HTMLResponse { HTMLResponse(html(in: console)) }

  func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("charges", PackageResources.charges_mustache)

  private struct View: Sendable {
    let layout: Layout
    let title: String
    let tone: String
    let meaning: String
    let back: String
    let charges: [Row]
    /// Nothing before, nothing after.
    let isWhole: Bool
    let looked: String?
    let more: String?

    init(_ page: ChargesPage, _ console: Console) {
      let (time, words) = (console.localTime, console.words)
      title = words.text(.chargesTitle(words.text(page.state.words), day: time.day(page.day.instant)))
      layout = Layout(title, at: .today, in: console)
      tone = page.state.tone.rawValue
      meaning = words.text(page.state.meaning)
      back = page.day.isToday ? Paths.today : Paths.day(page.day.name)
      charges = page.charges.map { Row($0, time) }
      isWhole = page.isFirst && page.next == nil
      looked = page.looked.map { words.text(.chargesLooked($0, shown: words.count($0))) }
      more = page.next.map { Paths.charges(page.day.name, page.state) + "&after=" + Paths.segment($0) }
    }
  }

  private struct Row: Sendable {
    let href: String
    let name: String
    let plan: String
    let amount: String
    let partner: String
    let at: Moment

    init(_ one: TodayPage.Renewal, _ time: LocalTime) {
      href = Paths.subscriber(one.subscriberID)
      name = one.name
      plan = one.plan
      amount = time.words.amount(one.amount)
      partner = one.partner
      at = Moment(one.at, time.clock(one.at))
    }
  }
}
