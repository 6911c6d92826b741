import Kernel

extension TodayPage {
  package struct Partner: Sendable {
    package enum Gate: Sendable {
      case open
      /// By a person, for a reason in their words.
      case stopped(since: Instant, by: String, why: String?)
      /// By the breaker: it charges nobody new until the partner answers again.
      case broken(since: Instant)
      case ramping(percent: Int)
    }

    /// How long notifications took, and how long they normally take.
    package struct Delay: Sendable {
      package var median: Span
      package var p95: Span
      package var normalMedian: Span
      package var normalP95: Span

      package init(median: Span, p95: Span, normalMedian: Span, normalP95: Span) {
        self.median = median
        self.p95 = p95
        self.normalMedian = normalMedian
        self.normalP95 = normalP95
      }
    }

    package var name: String
    package var gate: Gate
    package var sent: Int
    package var settled: Int
    package var unknown: Int
    /// When the oldest of the unknown ones was sent.
    package var oldestUnknown: Instant?
    package var delay: Delay?

    package init(
      name: String, gate: Gate, sent: Int, settled: Int, unknown: Int, oldestUnknown: Instant? = nil,
      delay: Delay? = nil
    ) {
      self.name = name
      self.gate = gate
      self.sent = sent
      self.settled = settled
      self.unknown = unknown
      self.oldestUnknown = oldestUnknown
      self.delay = delay
    }
  }
}
