import Foundation
import Synchronization
import Testing
import Tracing

@testable import Operation

@Suite("Traces")
struct TraceTests {
  @Test("A traceparent is read as the standard says, and anything else is no trace")
  func traceparent() {
    let good = TraceContext(traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    #expect(good?.traceID == "0af7651916cd43dd8448eb211c80319c" && good?.span == 0xb7ad_6b71_6920_3331)
    #expect(TraceContext(traceparent: "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later") != nil)
    for bad in [
      "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
      "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
      "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ] { #expect(TraceContext(traceparent: bad) == nil, "\(bad)") }
  }

  private struct Failure: Error { let secret = "jane@example.org" }

  private static func tracer() -> (SpanTracer, SpanQueue) {
    let queue = SpanQueue()
    let next = Atomic<UInt64>(1)
    return (SpanTracer(queue) { next.wrappingAdd(2, ordering: .relaxed).newValue }, queue)
  }

  @Test("A span belongs to the one around it; an error leaves its kind and no words; what was idle is no news")
  func spans() throws {
    let (tracer, queue) = Self.tracer()
    try? tracer.withSpan("outer") { _ in
      tracer.withSpan("step renew") { $0.attributes["amends.items"] = Int64(0) }
      try tracer.withSpan("inner") { _ in throw Failure() }
    }
    let spans = queue.take(10)
    #expect(spans.map(\.name) == ["inner", "outer"])
    #expect(spans[0].parent == spans[1].own.span && spans[0].own.traceID == spans[1].own.traceID)
    #expect(spans[0].failed == "Failure")
    let body = try SpanExporter(queue, version: "1") {
    } send: { _ in
    }.body(spans)
    #expect(!String(decoding: body, as: UTF8.self).contains("jane"))
  }

  @Test("The queue is bounded and holds up nobody; a collector that refuses costs the spans alone")
  func bounded() async throws {
    let (tracer, queue) = Self.tracer()
    for _ in 0..<(SpanQueue.limit + 100) { tracer.withSpan("x") { _ in } }
    let sent = Mutex(0)
    let exporter = SpanExporter(queue, version: "1") {
    } send: { _ in
      sent.withLock { $0 += 1 }
      throw Failure()
    }
    var taken = 0
    while case let count = await exporter.flush(), count > 0 { taken += count }
    #expect(taken == SpanQueue.limit && sent.withLock { $0 } == SpanQueue.limit / SpanExporter.batch)
  }
}
