import Web
import Words

/// Where a charge of the day stands, as the console tells it. Every charge is in exactly one of these.
package enum ChargeState: String, Sendable, CaseIterable {
  case settled, waiting, unknown, refused, unsent, held, person

  package var words: Message {
    switch self {
    case .settled: .stateSettled
    case .waiting: .stateWaiting
    case .unknown: .stateUnknown
    case .refused: .stateRefused
    case .unsent: .stateUnsent
    case .held: .stateHeld
    case .person: .statePerson
    }
  }

  /// What the state means, for those who meet it for the first time.
  var meaning: Message {
    switch self {
    case .settled: .meaningSettled
    case .waiting: .meaningWaiting
    case .unknown: .meaningUnknown
    case .refused: .meaningRefused
    case .unsent: .meaningUnsent
    case .held: .meaningHeld
    case .person: .meaningPerson
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
