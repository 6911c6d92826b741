import Kernel
import Web
import Words

/// One effect that waits for a person: what was said about it, and what may be done.
package struct WaitingPage: Sendable {
  /// Pieces of evidence on the page, the newest first.
  static let listed = 50

  package struct Matter: Sendable {
    package var effect: Effect
    package var owner: String?
    package var deadline: Instant?
    package var code: String?
    package var endedAt: Instant?
    package var evidence: [Piece]

    var waits: Bool { owner != nil && endedAt == nil }
  }

  package struct Piece: Sendable {
    package var at: Instant
    package var source: String
    package var says: String
    package var code: String?
    package var transaction: String?
    package var event: String
    package var raw: [UInt8]
  }

  /// What was entered into the form that was refused.
  struct Entered: Sendable {
    var happened = ""
    var transaction = ""
    var reason = ""
  }

  var matter: Matter
  var about: NamedLink?
  var key = ""
  var notice: Message?
  var error: String?
  var entered = Entered()
  /// The form that was refused is the hold.
  var isHold = false
  /// Whether the texts of partners may be shown: they can hold a subscriber's data.
  var showsRaw = false

  func html(in console: Console, _ names: Names, _ actions: Actions) -> String {
    Self.template.html(WaitingView(self, console, names, actions), console.words)
  }

  private static let template = Template("waiting", PackageResources.waiting_mustache)
}

struct WaitingView: Sendable {
  let layout: Layout
  let title: String
  let reference: String
  let about: NamedLink?
  let lane: String
  let laneHref: String
  let journalHref: String
  let state: String
  let why: String
  let sent: Moment?
  let tries: String
  let asked: String
  let waits: Bool
  let owner: String?
  let deadline: Moment?
  let left: String
  let overdue: Bool
  let path: String
  let decidePath: String
  let mayDecide: Bool
  let mayTake: Bool
  let mayHold: Bool
  let isMoney: Bool
  let mayNot: [Reason]
  let proof: String
  let key: String
  let notice: String?
  let error: String?
  let holdFailed: Bool
  let decisionFailed: Bool
  let happened: Bool
  let notHappened: Bool
  let transaction: String
  let reason: String
  let evidence: [Piece]
  let isEvidenceCut: Bool

  struct Piece: Sendable {
    let at: Moment
    let source: String
    let says: String
    let tone: String
    let code: String?
    let transactionID: String?
    let raw: String?
    let cut: String?
  }

  init(_ page: WaitingPage, _ console: Console, _ names: Names, _ actions: Actions) {
    let (matter, words, time) = (page.matter, console.words, console.localTime)
    let effect = matter.effect
    title = words.text(.kindAt(words.kind(effect.kind), effect.lane))
    layout = Layout(title, at: .queue, in: console)
    reference = effect.reference
    about = page.about
    lane = effect.lane
    laneHref = Paths.partner(effect.lane)
    journalHref = Paths.journal + "?subject=" + Paths.segment("effect:\(effect.id)")
    state = words.state(effect.state)
    why = words.text(matter.code.map { .whyParkedCode($0) } ?? .whyParked)
    sent = effect.sentAt.map { Moment($0, time.exact($0)) }
    tries = words.count(effect.tries)
    asked = words.count(effect.asked)
    waits = matter.waits
    owner = matter.owner.map { names.text($0) }
    deadline = matter.deadline.map { Moment($0, time.dayTime($0)) }
    let left = words.deadline(matter.deadline ?? console.now, now: console.now)
    (self.left, overdue) = (left.text, left.overdue)
    path = "\(Paths.queue)/\(effect.id)"
    decidePath = path + (actions.isHarmless(effect.kind) ? "/decide-harmless" : "/decide")
    let all = actions.ofEffect(kind: effect.kind, lane: effect.lane, owner: matter.owner)
    // The order is that of `Actions.ofEffect`: decide, take, hold.
    (mayDecide, mayTake, mayHold) = (all[0].whyNot == nil, all[1].whyNot == nil, all[2].whyNot == nil)
    isMoney = !actions.isHarmless(effect.kind)
    mayNot = all.compactMap { action in
      action.whyNot.map { Reason(what: words.text(action.what), why: words.text($0)) }
    }
    proof = console.visitor?.proof ?? ""
    key = page.key
    notice = page.notice.map { words.text($0) }
    error = page.error
    (holdFailed, decisionFailed) = (page.error != nil && page.isHold, page.error != nil && !page.isHold)
    (happened, notHappened) = (page.entered.happened == "yes", page.entered.happened == "no")
    transaction = page.entered.transaction
    reason = page.entered.reason
    evidence = matter.evidence.map { piece in
      let raw = page.showsRaw && !piece.raw.isEmpty ? RawBody(piece.raw) : nil
      return Piece(
        at: Moment(piece.at, time.exact(piece.at)), source: words.source(piece.source), says: words.says(piece.says),
        tone: Self.tone(piece.says).rawValue, code: piece.code, transactionID: piece.transaction, raw: raw?.text,
        cut: words.cut(of: raw))
    }
    isEvidenceCut = matter.evidence.count >= WaitingPage.listed
  }

  private static func tone(_ says: String) -> Tone {
    switch says {
    case "done": .settled
    case "pending": .waiting
    case "refused", "cancelled", "notSent": .refused
    case "absent": .unsent
    default: .unknown
    }
  }
}

extension Words {
  func state(_ state: EffectState) -> String { Message.states[state.rawValue].map { text($0) } ?? state.rawValue }
  func source(_ source: String) -> String { Message.sources[source].map { text($0) } ?? source }
  func says(_ word: String) -> String { Message.verdicts[word].map { text($0) } ?? word }
}
