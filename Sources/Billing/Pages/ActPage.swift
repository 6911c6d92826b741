import HTTPTypes
import Hummingbird
import Kernel
import Web
import Words

/// One act before it is done: what stands, what will happen in plain words, and a form with a reason.
struct ActPage: Sendable {
  struct Choice: Sendable {
    let value: String
    let label: String
    let means: String
    var isChosen = false
    var isClosed = false
  }

  struct Entry: Sendable {
    let label: String
    let value: String
    let hint: String
  }

  struct Hidden: Sendable {
    let name: String
    let value: String
  }

  /// What was wrong with what was entered: in the reader's words, or as the domain refused it, which is English.
  struct Wrong: Sendable {
    let text: String
    let isEnglish: Bool

    init(_ message: Message, _ words: Words) { (text, isEnglish) = (words.text(message), false) }
    init(_ refusal: Refusal) { (text, isEnglish) = (refusal.message, true) }
  }

  var title: String
  var subscriber: ActSubject.Person
  /// Where the form is sent.
  var action: String
  var key: String
  var facts: [String] = []
  var will: [String] = []
  var choices: [Choice] = []
  /// What is chosen; `nil`: when.
  var legend: String?
  var amount: Entry?
  /// A longer text.
  var note: Entry?
  /// As entered; `nil`: the form does not ask for one.
  var reason: String?
  var hidden: [Hidden] = []
  var button: String
  var isDanger = false
  /// Back to the form before this one.
  var change: String?
  var wrong: Wrong?

  func response(in console: Console, status: HTTPResponse.Status = .ok) -> HTMLResponse {
    HTMLResponse(html(in: console), status: status)
  }

  func html(in console: Console) -> String { Self.template.html(View(self, console), console.words) }

  private static let template = Template("act", PackageResources.act_mustache)

  private struct View: Sendable {
    let layout: Layout
    let title: String
    let name: String
    let back: String
    let action: String
    let proof: String
    let key: String
    let facts: [String]
    let will: [String]
    let choices: [Choice]
    let legend: String
    let amount: Entry?
    let note: Entry?
    let noteLimit: Int
    let asksReason: Bool
    let reason: String
    let hidden: [Hidden]
    let button: String
    let isDanger: Bool
    let change: String?
    let wrong: Wrong?

    init(_ page: ActPage, _ console: Console) {
      layout = Layout(page.title, at: .subscribers, in: console)
      title = page.title
      name = page.subscriber.name
      back = Paths.subscriber(String(page.subscriber.id))
      action = page.action
      proof = console.visitor?.proof ?? ""
      key = page.key
      facts = page.facts
      will = page.will
      choices = page.choices
      legend = page.legend ?? console.words.text(.actWhen)
      amount = page.amount
      note = page.note
      noteLimit = NoteOnCustomer.limit
      asksReason = page.reason != nil
      reason = page.reason ?? ""
      hidden = page.hidden
      button = page.button
      isDanger = page.isDanger
      change = page.change
      wrong = page.wrong
    }
  }
}

/// The idempotency key of a form: made with the page, so that the same form sent twice is done once.
enum ActKey {
  static let field = "key"

  static func make(_ world: World) -> String {
    String(world.random(), radix: 36) + String(world.random(), radix: 36)
  }

  /// Of what was sent. Nobody can meet the key of another person, whatever they send.
  static func of(_ visit: Visit) throws -> String {
    let given = visit.form[field]
    guard (8...64).contains(given.utf8.count) else { throw RefusalPage(.badRequest) }
    return "console/\(try visit.known().actor.description)/\(given)"
  }
}

/// What was done, as the subscriber's page says it afterwards.
enum ActNotice: String {
  case refund, cancelledNow, cancelledAtEnd, paused, resumed, noted, decided

  var words: Message {
    switch self {
    case .refund: .doneRefund
    case .cancelledNow: .doneCancelledNow
    case .cancelledAtEnd: .doneCancelledAtEnd
    case .paused: .donePaused
    case .resumed: .doneResumed
    case .noted: .doneNoted
    case .decided: .doneDecided
    }
  }
}
