import Web

/// Where a charge of the day stands, as the console tells it. Every charge is in exactly one of these.
package enum ChargeState: String, Sendable, CaseIterable {
  case settled, waiting, unknown, refused, unsent, held, person

  package var words: String {
    switch self {
    case .settled: "settled"
    case .waiting: "waiting for the partner"
    case .unknown: "unknown"
    case .refused: "refused"
    case .unsent: "not yet sent"
    case .held: "held"
    case .person: "waiting for a person"
    }
  }

  /// What the state means, for those who meet it for the first time.
  var meaning: String {
    switch self {
    case .settled: "The partner says: paid."
    case .waiting: "Accepted; its notification is to come."
    case .unknown: "We ask; we do not charge again."
    case .refused: "The partner said no; dunning follows."
    case .unsent: "Its turn has not come."
    case .held: "Its partner is stopped."
    case .person: "Asking proves nothing more."
    }
  }

  package var tone: Tone {
    switch self {
    case .settled: .settled
    case .waiting: .waiting
    case .unknown: .unknown
    case .refused: .refused
    case .unsent: .unsent
    case .held: .held
    case .person: .person
    }
  }
}
