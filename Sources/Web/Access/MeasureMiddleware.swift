import HTTPTypes
import Hummingbird
import Metrics
import Tracing

/// Counts every request by the door that it came to, and says how long it took. The path as it was asked for, which may hold a
/// secret or a person's number, goes nowhere.
struct MeasureMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: Visit, next: (Request, Visit) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    var outside = InstrumentationContext.topLevel
    InstrumentationSystem.instrument.extract(request.headers, into: &outside, using: TraceHeader())
    return try await withSpan("\(method(request)) none", context: outside, ofKind: .server) { span in
      defer { span.operationName = "\(method(request)) \(Self.door(context))" }
      do {
        let response = try await next(request, context)
        span.attributes["http.response.status_code"] = Int64(response.status.code)
        count(request, context, response.status.code, since: start)
        return response
      } catch {
        let status = (error as? any HTTPResponseError)?.status.code ?? 500
        span.attributes["http.response.status_code"] = Int64(status)
        count(request, context, status, since: start)
        throw error
      }
    }
  }

  private struct TraceHeader: Extractor {
    func extract(key: String, from headers: HTTPFields) -> String? { HTTPField.Name(key).flatMap { headers[$0] } }
  }

  private func method(_ request: Request) -> String {
    Self.methods.contains(request.method) ? request.method.rawValue : "other"
  }

  /// A pattern, such as `/subscribers/{id}`.
  private static func door(_ context: Visit) -> String {
    // Hummingbird's own word for a path that no door has.
    guard let pattern = context.endpointPath, pattern != "NotFound" else { return "none" }
    return pattern
  }

  private func count(_ request: Request, _ context: Visit, _ status: Int, since start: ContinuousClock.Instant) {
    let door = Self.door(context)
    let method = method(request)
    Counter(
      label: "amends_http_requests_total",
      dimensions: [("door", door), ("method", method), ("status", String(status))]
    ).increment()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    Metrics.Timer(label: "amends_http_request_seconds", dimensions: [("door", door), ("method", method)])
      .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  /// Anybody may send any word for a method.
  private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]
}
