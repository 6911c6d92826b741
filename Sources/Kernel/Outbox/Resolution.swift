import Store

/// What may be done about an effect whose outcome is not known: a pure function of what its counterpart can prove.
public enum Resolution {
  public enum Step: Sendable, Hashable {
    /// The same reference and the same bytes again: the counterpart promised to answer with the first result.
    case resend
    case query
    case cancel
    /// Nothing to do but wait for a notification or a statement.
    case wait(until: Instant)
    /// No machine can find out: a person decides.
    case park
  }

  /// Pauses before each further question (docs/decisions/003): a hiccup is over in seconds, an outage in an hour.
  static let pauses: [Span] = [.seconds(5), .seconds(30), .minutes(5), .hours(1), .days(1)]
  /// Reads that must agree before "not found" is believed.
  static let absentReads = 3
  /// Repeats under one reference, inside the window.
  static let resends = 4
  /// Questions before a person is asked as well; from here on one a day.
  static let questions = 10
  /// Who decides what no machine can find out, and by when. What may happen twice is no money.
  static func owner(_ capabilities: Capabilities) -> String {
    if case .harmless = capabilities.replay { "operations" } else { "finance" }
  }
  static let decideWithin = Span.days(1)

  public static func step(
    state: EffectState, sentAt: Instant, tries: Int, asked: Int, capabilities: Capabilities, now: Instant
  ) -> Step {
    if state == .unknown, case .byReference(let window) = capabilities.replay, tries < resends,
      now < sentAt + window - margin(of: window)
    {
      return .resend
    }
    if state == .unknown, case .harmless(let times, let window) = capabilities.replay, tries < times,
      now < sentAt + window
    {
      return .resend
    }
    // In turns with the question: what can no longer be cancelled has happened, and only a question says so.
    let isItsTurn = capabilities.query == .none || (asked - pauses.count).isMultiple(of: 2)
    if state == .unknown, capabilities.cancel, asked >= pauses.count, isItsTurn {
      return .cancel
    }
    if case .byReference = capabilities.query { return .query }
    if case .periodic(let every, let late) = capabilities.statement {
      let until = sentAt + every + late + .hours(1)
      return now < until ? .wait(until: until) : .park
    }
    return .park
  }

  /// A tenth of the window, an hour at most: clocks differ, and a request takes time.
  static func margin(of window: Span) -> Span { min(Span(microseconds: window.microseconds / 10), .hours(1)) }

  static func pause(after asked: Int) -> Span { pauses[min(asked, pauses.count - 1)] }

  /// Says when an effect that this evidence leaves open moves next, or who has to move it.
  static func schedule(_ item: inout Weighed, source: EvidenceSource, capabilities: Capabilities, now: Instant) {
    guard !item.verdict.state.isFinal else { return }
    let sentAt = item.effect.sentAt ?? now
    let asked = source == .query || source == .cancel ? item.effect.asked + 1 : item.effect.asked
    let state: EffectState = item.verdict == .pending ? .pending : max(item.effect.state, .unknown)
    if item.verdict == .absent, confirmsAbsence(item.effect, sentAt: sentAt, capabilities: capabilities, now: now) {
      item.state = .refused
      return
    }
    let step = step(
      state: state, sentAt: sentAt, tries: item.effect.tries, asked: asked, capabilities: capabilities, now: now)
    switch step {
    case .park:
      item.parked = (owner(capabilities), now + decideWithin)
      return
    case .wait(let until): item.nextAt = until
    case .resend, .query, .cancel:
      let first = item.verdict == .pending && source == .answer ? capabilities.notifiesWithin : nil
      // A counterpart that promised nothing is given more time with each repeat.
      let turns = if case .harmless = capabilities.replay { item.effect.tries } else { asked }
      item.nextAt = now + (first ?? pause(after: turns))
    }
    if asked >= questions { item.parked = (owner(capabilities), now + decideWithin) }
  }

  /// "Not found" counts beyond the counterpart's declared lag, and when several spaced reads agree.
  static func confirmsAbsence(_ effect: Effect, sentAt: Instant, capabilities: Capabilities, now: Instant) -> Bool {
    guard case .byReference(let lag) = capabilities.query else { return false }
    // A repeat may have been the request that took effect: the lag runs from the last one.
    return effect.absent + 1 >= absentReads && now > max(sentAt, effect.resentAt ?? sentAt) + lag
  }
}

extension EffectState: Comparable {
  public static func < (a: EffectState, b: EffectState) -> Bool { a.rank < b.rank }
}
