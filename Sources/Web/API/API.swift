import HTTPTypes
import Hummingbird
import Kernel
import NIOCore
import Synchronization

/// The only way to add an endpoint: with its right, what it takes, what it answers, and how it refuses. The door is made of this,
/// and so is the document at `/api/openapi.json`.
///
///     api.get("plans/:code", "getPlan", "Get a plan.", in: .plans, needs: .readPlans, answers: PlanJSON.self) { call in … }
package final class API {
  package static let root = "api/v1/"

  package let doors: Doors
  package let kernel: Kernel
  package private(set) var endpoints: [APIEndpoint] = []
  private let version: String

  package init(_ doors: Doors, kernel: Kernel, version: String) {
    self.doors = doors
    self.kernel = kernel
    self.version = version
  }

  /// - Parameters:
  ///   - name: how programs call it; unique.
  ///   - path: names in the path that are no ids.
  package func get<Answer: APIType>(
    _ path: String, _ name: String, _ summary: String, _ about: String = "", in group: APIEndpoint.Group,
    needs right: Right, path names: [String: Schema] = [:], query: KeyValuePairs<String, Schema> = [:],
    answers: Answer.Type, refuses: [Refusal] = [],
    use handler: @escaping @Sendable (APICall) async throws -> Answer
  ) {
    let endpoint = APIEndpoint(
      method: .get, path: path, name: name, summary: summary, about: about, group: group, right: right, names: names,
      query: query.map { ($0.key, $0.value) }, body: nil, answer: Answer.self, status: .ok, refuses: refuses)
    endpoints.append(endpoint)
    doors.get(Self.root + path, needs: right) { [kernel] request, visit in
      APIAnswer(value: try await handler(try endpoint.call(request, visit, kernel)), status: .ok)
    }
  }

  /// A list, page by page.
  package func list<Item: APIType>(
    _ path: String, _ name: String, _ summary: String, _ about: String = "", in group: APIEndpoint.Group,
    needs right: Right, path names: [String: Schema] = [:], query: KeyValuePairs<String, Schema> = [:],
    of: Item.Type, refuses: [Refusal] = [],
    use handler: @escaping @Sendable (APICall) async throws -> Page<Item>
  ) {
    let endpoint = APIEndpoint(
      method: .get, path: path, name: name, summary: summary, about: about, group: group, right: right, names: names,
      query: query.map { ($0.key, $0.value) } + PageLimits.parameters, body: nil, answer: Page<Item>.self, status: .ok,
      refuses: refuses + [APICall.badCursor])
    endpoints.append(endpoint)
    doors.get(Self.root + path, needs: right) { [kernel] request, visit in
      APIAnswer(value: try await handler(try endpoint.call(request, visit, kernel)), status: .ok)
    }
  }

  /// An act. It needs an Idempotency-Key, which `call.perform` passes on.
  /// - Parameter creates: something new is answered (201), and where it is found.
  package func post<Body: APIType, Answer: APIType>(
    _ path: String, _ name: String, _ summary: String, _ about: String = "", in group: APIEndpoint.Group,
    needs right: Right, path names: [String: Schema] = [:], takes: Body.Type, answers: Answer.Type,
    creates: Bool = false, refuses: [Refusal] = [],
    use handler: @escaping @Sendable (APICall, Body) async throws -> Answer
  ) {
    let status: HTTPResponse.Status = creates ? .created : .ok
    let endpoint = APIEndpoint(
      method: .post, path: path, name: name, summary: summary, about: about, group: group, right: right, names: names,
      query: [], body: Body.self, answer: Answer.self, status: status, refuses: refuses)
    endpoints.append(endpoint)
    doors.post(Self.root + path, needs: right) { [kernel] request, visit in
      let body = try await endpoint.body(Body.self, of: request)
      return APIAnswer(value: try await handler(try endpoint.call(request, visit, kernel), body), status: status)
    }
  }

  /// Once every endpoint is there: serves the document about them.
  package func close() throws {
    let bytes = try OpenAPIDocument(endpoints, version: version).json.encoded()
    doors.get(OpenAPIDocument.path, needs: .anybody) { _, _ -> Response in
      var fields = SecurityHeaders.fields
      fields[.contentType] = "application/json"
      fields[.cacheControl] = "no-cache"
      return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
  }
}

/// A value on its way out.
struct APIAnswer<Value: APIType>: ResponseGenerator {
  let value: Value
  let status: HTTPResponse.Status

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var fields = SecurityHeaders.fields
    fields[.contentType] = "application/json"
    // It is about people and their money: no cache may keep it.
    fields[.cacheControl] = "no-store"
    if status == .created, let location = value.location { fields[.location] = "/\(API.root)\(location)" }
    return Response(
      status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSON.bytes(of: value))))
  }
}
