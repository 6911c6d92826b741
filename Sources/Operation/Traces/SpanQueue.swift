import Metrics
import Synchronization
import Tracing

/// Spans that ended and wait to be sent. Never full: what does not fit is dropped and counted, and nobody waits.
public final class SpanQueue: Sendable {
  /// Some seconds of a busy server.
  static let limit = 8_192

  private let spans = Mutex<[EndedSpan]>([])

  public init() {}

  func add(_ span: EndedSpan) {
    // A step that found nothing to do is no news, and there are several a second.
    if span.isIdle { return }
    let isFull = spans.withLock { spans in
      guard spans.count < Self.limit else { return true }
      spans.append(span)
      return false
    }
    if isFull { Self.dropped(1, "full") }
  }

  func take(_ count: Int) -> [EndedSpan] {
    spans.withLock { spans in
      let taken = Array(spans.prefix(count))
      spans.removeFirst(taken.count)
      return taken
    }
  }

  static func dropped(_ count: Int, _ why: String) {
    Counter(label: "amends_spans_dropped_total", dimensions: [("reason", why)]).increment(by: count)
  }
}

struct EndedSpan: Sendable {
  let own: TraceContext
  let parent: UInt64?
  let name: String
  let kind: SpanKind
  let start: UInt64
  let end: UInt64
  let attributes: SpanAttributes
  let failed: String?

  /// Set by the worker: how much a step found to do.
  static let items = "amends.items"

  var isIdle: Bool {
    guard failed == nil, case .int64(0) = attributes.get(Self.items) else { return false }
    return true
  }
}
