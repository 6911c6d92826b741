import HTTPTypes
import Hummingbird
import NIOCore

/// A request with its connection, so that an answer can be a reset.
struct PartnerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}

/// CAMARA's `ErrorInfo`.
struct APIError: Error, HTTPResponseError, Encodable {
  var status: HTTPResponse.Status
  var code: String
  var message: String

  init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  static func invalid(_ message: String) -> APIError { APIError(.badRequest, "INVALID_ARGUMENT", message) }

  private enum CodingKeys: String, CodingKey { case status, code, message }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(status.code, forKey: .status)
    try values.encode(code, forKey: .code)
    try values.encode(message, forKey: .message)
  }

  func response(from request: Request, context: some RequestContext) throws -> Response { Wire.json(status, self) }
}
