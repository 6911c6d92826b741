import Synchronization
import Tracing

/// Makes spans and hands those that ended to a queue. A request's own trace is continued (W3C Trace Context, `traceparent`).
public struct SpanTracer: Tracer {
  private let queue: SpanQueue
  private let random: @Sendable () -> UInt64

  public init(_ queue: SpanQueue, random: @escaping @Sendable () -> UInt64) {
    self.queue = queue
    self.random = random
  }

  public func startSpan<Instant: TracerInstant>(
    _ operationName: String, context: @autoclosure () -> InstrumentationContext, ofKind kind: SpanKind,
    at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
  ) -> RecordedSpan {
    var context = context()
    let parent = context[TraceContext.Key.self]
    // All zeroes is no id.
    let own = TraceContext(high: parent?.high ?? random() | 1, low: parent?.low ?? random(), span: random() | 1)
    context[TraceContext.Key.self] = own
    return RecordedSpan(
      operationName, kind, own, parent: parent?.span, context: context, at: instant().nanosecondsSinceEpoch, queue)
  }

  /// What is sent is sent in the background.
  public func forceFlush() {}

  public func extract<Carrier, Extract: Extractor>(
    _ carrier: Carrier, into context: inout InstrumentationContext, using extractor: Extract
  ) where Extract.Carrier == Carrier {
    guard let text = extractor.extract(key: "traceparent", from: carrier) else { return }
    context[TraceContext.Key.self] = TraceContext(traceparent: text)
  }

  /// Partners are told nothing of our traces.
  public func inject<Carrier, Inject: Injector>(
    _ context: InstrumentationContext, into carrier: inout Carrier, using injector: Inject
  ) where Inject.Carrier == Carrier {}
}

/// Which trace and span something belongs to.
struct TraceContext: Sendable, Equatable {
  enum Key: InstrumentationContextKey { typealias Value = TraceContext }

  var high: UInt64
  var low: UInt64
  var span: UInt64

  init(high: UInt64, low: UInt64, span: UInt64) {
    self.high = high
    self.low = low
    self.span = span
  }

  /// `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`: version, trace, parent, flags. A later version may say more at
  /// the end; what is not understood is passed over, as the standard says.
  init?(traceparent text: String) {
    let parts = text.utf8.prefix(200).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16, parts[3].count == 2,
      parts[0].elementsEqual("00".utf8) ? parts.count == 4 : !parts[0].elementsEqual("ff".utf8),
      let high = Self.number(parts[1].prefix(16)), let low = Self.number(parts[1].dropFirst(16)),
      let span = Self.number(parts[2]), Self.number(parts[3]) != nil, high | low != 0, span != 0
    else { return nil }
    self.init(high: high, low: low, span: span)
  }

  var traceID: String { Self.hex(high) + Self.hex(low) }

  static func hex(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }

  /// Lower case only: the standard takes no other.
  private static func number(_ digits: some Collection<UInt8>) -> UInt64? {
    let isLower = digits.allSatisfy {
      ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f"))
    }
    return isLower ? UInt64(String(decoding: Array(digits), as: UTF8.self), radix: 16) : nil
  }
}

/// One thing that took its time.
public final class RecordedSpan: Tracing.Span {
  private struct State {
    var name: String
    var attributes: SpanAttributes = [:]
    var failed: String?
    var isOver = false
  }

  public let context: InstrumentationContext
  private let own: TraceContext
  private let parent: UInt64?
  private let kind: SpanKind
  private let start: UInt64
  private let queue: SpanQueue
  private let state: Mutex<State>

  init(
    _ name: String, _ kind: SpanKind, _ own: TraceContext, parent: UInt64?, context: InstrumentationContext,
    at start: UInt64, _ queue: SpanQueue
  ) {
    self.own = own
    self.parent = parent
    self.kind = kind
    self.context = context
    self.start = start
    self.queue = queue
    state = Mutex(State(name: name))
  }

  public var isRecording: Bool { state.withLock { !$0.isOver } }

  public var operationName: String {
    get { state.withLock { $0.name } }
    set { state.withLock { $0.name = newValue } }
  }

  public var attributes: SpanAttributes {
    get { state.withLock { $0.attributes } }
    set { state.withLock { $0.attributes = newValue } }
  }

  public func setStatus(_ status: SpanStatus) {
    if status.code == .error { state.withLock { $0.failed = $0.failed ?? "" } }
  }

  /// The kind of an error alone: its text may hold what a person entered.
  public func recordError<Instant: TracerInstant>(
    _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
  ) {
    state.withLock { $0.failed = "\(type(of: error))" }
  }

  public func addEvent(_ event: SpanEvent) {}
  public func addLink(_ link: SpanLink) {}

  public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
    let end = instant().nanosecondsSinceEpoch
    let finished: EndedSpan? = state.withLock { state in
      guard !state.isOver else { return nil }
      state.isOver = true
      return EndedSpan(
        own: own, parent: parent, name: state.name, kind: kind, start: start, end: max(start, end),
        attributes: state.attributes, failed: state.failed)
    }
    if let finished { queue.add(finished) }
  }
}
