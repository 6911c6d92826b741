import Kernel
import Web
import Words

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
  /// The payer's bank took it.
  case takenBack
  /// Waits for a person.
  case parked
  /// A person decided.
  case decided
  /// Whether it may be used changed.
  case access
  /// What somebody of ours wrote down about the person.
  case note

  var word: Message {
    switch self {
    case .subscription: .stepSubscription
    case .due: .stepDue
    case .planned: .stepPlanned
    case .asked: .stepAsked
    case .accepted: .stepAccepted
    case .noAnswer: .stepNoAnswer
    case .queried: .stepQueried
    case .heard: .stepHeard
    case .settled: .stepSettled
    case .refused: .stepRefused
    case .surplus: .stepSurplus
    case .refunded: .stepRefunded
    case .takenBack: .stepTakenBack
    case .parked: .stepParked
    case .decided: .stepDecided
    case .access: .stepAccess
    case .note: .stepNote
    }
  }

  var tone: Tone {
    switch self {
    case .subscription, .due, .planned, .asked, .access, .note: .unsent
    case .accepted, .queried, .heard: .waiting
    case .noAnswer: .unknown
    case .settled, .refunded: .settled
    case .refused, .surplus, .takenBack: .refused
    case .parked, .decided: .person
    }
  }
}

/// One step of a subscriber's history: a sentence that stands by itself, and what it rests on.
package struct StoryEntry: Sendable {
  package var at: Instant
  package var step: StoryStep
  package var sentence: Sentence
  /// In somebody's own words, below the sentence.
  package var quote: String?
  package var evidence: [EvidenceView]
  package var fact: FactView?

  package init(
    at: Instant, _ step: StoryStep, _ sentence: Sentence, quote: String? = nil, evidence: [EvidenceView] = [],
    fact: FactView? = nil
  ) {
    self.at = at
    self.step = step
    self.sentence = sentence
    self.quote = quote
    self.evidence = evidence
    self.fact = fact
  }
}

/// What belongs together: one period's charge with all that came of it, or the life of the subscription itself.
package struct StoryChapter: Sendable {
  package enum Subject: Sendable {
    case period(from: Instant, to: Instant)
    case subscription
  }

  /// Unique on the page; periods link to it.
  package var id: String
  package var subject: Subject
  /// `nil` for a chapter that has no state of its own.
  package var standing: Standing?
  /// In the order in which they happened.
  package var entries: [StoryEntry]

  package init(id: String, _ subject: Subject, _ standing: Standing?, entries: [StoryEntry]) {
    self.id = id
    self.subject = subject
    self.standing = standing
    self.entries = entries
  }
}

/// Something from outside that was kept as it came.
package struct EvidenceView: Sendable {
  package var source: EvidenceSource
  package var partner: String
  package var receivedAt: Instant
  package var eventID: String?
  package var reference: String?
  /// The partner's id of what happened.
  package var transaction: String?
  package var body: [UInt8]

  package init(
    _ source: EvidenceSource, of partner: String, receivedAt: Instant, eventID: String? = nil, reference: String? = nil,
    transaction: String? = nil, body: [UInt8] = []
  ) {
    self.source = source
    self.partner = partner
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
