import Foundation
import Testing

/// A subscriber's own page with the real program and its partner: the walk through all pages sees how it looks, this one what it does.
@Suite("The subscriber’s page in a browser", .serialized, .enabled(if: BrowserScript.python != nil))
struct OwnPageTests {
  private struct Job: Encodable {
    let base: String
    let link: String
    let pictures: String?
  }

  @Test("In by a link, cancelled and kept, to the partner’s page and back, out again")
  func visit() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "amends-own-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let pictures = ProcessInfo.processInfo.environment["AMENDS_PICTURES"].flatMap { $0.isEmpty ? nil : $0 }
    let port = Web.freePort()
    let demo = try Program(["demo", "--folder", ".", "--port", "\(port)", "--subscribers", "12"], in: folder)
    try await demo.says("listens on")
    let link = try #require(demo.text.firstMatch(of: #/http:\/\/127\.0\.0\.1:\d+\/my\/link\/[A-Za-z0-9_\-]{43}/#))
    // Long enough for a first payment, and for its notification.
    try await Task.sleep(for: .seconds(25))
    let found = try await BrowserScript(name: "own.py").run(
      Job(base: "http://127.0.0.1:\(port)", link: String(link.0), pictures: pictures), in: folder,
      as: BrowserReport.self)
    for problem in found.problems { Issue.record("\(problem)") }
    #expect(!demo.text.contains("web.failed"), "\(demo.text)")
    demo.end(by: SIGTERM)
  }
}
