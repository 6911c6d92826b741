import Foundation
import HTTPTypes
import Kernel
import TestSupport
import Testing

@testable import Server
@testable import Web

@Suite("The API's document")
struct DocumentTests {
  /// The endpoints of the real server, and what it serves about them.
  private static func open(
    _ body: @escaping @Sendable ([APIEndpoint], [Doors.Door], JSON) async throws -> Void
  ) async throws {
    try await APIHouse.open(on: .sqlite) { house in
      let doors = Doors(
        DoorKeeper(site: Site()) { _ in nil },
        frame: Frame(service: "t", zone: .gmt, version: "t", site: Site(), now: { Instant(seconds: 0) }))
      let service = Server.Service(
        runtime: house.runtime, database: try DatabaseOptions.parse([]), listening: try ListenOptions.parse([]),
        works: false)
      let api = try service.api(on: doors)
      let (endpoints, list) = (api.endpoints, doors.list)
      let served = try await house.send(.get, "/api/openapi.json", as: nil)
      #expect(served.status == 200 && served.headers[.contentType] == "application/json")
      try await body(endpoints, list, served.json)
    }
  }

  private static func members(_ json: JSON?) -> [String: JSON] {
    if case .object(let members) = json { members } else { [:] }
  }

  @Test("Every door below /api is in it, and nothing else is; each says its right")
  func doors() async throws {
    try await Self.open { endpoints, doors, document in
      var written: Set<String> = []
      for (path, item) in Self.members(document["paths"]) {
        for (method, operation) in Self.members(item) {
          let address = "\(method.uppercased()) \(path.replacing("{", with: ":").replacing("}", with: ""))"
          written.insert(address)
          guard let door = doors.first(where: { $0.description == address }) else { continue }
          let text = operation["description"]?.words ?? ""
          #expect(door.right == .anybody || text.contains("`\(door.right.rawValue)`"), "\(address): \(text)")
        }
      }
      #expect(written == Set(doors.map(\.description)))
      #expect(endpoints.count == doors.count - 1, "all but the document itself")
      #expect(Set(endpoints.map(\.name)).count == endpoints.count, "an operation's name is its own")
      #expect(doors.allSatisfy { $0.right == .anybody || $0.right.isForTokens })
    }
  }

  @Test("Everything it refers to is there")
  func references() async throws {
    try await Self.open { _, _, document in
      var found = 0
      func walk(_ json: JSON) {
        switch json {
        case .object(let members):
          if let reference = members["$ref"]?.words {
            found += 1
            let target = reference.split(separator: "/").dropFirst().reduce(document as JSON?) { $0?[String($1)] }
            #expect(reference.hasPrefix("#/") && target != nil, "\(reference)")
          }
          members.values.forEach(walk)
        case .list(let items): items.forEach(walk)
        default: break
        }
      }
      walk(document)
      #expect(found > 100)
    }
  }

  @Test("A type and its schema have the same members, of the same kinds, and the same may be left out")
  func types() async throws {
    try await Self.open { endpoints, _, _ in
      var types: [String: any APIType.Type] = [:]
      for type in endpoints.flatMap({ [$0.answer, $0.body].compactMap(\.self) }) + [ProblemJSON.self] {
        Self.collect(type, &types)
      }
      #expect(types.count > 30)
      for type in types.values { try Self.compare(type) }
    }
  }

  private static func collect(_ type: any APIType.Type, _ types: inout [String: any APIType.Type]) {
    if let known = types[type.schemaName] {
      #expect(ObjectIdentifier(known) == ObjectIdentifier(type), "two types are called \(type.schemaName)")
      return
    }
    types[type.schemaName] = type
    func go(_ schema: Schema) {
      switch schema.kind {
      case .type(let type): collect(type, &types)
      case .list(let item, _), .map(_, let item, _): go(item)
      default: break
      }
    }
    for (_, schema) in type.fields { go(schema) }
  }

  private static func compare<T: APIType>(_ type: T.Type) throws {
    for isFull in [true, false] {
      let example = Example(isFull: isFull).value(of: .one(type))
      #expect(Schema.one(type).faults(in: example) == [], "the example of \(type) is none: \(example)")
      do {
        let value = try JSON.decode(type, from: try example.encoded())
        let back = try JSON(reading: try JSON.bytes(of: value))
        #expect(back == example, "\(type) does not say what its schema says")
        // What a schema leaves out, and is nil in an example, is seen here.
        let names = Set(Mirror(reflecting: value).children.compactMap(\.label))
        #expect(names.count == type.fields.count, "\(type) has \(names.sorted()), its schema \(type.fields.map(\.key))")
      } catch { Issue.record("\(type) cannot be made of \(example): \(error)") }
    }
  }

  @Test("openapi-spec-validator finds nothing wrong with it")
  func validates() async throws {
    let python = ProcessInfo.processInfo.environment["AMENDS_TEST_PYTHON"] ?? ""
    guard !python.isEmpty else {
      print("openapi-spec-validator was not asked: AMENDS_TEST_PYTHON names no Python that has it (make test does).")
      return
    }
    try await Self.open { _, _, document in
      let file = FileManager.default.temporaryDirectory.appending(path: "openapi-\(UUID().uuidString).json")
      defer { try? FileManager.default.removeItem(at: file) }
      try Data(try document.encoded()).write(to: file)
      let process = Process()
      let output = Pipe()
      process.executableURL = URL(filePath: python)
      process.arguments = ["-m", "openapi_spec_validator", "--schema", "3.1", file.path]
      process.standardOutput = output
      process.standardError = output
      try process.runAlone()
      let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(said)")
    }
  }
}

/// A value that fits a schema, with everything in it or with as little as may be.
private struct Example {
  let isFull: Bool

  func value(of schema: Schema) -> JSON {
    switch schema.kind {
    case .text(let length, let pattern, let format): .text(text(length, pattern, format))
    case .choice(let words): .text(words.first ?? "")
    case .integer(let range): .integer(isFull ? range.upperBound : range.lowerBound)
    case .flag: .flag(isFull)
    case .list(let item, let count):
      .list(Array(repeating: value(of: item), count: max(isFull ? 1 : 0, count.lowerBound)))
    case .map(_, let item, let count):
      .object(count.upperBound > 0 && (isFull || count.lowerBound > 0) ? ["EUR": value(of: item)] : [:])
    case .anything: ["what": "example"]
    case .type(let type):
      .object(
        Dictionary(
          uniqueKeysWithValues: type.fields.filter { isFull || !$0.value.isOptional }.map {
            ($0.key, value(of: $0.value))
          }))
    }
  }

  private func text(_ length: ClosedRange<Int>, _ pattern: Pattern, _ format: String?) -> String {
    if format == "date-time" { return isFull ? "2026-03-01T09:00:00.25Z" : "2026-03-01T09:00:00Z" }
    // A hash, as base64 of its 32 bytes.
    if length == 44...44 { return Data(repeating: 7, count: 32).base64EncodedString() }
    let samples = ["EUR", "12", "P1M", "0.812", "a@b", "UTC", "example", "x", ""]
    return samples.first { length.contains($0.count) && pattern.fits($0) } ?? "no sample fits \(pattern.text)"
  }
}
