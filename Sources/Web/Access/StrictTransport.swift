import HTTPTypes
import Hummingbird

/// Tells browsers to come over TLS alone, for a year (RFC 6797): who types the name without `https` would otherwise begin in the
/// open, where somebody between could answer instead. Only where the server's own address says that it is reached over TLS.
struct StrictTransport: RouterMiddleware {
  func handle(
    _ request: Request, context: Visit, next: (Request, Visit) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    response.headers[.strictTransportSecurity] = "max-age=31536000"
    return response
  }
}
