import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import NIOCore
import ServiceLifecycle

/// How requests come in and answers go out, whatever the API.
struct Wire: Sendable {
  /// Far more than a payment needs.
  static let longestBody = 64 * 1024

  let desk: Desk
  let apiToken: String?
  let sink: Sink?

  /// The body as JSON, for a caller that may ask.
  func read<Body: Decodable>(_ type: Body.Type, from request: Request) async throws -> Body {
    try authorize(request)
    let buffer: ByteBuffer
    do {
      buffer = try await request.body.collect(upTo: Self.longestBody)
    } catch {
      throw APIError(.contentTooLarge, "INVALID_ARGUMENT", "the body is longer than \(Self.longestBody) bytes")
    }
    do {
      return try JSONDecoder().decode(type, from: Data(buffer.readableBytesView))
    } catch DecodingError.keyNotFound(let key, let context) {
      let path = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
      throw APIError.invalid("Expected property is missing: \(path).")
    } catch let error as DecodingError {
      throw APIError.invalid(Self.path(error).map { "\($0) has the wrong type." } ?? "The body is not JSON.")
    }
  }

  func authorize(_ request: Request) throws(APIError) {
    guard let apiToken else { return }
    let given = request.headers[.authorization] ?? ""
    guard ConstantTime.isSame(given, "Bearer \(apiToken)") else {
      throw APIError(.unauthorized, "UNAUTHENTICATED", "Request not authenticated.")
    }
  }

  /// Lets an answer travel as the dials have it. `render` is called for what really reaches the caller.
  func deliver(
    _ answer: Answer, _ context: PartnerContext, render: (Outcome) throws -> Response
  ) async throws -> Response {
    try await wait(answer.latency)
    switch answer.delivery {
    case .prompt, .late:
      guard let outcome = answer.outcome else { return Response(status: .noContent) }
      return try render(outcome)
    case .serverError: throw APIError(.internalServerError, "INTERNAL", "Unknown server error.")
    case .garbage: return Self.bytes(.ok, "application/json", Array(#"{"paymentId":"pay-<!DOCTYPE html><ht"#.utf8))
    case .reset, .notAccepted: throw await reset(context)
    case .throttled:
      throw APIError(.tooManyRequests, "TOO_MANY_REQUESTS", "Rate limit reached.")
    case .unavailable: throw APIError(.serviceUnavailable, "UNAVAILABLE", "Service unavailable.")
    }
  }

  func wait(_ latency: Span) async throws {
    guard latency > .seconds(0) else { return }
    // A shutdown does not wait for an answer that is meant to come too late.
    try await cancelWhenGracefulShutdown { try await Task.sleep(for: latency.duration) }
  }

  /// Closes the connection so that the caller sees ECONNRESET: with SO_LINGER 0 the kernel sends RST instead of FIN.
  private func reset(_ context: PartnerContext) async -> any Error {
    if let socket = context.channel as? any SocketOptionProvider {
      try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    }
    try? await context.channel.close()
    return CancellationError()
  }

  static func json(_ status: HTTPResponse.Status, _ body: some Encodable) -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Encoding structs of numbers and strings has no way to fail.
    return bytes(status, "application/json", (try? encoder.encode(body)).map(Array.init) ?? [])
  }

  static func bytes(_ status: HTTPResponse.Status, _ type: String, _ body: [UInt8]) -> Response {
    Response(status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }

  private static func path(_ error: DecodingError) -> String? {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty ? nil : context.codingPath.map(\.stringValue).joined(separator: ".")
    default: nil
    }
  }
}
