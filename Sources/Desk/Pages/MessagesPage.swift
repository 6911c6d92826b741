import Kernel
import Web
import Words

/// Messages of partners that were put aside because they contradict what is known, or that belong to nothing yet.
package struct MessagesPage: Sendable {
  package enum State: String, Sendable, CaseIterable { case stuck, unmatched }

  package struct Kept: Sendable {
    package var id: Int64
    package var lane: String
    package var source: String
    package var reference: String?
    package var transaction: String?
    package var says: String
    package var code: String?
    package var at: Instant
    package var raw: [UInt8]
  }

  package var state: State
  package var messages: [Kept]
  package var next: Int64?
  package var isFirst: Bool
  var mayRetry = false
  var showsRaw = false
  var key = ""
  var notice: Message?
  var error: String?
  var reason = ""

  init(state: State, messages: [Kept], next: Int64?, isFirst: Bool) {
    self.state = state
    self.messages = messages
    self.next = next
    self.isFirst = isFirst
  }

  func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("messages", PackageResources.messages_mustache)

  private struct View: Sendable {
    let layout: Layout
    let title: String
    let lead: String
    let isStuck: Bool
    let mayRetry: Bool
    let mayNot: String
    let path: String
    let proof: String
    let key: String
    let notice: String?
    let error: String?
    let reason: String
    let rows: [Row]
    let next: String?

    init(_ page: MessagesPage, _ console: Console) {
      let words = console.words
      title = words.kind(page.state.rawValue)
      lead = words.text(page.state == .stuck ? .whyStuck : .whyUnmatched)
      layout = Layout(title, at: .queue, in: console)
      isStuck = page.state == .stuck
      mayRetry = page.mayRetry && page.state == .stuck && !page.messages.isEmpty
      mayNot = words.text(page.state == .stuck ? .notYourRole : .matchedByItself)
      path = "\(Paths.messages)/\(page.state.rawValue)"
      proof = console.visitor?.proof ?? ""
      key = page.key
      notice = page.notice.map { words.text($0) }
      error = page.error
      reason = page.reason
      rows = page.messages.map { Row($0, console, page.showsRaw) }
      next = page.next.map { "\(Paths.messages)/\(page.state.rawValue)?after=\($0)" }
    }
  }

  private struct Row: Sendable {
    let at: Moment
    let lane: String
    let source: String
    let says: String
    let code: String?
    let reference: String?
    let transaction: String?
    let raw: String?
    let cut: String?

    init(_ message: Kept, _ console: Console, _ showsRaw: Bool) {
      let words = console.words
      at = Moment(message.at, console.localTime.exact(message.at))
      lane = message.lane
      source = words.source(message.source)
      says = words.says(message.says)
      code = message.code
      reference = message.reference
      transaction = message.transaction
      let body = showsRaw && !message.raw.isEmpty ? RawBody(message.raw) : nil
      (raw, cut) = (body?.text, words.cut(of: body))
    }
  }
}
