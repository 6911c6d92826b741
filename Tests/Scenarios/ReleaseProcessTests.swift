import Foundation
import Kernel
import Store
import TestSupport
import Testing

/// The release before, with the real program: a command of the operator's is run by the server, and undone.
@Suite("Going back to the release before, with real processes", .serialized)
struct ReleaseProcessTests {
  @Test("An operator goes back in one command with a reason, and forward again; without a command it says why not")
  func back() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      // A release that was there before: as a server of it would have left it.
      let first = try house.start("serve", "--port", "\(house.serverPort)")
      try await first.says("listens on")
      first.end(by: SIGTERM)
      let bare = try await house.amends("incident", "offers")
      #expect(bare.text.contains("releases.goBack") && bare.text.contains("no command is configured"), "\(bare.text)")
      let path = house.folder.appending(path: "house.sqlite").path
      let store = try await Store.open(path, logger: quiet)
      try await store.write { tx in
        _ = try tx.execute(
          """
          INSERT INTO release (id, version, steps, first_at, last_at)
          SELECT -1, '0.0.9', steps, first_at - 1, last_at - 1 FROM release
          """)
      }
      await store.close()

      let script = house.folder.appending(path: "exchange").path
      try Data("#!/bin/sh\necho $1 $AMENDS_RELEASE_WAY $AMENDS_RELEASE_TO >>\(house.folder.path)/asked\n".utf8).write(
        to: URL(filePath: script))
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script)
      let commands = [
        "--release-back", script, "--release-back", "-b", "--release-forward", script, "--release-forward", "-f",
      ]
      let server = try Program(
        ["serve", "--port", "\(house.serverPort)"] + house.options + commands, in: house.folder,
        environment: ProcessTests.secrets)
      try await server.says("listens on")
      let opened = try await house.amends("incident", "open", "It charges twice", "--kind", "charges.twice")
      let incident = try #require(opened.text.firstMatch(of: #/\d+/#)?.output, "\(opened.text)")
      let stopped = try await house.amends(
        "incident", "contain", "\(incident)", "--kind", "releases.goBack", "--target", "0.0.9", "--reason",
        "it came with this release")
      #expect(stopped.code == 0, "\(stopped.text)")
      try await Self.hears(house, "-b back 0.0.9\n")
      let containment = try #require(stopped.text.firstMatch(of: #/containment (\d+)/#)?.1, "\(stopped.text)")
      let undone = try await house.amends("incident", "undo", "\(containment)", "--reason", "it is mended")
      #expect(undone.code == 0, "\(undone.text)")
      try await Self.hears(house, "-b back 0.0.9\n-f forward 0.1.0\n")
      server.end(by: SIGTERM)
    }
  }

  private static func hears(_ house: ProcessTests.House, _ text: String) async throws {
    let file = house.folder.appending(path: "asked")
    for _ in 0..<150 {
      if (try? String(contentsOf: file, encoding: .utf8)) == text {
        // Its outcome is written down a moment later: only then it can be undone.
        try await Task.sleep(for: .seconds(1))
        return
      }
      try await Task.sleep(for: .milliseconds(200))
    }
    Issue.record("\((try? String(contentsOf: file, encoding: .utf8)) ?? "nothing was asked for")")
  }
}
