import HTTPTypes
import Hummingbird

/// Gives `x-correlator` back as it came.
struct Correlator: MiddlewareProtocol {
  func handle(
    _ request: Request, context: PartnerContext, next: (Request, PartnerContext) async throws -> Response
  ) async throws -> Response {
    guard let name = HTTPField.Name("x-correlator"), let value = request.headers[name], value.utf8.count <= 256 else {
      return try await next(request, context)
    }
    var response: Response
    do {
      response = try await next(request, context)
    } catch let error as any HTTPResponseError {
      response = try error.response(from: request, context: context)
    }
    response.headers[name] = value
    return response
  }
}
