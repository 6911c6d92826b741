import Foundation
import Testing

/// `make breaks` builds them all and says within how many simulated lives each is found; here they only have to fit.
@Suite("Breaks of the engine")
struct BreakTests {
  static let patches =
    ((try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root.appending(path: "Tests/Breaks").path)) ?? [])
    .filter { $0.hasSuffix(".patch") }.sorted().map { "Tests/Breaks/\($0)" }

  @Test("still fit the sources", arguments: patches)
  func fits(patch: String) throws {
    let git = Process()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "apply", "--check", "-C1", "--recount", patch]
    git.currentDirectoryURL = SourceTree.root
    let trouble = Pipe()
    git.standardError = trouble
    try git.run()
    let text = try trouble.fileHandleForReading.readToEnd() ?? Data()
    git.waitUntilExit()
    #expect(git.terminationStatus == 0, "\(patch) has to be written again: \(String(decoding: text, as: UTF8.self))")
  }

  @Test("are there, each with its words in the first line")
  func words() throws {
    #expect(Self.patches.count >= 20)
    for patch in Self.patches {
      let text = try String(contentsOf: SourceTree.root.appending(path: patch), encoding: .utf8)
      #expect(text.prefix { $0 != "\n" }.count > 10 && text.contains("Break.isOn("), "\(patch)")
    }
  }
}
