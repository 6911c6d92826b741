import Foundation
import TestSupport
import Testing

/// Spans as a real collector reads them: a process of its own with OpenTelemetry's own messages.
@Suite("Traces", .serialized)
struct TraceProcessTests {
  struct Span: Decodable {
    let name: String
    let service: String?
    let kind: Int?
    let trace: String?
    let parent: String?
    let attributes: String
  }

  @Test(
    "A request's trace goes on in here; commands, steps and calls to partners are spans; nobody is named",
    .enabled(if: Figures.python != nil, "AMENDS_TEST_PYTHON names no Python with opentelemetry-proto"))
  func spans() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      let reader = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Support/read_spans.py").path
      let collector = try Program([reader, "spans.jsonl"], of: Figures.python, in: house.folder)
      try await collector.says("\n")
      let port = collector.text.trimmingCharacters(in: .whitespacesAndNewlines)
      let server = try house.start(
        "serve", "--port", "\(house.serverPort)", "--traces-url", "http://127.0.0.1:\(port)/v1/traces")
      try await server.says("listens on")
      let trace = "0af7651916cd43dd8448eb211c80319c"
      _ = try await Web.send(
        "GET", "http://127.0.0.1:\(house.serverPort)/subscribers/4711?q=jane",
        headers: ["traceparent": "00-\(trace)-b7ad6b7169203331-01"], body: [])
      try ProcessTests.writeFiles(house, carriers: 5, cards: [])
      _ = try await house.amends("import", "plans", "plans.csv")
      _ = try await house.amends("import", "subscribers", "subscribers.csv")
      _ = try await ProcessTests.settled(house, 5)
      server.end(by: SIGTERM)
      let text = try String(contentsOf: house.folder.appending(path: "spans.jsonl"), encoding: .utf8)
      let spans = try text.split(separator: "\n").map { try JSONDecoder().decode(Span.self, from: Data($0.utf8)) }

      #expect(!spans.contains { $0.name == "BAD" }, "\(spans.filter { $0.name == "BAD" })")
      let request = try #require(spans.first { $0.name == "GET /subscribers/{id}" })
      #expect(request.trace == trace && request.parent == "b7ad6b7169203331" && request.kind == 2)
      #expect(request.service == "amends")
      #expect(spans.contains { $0.name == "perform importPlans" || $0.name.hasPrefix("perform ") })
      #expect(spans.contains { $0.name == "step renew" })
      #expect(spans.contains { $0.name == "answer carrier" && $0.kind == 3 && $0.parent?.isEmpty == false })
      #expect(!spans.contains { $0.name == "step renew" && $0.attributes.contains("\"amends.items\": 0") })
      // Numbers of spans are drawn: any digits may stand in them.
      let told = spans.map { $0.name + " " + $0.attributes }
      for word in ["4711", "jane", "Person", "49151", "url.full"] {
        #expect(!told.contains { $0.contains(word) }, "\(word) stands in a span")
      }
      collector.kill()
    }
  }
}
