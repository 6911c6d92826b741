import Store

/// Where evidence comes from.
public enum EvidenceSource: String, Sendable {
  case answer, query, cancel, notification, statement
  /// Somebody decided, with a reason.
  case person
}

extension Verdict {
  /// The word that is stored.
  public var word: String {
    switch self {
    case .done: "done"
    case .pending: "pending"
    case .refused: "refused"
    case .notSent: "notSent"
    case .absent: "absent"
    case .cancelled: "cancelled"
    case .unknown: "unknown"
    case .reversed: "reversed"
    case .restored: "restored"
    }
  }

  /// The refusal's code, the reason why it is not known, or the number under which it was undone; at most 200 characters are
  /// kept.
  public var code: String? {
    switch self {
    case .refused(let code): PartnerText.code(code)
    case .notSent(let reason), .unknown(let reason): PartnerText.code(reason)
    case .reversed(let number), .restored(let number): PartnerText.id(number)
    case .done, .pending, .absent, .cancelled: nil
    }
  }

  public init(word: String, code: String?) {
    switch word {
    case "done": self = .done
    case "pending": self = .pending
    case "refused": self = .refused(code: code ?? "")
    case "notSent": self = .notSent(reason: code ?? "")
    case "absent": self = .absent
    case "cancelled": self = .cancelled
    case "reversed": self = .reversed(by: code ?? "")
    case "restored": self = .restored(by: code ?? "")
    default: self = .unknown(reason: code ?? "")
    }
  }

  /// What an effect is worth after this, taken alone. `absent` proves nothing alone: the resolver counts it. That it was undone
  /// proves nothing either: which of several it was is not said.
  var state: EffectState {
    switch self {
    case .done: .done
    case .pending: .pending
    case .refused, .notSent: .refused
    case .cancelled: .cancelled
    case .absent, .unknown, .reversed, .restored: .unknown
    }
  }
}

extension Reply {
  /// What the reply says about the effect itself, given what was asked. Two answers would be misread otherwise: a repeat
  /// that never left proves nothing about the first request, and a cancellation that was refused is no refusal of the effect.
  func about(_ effect: Effect, asked source: EvidenceSource) -> Verdict {
    switch (source, verdict) {
    case (.answer, .notSent(let reason)) where effect.tries > 1: .unknown(reason: "the repeat did not leave: \(reason)")
    case (.query, .notSent(let reason)), (.cancel, .notSent(let reason)): .unknown(reason: "could not ask: \(reason)")
    case (.cancel, .refused(let code)): .unknown(reason: "not cancelled: \(code)")
    case (.cancel, .absent): .unknown(reason: "nothing to cancel")
    default: verdict
    }
  }
}

/// Evidence about a known effect, ready to be weighed.
struct Weighed {
  var effect: Effect
  var evidence: Int64
  var verdict: Verdict
  var partnerID: String?
  var amount: Int64?
  var currency: String?
  /// When an effect that stays open is looked at next; `nil`: nobody but a person moves it.
  var nextAt: Instant?
  var parked: (owner: String, deadline: Instant)?
  /// The state to go to, where it is not the verdict's own: an absence that was confirmed.
  var state: EffectState?
}
