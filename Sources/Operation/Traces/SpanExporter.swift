import Foundation
import Tracing

/// Sends spans to a collector: OTLP over HTTP in its JSON encoding (OpenTelemetry Protocol 1.x, "OTLP/HTTP", "JSON Protobuf
/// Encoding": ids in hexadecimal, 64-bit numbers as strings). A collector that does not answer costs the spans, nothing else.
public struct SpanExporter: Sendable {
  private let queue: SpanQueue
  private let version: String
  private let pause: @Sendable () async throws -> Void
  private let send: @Sendable (Data) async throws -> Void

  /// As many go into one request.
  static let batch = 512

  /// - Parameter pause: about a second.
  /// - Parameter send: one request with its own time limit; throws where the collector did not take it.
  public init(
    _ queue: SpanQueue, version: String, pause: @escaping @Sendable () async throws -> Void,
    send: @escaping @Sendable (Data) async throws -> Void
  ) {
    self.queue = queue
    self.version = version
    self.pause = pause
    self.send = send
  }

  /// Until it is cancelled.
  public func run() async {
    while !Task.isCancelled {
      if await flush() == 0 { try? await pause() }
    }
  }

  /// - Returns: how many spans were taken from the queue.
  @discardableResult
  public func flush() async -> Int {
    let spans = queue.take(Self.batch)
    guard !spans.isEmpty else { return 0 }
    do { try await send(try body(spans)) } catch { SpanQueue.dropped(spans.count, "collector") }
    return spans.count
  }

  func body(_ spans: [EndedSpan]) throws -> Data {
    let resource = OTLP.Resource(attributes: [
      .init("service.name", .text("amends")), .init("service.version", .text(version)),
    ])
    let scope = OTLP.ScopeSpans(scope: .init(name: "amends", version: version), spans: spans.map(OTLP.Span.init))
    return try JSONEncoder().encode(OTLP(resourceSpans: [.init(resource: resource, scopeSpans: [scope])]))
  }
}

/// The parts of `ExportTraceServiceRequest` that we fill, under the names of its JSON.
struct OTLP: Encodable {
  struct ResourceSpans: Encodable {
    let resource: Resource
    let scopeSpans: [ScopeSpans]
  }

  struct Resource: Encodable { let attributes: [Attribute] }

  struct ScopeSpans: Encodable {
    struct Scope: Encodable {
      let name: String
      let version: String
    }

    let scope: Scope
    let spans: [Span]
  }

  struct Span: Encodable {
    struct Status: Encodable {
      /// 2: error.
      let code: Int
    }

    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let name: String
    let kind: Int
    let startTimeUnixNano: String
    let endTimeUnixNano: String
    let attributes: [Attribute]
    let status: Status?

    init(_ span: EndedSpan) {
      traceId = span.own.traceID
      spanId = TraceContext.hex(span.own.span)
      parentSpanId = span.parent.map(TraceContext.hex)
      name = span.name
      kind =
        switch span.kind {
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        default: 1
        }
      startTimeUnixNano = String(span.start)
      endTimeUnixNano = String(span.end)
      var attributes: [Attribute] = []
      span.attributes.forEach { name, value in if let known = Attribute(name, value) { attributes.append(known) } }
      if let failed = span.failed, !failed.isEmpty { attributes.append(.init("error.type", .text(failed))) }
      self.attributes = attributes
      status = span.failed == nil ? nil : Status(code: 2)
    }
  }

  struct Attribute: Encodable {
    enum Value: Encodable {
      case text(String), number(Int64), flag(Bool)

      private enum Names: String, CodingKey { case stringValue, intValue, boolValue }

      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Names.self)
        switch self {
        case .text(let text): try container.encode(text, forKey: .stringValue)
        case .number(let number): try container.encode(String(number), forKey: .intValue)
        case .flag(let flag): try container.encode(flag, forKey: .boolValue)
        }
      }
    }

    let key: String
    let value: Value

    init(_ key: String, _ value: Value) {
      self.key = key
      self.value = value
    }

    init?(_ key: String, _ attribute: SpanAttribute) {
      switch attribute {
      case .string(let text): self.init(key, .text(text))
      case .int64(let number): self.init(key, .number(number))
      case .int32(let number): self.init(key, .number(Int64(number)))
      case .bool(let flag): self.init(key, .flag(flag))
      default: return nil
      }
    }
  }

  let resourceSpans: [ResourceSpans]
}
