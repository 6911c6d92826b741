import Web
import Words

/// How the charge of one period stands.
package enum Standing: Sendable {
  case paid, notPaid, withdrawn, due, person, retry, unsent, waiting, unknown, refused

  var words: Message {
    switch self {
    case .paid: .standingPaid
    case .notPaid: .standingNotPaid
    case .withdrawn: .standingWithdrawn
    case .due: .standingDue
    case .retry: .standingRetry
    case .person: .statePerson
    case .unsent: .stateUnsent
    case .waiting: .stateWaiting
    case .unknown: .stateUnknown
    case .refused: .stateRefused
    }
  }

  var tone: Tone {
    switch self {
    case .paid: .settled
    case .notPaid, .retry, .refused: .refused
    case .withdrawn, .due, .unsent: .unsent
    case .person: .person
    case .waiting: .waiting
    case .unknown: .unknown
    }
  }
}

/// How a subscription stands.
package enum SubscriptionStanding: Sendable {
  case trial, active, ending, pastDue, paused, unpaid, cancelled

  package init(_ state: Subscription.State, endsAtPeriodEnd: Bool, endReason: String?) {
    self =
      switch state {
      case .trial: endsAtPeriodEnd ? .ending : .trial
      case .active: endsAtPeriodEnd ? .ending : .active
      case .pastDue: .pastDue
      case .paused: .paused
      case .cancelled: endReason == "unpaid" ? .unpaid : .cancelled
      }
  }

  var words: Message {
    switch self {
    case .trial: .subscriptionTrial
    case .active: .subscriptionActive
    case .ending: .subscriptionEnding
    case .pastDue: .subscriptionPastDue
    case .paused: .subscriptionPaused
    case .unpaid: .subscriptionUnpaid
    case .cancelled: .subscriptionCancelled
    }
  }

  var tone: Tone {
    switch self {
    case .trial, .active: .settled
    case .ending, .paused: .held
    case .pastDue: .refused
    case .unpaid, .cancelled: .unsent
    }
  }
}
