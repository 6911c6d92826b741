import AsyncHTTPClient
import Foundation
import Kernel
import NIOCore
import Operation
import ServiceLifecycle
import Synchronization
import Tracing

/// Spans of this process, for a collector.
enum Traces {
  /// Set before anything begins, where spans are wanted.
  private static let kept = Mutex<SpanExporter?>(nil)
  static var exporter: SpanExporter? { kept.withLock { $0 } }

  /// Has spans sent to a collector from now on. Called once, before the first span begins.
  static func begin(to address: String?) {
    guard let address else { return }
    let queue = SpanQueue()
    // A client of its own, without spans: each delivery would make the next one.
    var quiet = HTTPClient.Configuration()
    quiet.tracing.tracer = nil
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: quiet)
    InstrumentationSystem.bootstrap(SpanTracer(queue, random: World.real.random))
    let exporter = SpanExporter(queue, version: Amends.version) {
      try await World.real.pause(.seconds(1))
    } send: { body in
      var request = HTTPClientRequest(url: address)
      request.method = .POST
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: body))
      let response = try await client.execute(request, timeout: .seconds(5))
      guard response.status == .ok else {
        throw Problem(.unavailable, "the collector answered \(response.status.code)")
      }
    }
    kept.withLock { $0 = exporter }
  }
}

/// Sends spans until the process ends, and what is left then.
struct SpanService: ServiceLifecycle.Service {
  let exporter: SpanExporter

  func run() async throws {
    await cancelWhenGracefulShutdown { await exporter.run() }
    await exporter.flush()
  }
}
