import Kernel
import Web
import Words

/// What may be done about something that waits, by whoever looks; and of what may not, why.
struct Actions: Sendable {
  struct Action: Sendable {
    var what: Message
    /// nil: it is allowed.
    var whyNot: Message?
  }

  let rights: Set<Right>
  let reader: String
  let words: Words
  /// What is known of the partner; nil where this program has no settings for it.
  let capabilities: @Sendable (_ lane: String, _ kind: String) -> Capabilities?
  let isHarmless: @Sendable (_ kind: String) -> Bool

  /// The right to say what became of it: money is decided by those who answer for money.
  func deciding(_ kind: String) -> Right { isHarmless(kind) ? .runRenewals : .decideCharges }

  func of(_ item: WaitingItem) -> [Action] {
    switch item.kind {
    case "stuck":
      [
        .init(what: .actRetry, whyNot: rights.contains(.runRenewals) ? nil : .notYourRole),
        .init(what: .actDrop, whyNot: .neverDropped),
      ]
    case "objection":
      [.init(what: .actAnswer, whyNot: rights.contains(.answerObjections) ? nil : .notYourRole)]
    case "takenBack":
      [.init(what: .actDecide, whyNot: rights.contains(.decideCharges) ? nil : .notYourRole)]
    case "unmatched":
      [.init(what: .actMatch, whyNot: .matchedByItself), .init(what: .actDrop, whyNot: .neverDropped)]
    default:
      item.href == nil
        ? ofEffect(kind: item.kind, lane: item.lane, owner: item.owner)
        : [.init(what: .actAskAgain, whyNot: rights.contains(.refundPayments) ? nil : .notYourRole)]
    }
  }

  func ofEffect(kind: String, lane: String, owner: String?) -> [Action] {
    let isWorking = rights.contains(.takeWork)
    return [
      .init(what: .actDecide, whyNot: rights.contains(deciding(kind)) ? nil : .notYourRole),
      .init(what: .actTake, whyNot: !isWorking ? .notYourRole : owner == reader ? .yoursAlready : nil),
      .init(what: .actHold, whyNot: isWorking ? nil : .notYourRole),
    ] + byMachine(capabilities(lane, kind))
  }

  /// What the program would do if the partner could prove more.
  private func byMachine(_ known: Capabilities?) -> [Action] {
    guard let known else { return [.init(what: .actAsk, whyNot: .noSettings)] }
    let repeating: Message =
      switch known.replay {
      case .none: .noReplay
      case .byReference(let window): .replayOver(words.span(window))
      case .harmless(let times, _): .repeatsUsed(words.count(times))
      }
    let asking: Message =
      switch known.query {
      case .none: .noQuery
      case .byReference: .asksByItself
      }
    let waiting: Message =
      switch known.statement {
      case .none: .noStatement
      case .periodic: .statementOver
      }
    return [
      .init(what: .actRepeat, whyNot: repeating), .init(what: .actAsk, whyNot: asking),
      .init(what: .deskActCancel, whyNot: known.cancel ? .cancelsByItself : .noCancel),
      .init(what: .actWait, whyNot: waiting),
    ]
  }
}
