import HTTPTypes
import Hummingbird
import Kernel
import Logging
import NIOCore
import NIOHTTP1
import Store

/// An answer of the API that is no: problem details (RFC 9457). What the program did wrong itself is told to nobody outside.
package struct APIProblem: HTTPResponseError, Sendable {
  package let status: HTTPResponse.Status
  /// A stable word for programs: `alreadyCancelled`.
  package let code: String
  /// For people.
  package let detail: String
  package var errors: [SchemaFault] = []
  package var headers: HTTPFields = [:]
  /// The policies of `RateLimits` that were exceeded.
  var policies: [String]?
  /// What support finds the request by in the log; only where there is something to find.
  var reference: String?

  package init(_ status: HTTPResponse.Status, _ code: String, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }

  /// A body, a parameter or a header that is not as the document says.
  static func malformed(_ errors: [SchemaFault]) -> APIProblem {
    var problem = APIProblem(.badRequest, "malformed", "The request is not as the API's document says; see errors.")
    problem.errors = errors
    return problem
  }

  static func malformed(_ at: String, _ detail: String) -> APIProblem {
    malformed([SchemaFault(at: at, detail: detail)])
  }

  static func notFound(_ detail: String = "There is nothing at this address.") -> APIProblem {
    APIProblem(.notFound, "notFound", detail)
  }

  static func notAllowed(_ methods: [HTTPRequest.Method]) -> APIProblem {
    let list = methods.map(\.rawValue).sorted().joined(separator: ", ")
    var problem = APIProblem(.methodNotAllowed, "methodNotAllowed", "This address takes \(list).")
    problem.headers[.allow] = list
    return problem
  }

  package func response(from request: Request, context: some RequestContext) throws -> Response { response() }

  package func response(adding more: HTTPFields = [:]) -> Response {
    var fields = SecurityHeaders.fields
    for field in Array(headers) + Array(more) { fields[field.name] = field.value }
    fields[.contentType] = "application/problem+json"
    fields[.cacheControl] = "no-store"
    if status == .unauthorized { fields[.wwwAuthenticate] = "Bearer realm=\"amends\"" }
    let bytes = (try? JSON.bytes(of: document)) ?? Array("{}".utf8)
    return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  var document: ProblemJSON {
    ProblemJSON(
      type: policies == nil ? "urn:problem-type:amends:\(code)" : Self.quotaExceeded, title: status.reasonPhrase,
      status: Int64(status.code), code: code, detail: detail, errors: errors.isEmpty ? nil : errors,
      reference: reference, violatedPolicies: policies)
  }

  /// Registered by draft-ietf-httpapi-ratelimit-headers.
  private static let quotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded"
}

struct ProblemJSON: APIType {
  var type: String
  var title: String
  var status: Int64
  var code: String
  var detail: String
  var errors: [SchemaFault]?
  var reference: String?
  var violatedPolicies: [String]?

  enum CodingKeys: String, CodingKey {
    case type, title, status, code, detail, errors, reference
    case violatedPolicies = "violated-policies"
  }

  static let about = "Why the answer is no (RFC 9457)."
  static var fields: KeyValuePairs<String, Schema> {
    [
      "type": .text("Which kind of problem, as a URI. Stable.", 1...300, format: "uri"),
      "title": .text("The status in words.", 1...100), "status": .integer("The HTTP status.", 400...599),
      "code": .text("Which kind of problem, as a word. Stable.", 1...100, .code),
      "detail": .text("A sentence for people, which may change.", 1...1_000),
      "errors": Schema.list(.one(SchemaFault.self), "What is wrong where, at most \(Schema.faults).", 1...Schema.faults)
        .optional,
      "reference": Schema.text("What the operator finds this request by in the log.", 1...100).optional,
      "violated-policies": Schema.list(.text("", 1...100), "Which limits were exceeded.", 1...10).optional,
    ]
  }
}

extension SchemaFault: APIType {
  package static var schemaName: String { "Fault" }
  package static var about: String { "What is wrong in one place of a request." }
  package static var fields: KeyValuePairs<String, Schema> {
    [
      "at": .text("A JSON pointer into the body (RFC 6901), or the name of a parameter or a header.", 0...500),
      "detail": .text("A sentence for people.", 1...1_000),
    ]
  }
}

extension APIProblem {
  /// What any error means to a program.
  init(_ error: any Error, _ visit: Visit) {
    switch error {
    case let known as APIProblem: self = known
    case let known as Refusal: self.init(known)
    case let known as AccessRefusal:
      let code = known.status == .unauthorized ? "notSignedIn" : known.status == .forbidden ? "forbidden" : "refused"
      self.init(known.status, code, known.detail)
    case let known as RefusalPage: self.init(of: known.status, known.detail)
    case let known as StoreError: self.init(known, visit)
    case is NIOTooManyBytesError: self.init(of: .contentTooLarge, nil)
    // Found while a body was being read: what came is no HTTP, which is no failure of ours.
    case is HTTPParserError: self.init(of: .badRequest, nil)
    case let known as HTTPError: self.init(of: known.status, nil)
    default: self.init(failed: error, visit)
    }
  }

  /// The statuses are those of a page (`RefusalPage`), but for a key used twice: 422, as the draft of the header says.
  init(_ refusal: Refusal) {
    let status = refusal.code == "keyReused" ? .unprocessableContent : RefusalPage(refusal).status
    self.init(status, refusal.code, refusal.message)
    if refusal.kind == .limit { headers[.retryAfter] = "5" }
  }

  private init(_ error: StoreError, _ visit: Visit) {
    switch error {
    case .commitUnknown:
      self.init(
        .serviceUnavailable, "outcomeUnknown",
        "It may have been done: the database's answer was lost. Send it again with the same Idempotency-Key.")
    case .contended, .unavailable, .busy, .full, .readOnly, .inUse, .limit:
      self.init(.serviceUnavailable, "unavailable", "The database does not take this now; nothing was changed.")
    case .constraint(.unique, _):
      self.init(.conflict, "conflict", "Somebody else changed the same at the same moment; nothing was changed here.")
      return
    case .constraint, .newer, .older, .damaged, .statement:
      self.init(failed: error, visit)
      return
    }
    headers[.retryAfter] = "5"
  }

  private init(failed error: any Error, _ visit: Visit) {
    // The type alone: an error's text may hold what was sent.
    visit.logger.error("api.failed", metadata: ["error.type": "\(type(of: error))"])
    self.init(of: .internalServerError, nil)
    reference = visit.id
  }

  private init(of status: HTTPResponse.Status, _ detail: String?) {
    let (code, words): (String, String) =
      switch status.code {
      case 400: ("malformed", "The request cannot be read.")
      case 403: ("forbidden", "This is not allowed.")
      case 404: ("notFound", "There is nothing at this address.")
      case 413: ("tooLarge", "The body is larger than is taken here.")
      case 415: ("unsupportedType", "The body is JSON: Content-Type: application/json.")
      case 503: ("unavailable", "Not available just now.")
      case 400..<500: ("refused", "The request was refused.")
      default: ("failed", "The mistake is in this program; it is in its log.")
      }
    self.init(status, code, detail ?? words)
  }
}
