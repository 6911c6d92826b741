import HTTPTypes
import Kernel

/// The OpenAPI 3.1 document of all endpoints, made of what they declare.
struct OpenAPIDocument {
  static let path = "api/openapi.json"

  private let endpoints: [APIEndpoint]
  private let version: String
  /// Named types, found on the way; each stands in the document once.
  private var types: [String: any APIType.Type] = [:]
  /// The names of those that come in: whoever sends a member that is not known means something that will not happen.
  private var incoming: Set<String> = []

  init(_ endpoints: [APIEndpoint], version: String) {
    self.endpoints = endpoints
    self.version = version
    for endpoint in endpoints {
      if let body = endpoint.body { add(body) }
    }
    incoming = Set(types.keys)
    add(ProblemJSON.self)
    for endpoint in endpoints { add(endpoint.answer) }
  }

  private mutating func add(_ type: any APIType.Type) {
    guard types.updateValue(type, forKey: type.schemaName) == nil else { return }
    for (_, schema) in type.fields { add(within: schema) }
  }

  private mutating func add(within schema: Schema) {
    switch schema.kind {
    case .type(let type): add(type)
    case .list(let item, _), .map(_, let item, _): add(within: item)
    default: break
    }
  }

  var json: JSON {
    var paths: [String: JSON] = ["/" + Self.path: ["get": Self.itself]]
    for endpoint in endpoints {
      let address =
        "/\(API.root)"
        + endpoint.path.split(separator: "/").map {
          $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0)
        }.joined(separator: "/")
      var item: [String: JSON] = [:]
      if case .object(let known) = paths[address] { item = known }
      item[endpoint.method.rawValue.lowercased()] = operation(endpoint)
      paths[address] = .object(item)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "Amends", "version": .text(version), "description": .text(Self.about),
      ],
      "servers": [["url": "/"]],
      "security": [["token": []]],
      "tags": .list(groups),
      "paths": .object(paths),
      "components": [
        "schemas": .object(types.mapValues { $0.document(closed: incoming.contains($0.schemaName)) }),
        "securitySchemes": [
          "token": [
            "type": "http", "scheme": "bearer",
            "description": "An API token of an account. Each operation says which right it needs.",
          ]
        ],
        "responses": .object(
          Dictionary(uniqueKeysWithValues: Self.problems.map { ("problem\($0)", Self.problem($0, $1)) })),
        "headers": .object(Self.headers),
      ],
    ]
  }

  private static let about = """
    Money is {amount, currency}: whole minor units and an ISO 4217 code. Times are RFC 3339 in UTC. Numbers of ours are \
    texts. What changes something is a POST and needs an Idempotency-Key. Lists come in pages: send `next` as `cursor`. \
    What is refused is answered with problem details (RFC 9457), and `code` says why.
    """

  private var groups: [JSON] {
    var seen: Set<String> = []
    return endpoints.map(\.group).filter { seen.insert($0.name).inserted }.map {
      ["name": .text($0.name), "description": .text($0.about)]
    }
  }

  private static let itself: JSON = [
    "operationId": "getDocument", "summary": "This document.", "security": [], "tags": [],
    "responses": [
      "200": [
        "description": "This document.",
        "content": ["application/json": ["schema": ["type": "object"]]],
        "headers": limits,
      ],
      "429": ["$ref": "#/components/responses/problem429"],
      "500": ["$ref": "#/components/responses/problem500"],
    ],
  ]

  // MARK: - One operation

  private func operation(_ endpoint: APIEndpoint) -> JSON {
    let text = [endpoint.about, "Needs the right `\(endpoint.right.rawValue)`."].filter { !$0.isEmpty }
    var parameters = endpoint.pathNames.map { Self.parameter($0, in: "path", endpoint.schema(ofName: $0)) }
    parameters += endpoint.query.map { Self.parameter($0.name, in: "query", $0.schema) }
    var operation: [String: JSON] = [
      "operationId": .text(endpoint.name), "summary": .text(endpoint.summary), "tags": [.text(endpoint.group.name)],
      "description": .text(text.joined(separator: " ")), "responses": .object(responses(endpoint)),
    ]
    if endpoint.method == .post {
      parameters.append(
        Self.parameter(
          "Idempotency-Key", in: "header",
          .text(
            "A name of this act, new for each. Sent again with the same body, it is answered with the first answer.",
            1...102,
            .key)))
    }
    if !parameters.isEmpty { operation["parameters"] = .list(parameters) }
    if let body = endpoint.body {
      operation["requestBody"] = [
        "required": true, "content": ["application/json": ["schema": body.reference]],
      ]
    }
    return .object(operation)
  }

  private static func parameter(_ name: String, in place: String, _ schema: Schema) -> JSON {
    [
      "name": .text(name), "in": .text(place), "required": .flag(place == "path" || !schema.isOptional),
      "description": .text(schema.about), "schema": schema.document,
    ]
  }

  private func responses(_ endpoint: APIEndpoint) -> [String: JSON] {
    var headers = Self.limits
    if endpoint.status == .created, case .object(var fields) = headers {
      fields["Location"] = ["$ref": "#/components/headers/Location"]
      headers = .object(fields)
    }
    var success: [String: JSON] = [
      "description": .text(endpoint.answer.about), "headers": headers,
      "content": ["application/json": ["schema": endpoint.answer.reference]],
    ]
    let links = links(from: endpoint)
    if !links.isEmpty { success["links"] = .object(links) }
    var all = [String(endpoint.status.code): JSON.object(success)]
    for status in statuses(of: endpoint) { all[String(status)] = Self.refusal(status, endpoint.refuses) }
    return all
  }

  private func statuses(of endpoint: APIEndpoint) -> [Int] {
    var statuses = [401, 403, 429, 500, 503]
    if !endpoint.query.isEmpty { statuses.append(400) }
    if !endpoint.pathNames.isEmpty { statuses.append(404) }
    if endpoint.method == .post { statuses += [400, 409, 413, 415, 422] }
    statuses += endpoint.refuses.map { Int(APIProblem($0).status.code) }
    return Set(statuses).sorted()
  }

  /// A status with the domain's own words for it, where there are some.
  private static func refusal(_ status: Int, _ refusals: [Refusal]) -> JSON {
    let words = refusals.filter { Int(APIProblem($0).status.code) == status }
    guard !words.isEmpty else { return ["$ref": .text("#/components/responses/problem\(status)")] }
    return problem(status, words.map { "`\($0.code)`: \($0.message)" }.joined(separator: " "))
  }

  private static func problem(_ status: Int, _ about: String) -> JSON {
    var fields = limits
    if status == 429 || status == 503, case .object(var members) = fields {
      members["Retry-After"] = ["$ref": "#/components/headers/Retry-After"]
      fields = .object(members)
    }
    return [
      "description": .text(about), "headers": fields,
      "content": ["application/problem+json": ["schema": ProblemJSON.reference]],
    ]
  }

  /// Where an answer leads: what is found by its number, and what can be done with it. A list leads to its first item.
  private func links(from endpoint: APIEndpoint) -> [String: JSON] {
    let (item, place) = (endpoint.answer as? any APIPage.Type).map { ($0.item, "/data/0") } ?? (endpoint.answer, "")
    let home = endpoints.first { other in
      guard other.method == .get, other.pathNames.count == 1 else { return false }
      return other.answer == item || other.path == "\(endpoint.path)/:\(other.pathNames[0])"
    }
    guard let home, let name = home.pathNames.first,
      item.fields.contains(where: { $0.key == name && !$0.value.isOptional })
    else { return [:] }
    var links: [String: JSON] = [:]
    for other in endpoints where other.name != endpoint.name && other.pathNames == [name] {
      guard other.path == home.path || other.path.hasPrefix(home.path + "/") else { continue }
      links[other.name] = [
        "operationId": .text(other.name), "parameters": [name: .text("$response.body#\(place)/\(name)")],
      ]
    }
    return links
  }

  // MARK: - What many have in common

  private static let problems: [(Int, String)] = [
    (400, "The request is not as this document says; `errors` says where."),
    (401, "No token, or one that opens nothing."), (403, "The token does not have the right."),
    (404, "There is nothing at this address."), (409, "The state does not allow it now."),
    (413, "The body is larger than \(APIEndpoint.bodyLimit) bytes."), (415, "The body is not application/json."),
    (422, "The values cannot be right, or the Idempotency-Key was used for something else (`keyReused`)."),
    (429, "Too many requests came in one minute."), (500, "A mistake of this program's; it is in its log."),
    (503, "Not available just now. The same request, with the same key, may be sent again."),
  ]

  private static let limits: JSON = [
    "RateLimit": ["$ref": "#/components/headers/RateLimit"],
    "RateLimit-Policy": ["$ref": "#/components/headers/RateLimit-Policy"],
  ]

  private static let headers: [String: JSON] = [
    "RateLimit": header("How many requests are left (r), and in how many seconds the count begins anew (t)."),
    "RateLimit-Policy": header("How many requests (q) are answered in how many seconds (w)."),
    "Retry-After": header("Seconds to wait."), "Location": header("Where what was made is found."),
  ]

  private static func header(_ about: String) -> JSON {
    ["description": .text(about), "schema": ["type": "string"]]
  }
}

extension APIType {
  static var reference: JSON { ["$ref": .text("#/components/schemas/\(schemaName)")] }

  /// Its JSON Schema (2020-12).
  /// - Parameter closed: no other members. What is answered stays open: it may say more one day.
  static func document(closed: Bool) -> JSON {
    var properties: [String: JSON] = [:]
    var required: [JSON] = []
    for (name, schema) in fields {
      properties[name] = schema.document
      if !schema.isOptional { required.append(.text(name)) }
    }
    var document: [String: JSON] = [
      "type": "object", "properties": .object(properties), "description": .text(about),
    ]
    if closed { document["additionalProperties"] = false }
    if !required.isEmpty { document["required"] = .list(required) }
    return .object(document)
  }
}

extension Schema {
  /// Its JSON Schema (2020-12).
  var document: JSON {
    var document: [String: JSON] = [:]
    if !about.isEmpty { document["description"] = .text(about) }
    switch kind {
    case .text(let length, let pattern, let format):
      document["type"] = "string"
      if let format, format == "date-time" {
        document["format"] = .text(format)
        break
      }
      document["minLength"] = .integer(Int64(length.lowerBound))
      document["maxLength"] = .integer(Int64(length.upperBound))
      document["pattern"] = .text(pattern.anchored)
      if let format { document["format"] = .text(format) }
    case .choice(let words):
      document["type"] = "string"
      document["enum"] = .list(words.map(JSON.text))
    case .integer(let range):
      document["type"] = "integer"
      document["minimum"] = .integer(range.lowerBound)
      document["maximum"] = .integer(range.upperBound)
    case .flag: document["type"] = "boolean"
    case .list(let item, let count):
      document["type"] = "array"
      document["items"] = item.document
      document["minItems"] = .integer(Int64(count.lowerBound))
      document["maxItems"] = .integer(Int64(count.upperBound))
    case .map(let names, let item, let count):
      document["type"] = "object"
      document["propertyNames"] = ["pattern": .text(names.anchored)]
      document["additionalProperties"] = item.document
      document["minProperties"] = .integer(Int64(count.lowerBound))
      document["maxProperties"] = .integer(Int64(count.upperBound))
    case .type(let type):
      if case .object(let reference) = type.reference { document.merge(reference) { $1 } }
    case .anything: break
    }
    return .object(document)
  }
}
