import Kernel
import Words
import Web

/// How a partner does at this moment.
package struct PartnerState: Sendable {
  package enum Gate: Sendable {
    case open
    case ramping(percent: Int, next: Instant?)
    /// The breaker holds new calls back.
    case broken(until: Instant, times: Int)
    /// It lets one call after the other try.
    case trying(times: Int)
    case stopped(since: Instant, by: String, why: String?)
  }

  /// Calls, by what came of them.
  package struct Counts: Sendable, Equatable {
    package var sent = 0
    package var done = 0
    package var refused = 0
    package var pending = 0
    package var unknown = 0
    /// Known only because we asked.
    package var asked = 0

    package init(sent: Int = 0, done: Int = 0, refused: Int = 0, pending: Int = 0, unknown: Int = 0, asked: Int = 0) {
      self.sent = sent
      self.done = done
      self.refused = refused
      self.pending = pending
      self.unknown = unknown
      self.asked = asked
    }
  }

  package var name: String
  package var gate: Gate
  package var counts: Counts
  package var unknown: Int
  package var oldestUnknown: Instant?
  /// Due, and not sent yet.
  package var waiting: Int

  package init(
    name: String, gate: Gate, counts: Counts, unknown: Int = 0, oldestUnknown: Instant? = nil, waiting: Int = 0
  ) {
    self.name = name
    self.gate = gate
    self.counts = counts
    self.unknown = unknown
    self.oldestUnknown = oldestUnknown
    self.waiting = waiting
  }

  var isStopped: Bool { if case .stopped = gate { true } else { false } }
}

/// The gate in words: a tone, a word, and what there is to say beside it.
struct GateView: Sendable {
  let tone: String
  let word: String
  let note: String?
  /// Whose words they are: a reason that somebody wrote.
  let reason: String?

  init(_ gate: PartnerState.Gate, _ names: Names, _ time: LocalTime, _ now: Instant) {
    let words = names.words
    func again(_ times: Int) -> String { words.text(.gateOpened(times, shown: words.count(times))) }
    switch gate {
    case .open: (tone, word, note, reason) = (Tone.settled.rawValue, words.text(.deskGateOpen), nil, nil)
    case .ramping(let percent, let next):
      tone = Tone.waiting.rawValue
      word = words.text(.deskGateRamping(words.share(Double(percent) / 100)))
      note = next.map { words.text(.gateNextStep(words.deadline(max($0, now), now: now).text)) }
      reason = nil
    case .broken(let until, let times):
      tone = Tone.refused.rawValue
      word = words.text(.deskGateBroken)
      note = words.text(.gateUntil(time.dayTime(until), again(times)))
      reason = nil
    case .trying(let times):
      (tone, word, note, reason) = (Tone.unknown.rawValue, words.text(.gateTrying), again(times), nil)
    case .stopped(let since, let by, let why):
      tone = Tone.held.rawValue
      word = words.text(.deskGateStopped)
      note = words.text(.deskGateStoppedBy(names.text(by), at: time.dayTime(since)))
      reason = why
    }
  }
}
