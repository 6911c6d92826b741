import Foundation
import HTTPTypes
import Hummingbird
import Kernel

/// What one address of the API takes and answers: the door, and its part of the document.
package struct APIEndpoint: Sendable {
  /// Where it stands in the document's list.
  package struct Group: Sendable {
    package let name: String
    package let about: String

    package init(_ name: String, _ about: String) {
      self.name = name
      self.about = about
    }
  }

  let method: HTTPRequest.Method
  /// Below `api/v1/`.
  let path: String
  /// How programs call it (`operationId`); also the name of a list in its cursors.
  let name: String
  let summary: String
  let about: String
  let group: Group
  let right: Right
  /// What stands in the path; ids if nothing is said.
  let names: [String: Schema]
  let query: [(name: String, schema: Schema)]
  let body: (any APIType.Type)?
  let answer: any APIType.Type
  let status: HTTPResponse.Status
  /// The words with which the domain says no here.
  let refuses: [Refusal]

  package var description: String { "\(method.rawValue) /\(API.root)\(path)" }

  /// `plans/:code`: `code`.
  var pathNames: [String] { path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) } }

  func schema(ofName name: String) -> Schema { names[name] ?? .id("The number.") }
}

extension APIEndpoint {
  /// More than any of these bodies needs.
  static let bodyLimit = 64 * 1024

  /// - Throws: `APIProblem` for what is not as it was declared.
  func call(_ request: Request, _ visit: Visit, _ kernel: Kernel) throws -> APICall {
    var path: [String: String] = [:]
    for name in pathNames {
      guard let text = try visit.parameters.require(name).removingPercentEncoding,
        schema(ofName: name).faults(in: .text(text)).isEmpty
      else { throw APIProblem.notFound() }
      path[name] = text
    }
    return APICall(
      endpoint: self, kernel: kernel, identity: try visit.known(), path: path, query: try query(of: request),
      key: method == .post ? try key(of: request) : nil)
  }

  private func query(of request: Request) throws(APIProblem) -> [String: JSON] {
    guard let form = Form((request.uri.query ?? "").utf8) else {
      throw .malformed("", "The query is not percent-encoded UTF-8.")
    }
    var values: [String: JSON] = [:]
    var faults: [SchemaFault] = []
    for (name, text) in form.fields {
      guard let (_, schema) = query.first(where: { $0.name == name }) else {
        faults.append(SchemaFault(at: String(name.prefix(100)), detail: "This parameter is not known here."))
        continue
      }
      guard values[name] == nil else {
        faults.append(SchemaFault(at: name, detail: "It is given more than once."))
        continue
      }
      let value = schema.value(of: text)
      faults += schema.faults(in: value, at: name)
      values[name] = value
    }
    for (name, schema) in query where !schema.isOptional && values[name] == nil {
      faults.append(SchemaFault(at: name, detail: "It is missing."))
    }
    if !faults.isEmpty { throw .malformed(Array(faults.prefix(Schema.faults))) }
    return values
  }

  private func key(of request: Request) throws(APIProblem) -> String {
    let given = request.headers[values: .idempotencyKey]
    guard given.count == 1, Pattern.key.fits(given[0]) else {
      let detail = given.isEmpty ? "It is missing." : "It is one text of the form \(Pattern.key.anchored)."
      var problem = APIProblem(
        .badRequest, given.isEmpty ? "keyMissing" : "keyMalformed",
        "What changes something needs an Idempotency-Key: a new one for each act, the same when it is sent again.")
      problem.errors = [SchemaFault(at: "Idempotency-Key", detail: detail)]
      throw problem
    }
    return given[0].replacing("\"", with: "")
  }

  /// Reads a body, holds it against its declaration, and makes the type of it.
  func body<Body: APIType>(_ type: Body.Type, of request: Request) async throws -> Body {
    let media = (request.headers[.contentType] ?? "").split(separator: ";").map {
      $0.trimmingCharacters(in: .whitespaces).lowercased()
    }
    guard media.first == "application/json", media.dropFirst().allSatisfy({ $0 == "charset=utf-8" }) else {
      throw HTTPError(.unsupportedMediaType)
    }
    let buffer = try await request.body.collect(upTo: Self.bodyLimit)
    let bytes = Array(buffer: buffer)
    let json: JSON
    do { json = try JSON(reading: bytes) } catch { throw APIProblem.malformed("", error.why) }
    let faults = Body.schema.faults(in: json)
    if !faults.isEmpty { throw APIProblem.malformed(faults) }
    return try Body(json: bytes)
  }
}

extension APIType {
  /// What fits the declaration and still makes no value is a value that the declaration cannot describe: the 30th of February.
  fileprivate init(json bytes: [UInt8]) throws {
    do { self = try JSON.decode(Self.self, from: bytes) } catch DecodingError.dataCorrupted(let context) {
      let place = context.codingPath.map { "/" + ($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
      throw APIProblem.malformed(place, "There is no such value.")
    }
  }
}

extension Schema {
  /// What a text in a query stands for.
  fileprivate func value(of text: String) -> JSON {
    switch kind {
    case .integer:
      guard let number = Int64(text), String(number) == text else { return .text(text) }
      return .integer(number)
    case .flag: return text == "true" ? true : text == "false" ? false : .text(text)
    default: return .text(text)
    }
  }
}
