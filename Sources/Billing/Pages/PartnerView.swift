import Kernel
import Web

/// One partner's row on the page of the day.
struct PartnerView: Sendable {
  let name: String
  let tone: String
  let gate: String
  let note: String?
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
    /// "12 times normal", where it is three times or more: below that, days differ by themselves.
    let slow: String?
  }

  init(_ partner: TodayPage.Partner, _ time: LocalTime, _ now: Instant) {
    name = partner.name
    switch partner.gate {
    case .open:
      (tone, gate, note) = (Tone.settled.rawValue, "open", nil)
    case .stopped(let since, let by, let why):
      let reason = why.map { ": \($0)" } ?? ""
      (tone, gate, note) = (Tone.held.rawValue, "stopped", "\(time.dayTime(since)) by \(by)\(reason)")
    case .broken(let since):
      (tone, gate, note) = (Tone.refused.rawValue, "circuit broken", "since \(time.dayTime(since))")
    case .ramping(let percent):
      (tone, gate, note) = (Tone.waiting.rawValue, "ramping at \(percent)\(Figures.thin)%", nil)
    }
    sent = Figures.count(partner.sent)
    settled = Figures.count(partner.settled)
    unknown = Figures.count(partner.unknown)
    anyUnknown = partner.unknown > 0
    oldest = partner.oldestUnknown.map { Moment($0, time.exact($0)) }
    oldestAge = partner.oldestUnknown.map { SpanText.text(now - $0) }
    median = partner.delay.map { Self.delay($0.median, $0.normalMedian) }
    p95 = partner.delay.map { Self.delay($0.p95, $0.normalP95) }
  }

  private static func delay(_ span: Span, _ normal: Span) -> Delay {
    let times = normal.microseconds > 0 ? span.microseconds / normal.microseconds : 0
    return Delay(
      text: SpanText.text(span), normal: SpanText.text(normal),
      slow: times >= 3 ? "\(Figures.count(times)) times normal" : nil)
  }
}
