import Kernel
import Web
import Words

/// One partner's row on the page of the day.
struct PartnerView: Sendable {
  let name: String
  let tone: String
  let gate: String
  let note: String?
  /// Why it was stopped, in the words of whoever did.
  let reason: String?
  let sent: String
  let settled: String
  let unknown: String
  let anyUnknown: Bool
  let oldest: Moment?
  let oldestAge: String?
  let median: Delay?
  let p95: Delay?

  struct Delay: Sendable {
    let text: String
    let normal: String
    /// How many times as long as normal, where it is three times or more: below that, days differ by themselves.
    let slow: String?
  }

  init(_ partner: TodayPage.Partner, _ time: LocalTime, _ now: Instant) {
    let words = time.words
    name = partner.name
    let said: (tone: Tone, gate: Message, note: Message?, reason: String?) =
      switch partner.gate {
      case .open: (.settled, .gateOpen, nil, nil)
      case .stopped(let since, let by, let why): (.held, .gateStopped, .gateStoppedBy(by, at: time.dayTime(since)), why)
      case .broken(let since): (.refused, .gateBroken, .gateSince(time.dayTime(since)), nil)
      case .ramping(let percent): (.waiting, .gateRamping(words.share(Double(percent) / 100)), nil, nil)
      }
    tone = said.tone.rawValue
    gate = words.text(said.gate)
    note = said.note.map { words.text($0) }
    reason = said.reason
    sent = words.count(partner.sent)
    settled = words.count(partner.settled)
    unknown = words.count(partner.unknown)
    anyUnknown = partner.unknown > 0
    oldest = partner.oldestUnknown.map { Moment($0, time.exact($0)) }
    oldestAge = partner.oldestUnknown.map { words.span(now - $0) }
    median = partner.delay.map { Self.delay($0.median, $0.normalMedian, words) }
    p95 = partner.delay.map { Self.delay($0.p95, $0.normalP95, words) }
  }

  private static func delay(_ span: Span, _ normal: Span, _ words: Words) -> Delay {
    let times = normal.microseconds > 0 ? span.microseconds / normal.microseconds : 0
    return Delay(
      text: words.span(span), normal: words.text(.delayNormal(words.span(normal))),
      slow: times >= 3 ? words.text(.delaySlow(Int(times), shown: words.count(times))) : nil)
  }
}
