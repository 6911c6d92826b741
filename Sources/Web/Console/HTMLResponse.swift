import HTTPTypes
import Hummingbird

/// A whole page, with the headers that keep a browser from running, framing, caching or passing on anything.
package struct HTMLResponse: ResponseGenerator, Sendable {
  package var status: HTTPResponse.Status
  package var html: String
  /// Beside those that every page has.
  package var headers: HTTPFields

  package init(_ html: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
    self.html = html
    self.status = status
    self.headers = headers
  }

  package func response() -> Response {
    var fields = SecurityHeaders.fields
    fields[.contentType] = "text/html; charset=utf-8"
    // A page shows people and their money: no cache may keep it, the browser's included.
    fields[.cacheControl] = "no-store"
    for field in headers { fields[field.name] = field.value }
    return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
  }

  package func response(from request: Request, context: some RequestContext) throws -> Response { response() }
}

/// What every answer to a browser carries.
package enum SecurityHeaders {
  /// Scripts and styles come from this server's own files, never from a page; pictures may also be `data:` (the icon).
  package static let contentSecurityPolicy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
    "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'",
  ].joined(separator: "; ")

  package static var fields: HTTPFields {
    var fields = HTTPFields()
    fields[.contentSecurityPolicy] = contentSecurityPolicy
    fields[.xContentTypeOptions] = "nosniff"
    for (name, value) in others {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return fields
  }

  private static let others: [(String, String)] = [
    // To this server only. With "no-referrer" browsers would send a form of ours as from nowhere (`Origin: null`), and
    // nobody could tell it from a stranger's.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    // Framing, for browsers that do not know frame-ancestors.
    ("X-Frame-Options", "DENY"),
    ("X-Robots-Tag", "noindex, nofollow"),
  ]
}
