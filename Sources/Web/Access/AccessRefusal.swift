import Foundation
import HTTPTypes
import Hummingbird

/// A program is not known (401), may not (403), or is refused by the domain: a problem document (RFC 9457).
struct AccessRefusal: HTTPResponseError, Sendable {
  let status: HTTPResponse.Status
  let detail: String

  init(_ status: HTTPResponse.Status, _ detail: String) {
    self.status = status
    self.detail = detail
  }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var fields = SecurityHeaders.fields
    fields[.contentType] = "application/problem+json"
    fields[.cacheControl] = "no-store"
    if status == .unauthorized { fields[.wwwAuthenticate] = "Bearer realm=\"amends\"" }
    let problem = Problem(title: status.reasonPhrase, status: status.code, detail: detail)
    return Response(
      status: status, headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(problem))))
  }

  private struct Problem: Encodable {
    let type = "about:blank"
    let title: String
    let status: Int
    let detail: String
  }
}

/// Sends a browser on by GET (RFC 9110, section 15.4.4), with cookies.
package struct Redirect: ResponseGenerator, Sendable {
  package var path: String
  package var cookies: [Cookie]

  /// - Parameter path: on this server; what came from outside passes `LocalPath` first. Or a provider of our own settings.
  package init(to path: String, cookies: [Cookie] = []) {
    self.path = path
    self.cookies = cookies
  }

  package func response() -> Response {
    var fields = SecurityHeaders.fields
    fields[.location] = path
    fields[.cacheControl] = "no-store"
    var response = Response(status: .seeOther, headers: fields)
    for cookie in cookies { response.setCookie(cookie) }
    return response
  }

  package func response(from request: Request, context: some RequestContext) throws -> Response { response() }
}
