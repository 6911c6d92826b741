import Kernel
import Web

/// What kind of step it was: the short word and the mark beside the sentence.
package enum StoryStep: Sendable {
  /// Signed up, changed the plan, paused, cancelled: what the person or we decided.
  case subscription
  case due
  /// The next attempt has its day.
  case planned
  case asked
  case accepted
  case noAnswer
  /// We asked the partner what became of it.
  case queried
  /// The partner spoke on its own: a notification or a statement line.
  case heard
  case settled
  case refused
  /// Charged more than once.
  case surplus
  case refunded
  /// Waits for a person.
  case parked
  /// A person decided.
  case decided
  /// Whether it may be used changed.
  case access

  var word: String {
    switch self {
    case .subscription: "Subscription"
    case .due: "Due"
    case .planned: "Planned"
    case .asked: "Asked"
    case .accepted: "Accepted"
    case .noAnswer: "No answer"
    case .queried: "Inquired"
    case .heard: "Heard"
    case .settled: "Settled"
    case .refused: "Refused"
    case .surplus: "Charged twice"
    case .refunded: "Given back"
    case .parked: "For a person"
    case .decided: "Decided"
    case .access: "Access"
    }
  }

  var tone: Tone {
    switch self {
    case .subscription, .due, .planned, .asked, .access: .unsent
    case .accepted, .queried, .heard: .waiting
    case .noAnswer: .unknown
    case .settled, .refunded: .settled
    case .refused, .surplus: .refused
    case .parked, .decided: .person
    }
  }
}

/// One step of a subscriber's history: a sentence that stands by itself, and what it rests on.
package struct StoryEntry: Sendable {
  package var at: Instant
  package var step: StoryStep
  package var text: String
  package var evidence: [EvidenceView]
  package var fact: FactView?

  package init(
    at: Instant, _ step: StoryStep, _ text: String, evidence: [EvidenceView] = [], fact: FactView? = nil
  ) {
    self.at = at
    self.step = step
    self.text = text
    self.evidence = evidence
    self.fact = fact
  }
}

/// What belongs together: one period's charge with all that came of it, or the life of the subscription itself.
package struct StoryChapter: Sendable {
  /// Unique on the page; periods link to it.
  package var id: String
  package var title: String
  package var state: String
  package var tone: Tone
  /// In the order in which they happened.
  package var entries: [StoryEntry]

  package init(id: String, title: String, state: String, tone: Tone, entries: [StoryEntry]) {
    self.id = id
    self.title = title
    self.state = state
    self.tone = tone
    self.entries = entries
  }
}

/// Something from outside that was kept as it came.
package struct EvidenceView: Sendable {
  /// "Notification of carrier-de", "Answer to our question", "Line 1 204 of the statement for 3 March".
  package var source: String
  package var receivedAt: Instant
  package var eventID: String?
  package var reference: String?
  /// The partner's id of what happened.
  package var transaction: String?
  package var body: [UInt8]

  package init(
    source: String, receivedAt: Instant, eventID: String? = nil, reference: String? = nil, transaction: String? = nil,
    body: [UInt8] = []
  ) {
    self.source = source
    self.receivedAt = receivedAt
    self.eventID = eventID
    self.reference = reference
    self.transaction = transaction
    self.body = body
  }
}

/// Where the journal holds a step.
package struct FactView: Sendable {
  /// As `FactNumber` writes it: `0.812`.
  package var number: String
  /// Under a signed checkpoint: a receipt can be had.
  package var sealed: Bool

  package init(number: String, sealed: Bool) {
    self.number = number
    self.sealed = sealed
  }
}
