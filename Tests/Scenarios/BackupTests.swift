import Foundation
import TestSupport
import Testing

/// A backup is made while a server charges people, brought back elsewhere, verified, and worked on: with real processes.
@Suite("Backup and restore", .serialized)
struct BackupTests {
  typealias House = ProcessTests.House

  struct Restored: Decodable {
    let facts: Int64
    let stopped: [String]
    let epochShift: Int64
    let problems: [String]
  }

  @Test("On SQLite the server makes the backup under load; restored it verifies, holds every partner, and renews on")
  func sqlite() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      let server = try house.start("serve", "--port", "\(house.serverPort)")
      try await server.says("listens on")
      try await Self.load(house, people: 400)
      let backup = try await house.amends("backup", "kept.amends", "--with-keys")
      #expect(backup.code == 0, "\(backup.text)")
      try Self.checkFiles(house)
      #expect(try await house.amends("backup", "kept.amends").code == 66, "a backup overwrote another")
      let done = try await ProcessTests.settled(house, 400)
      #expect(done.captures == 400 && done.doubled == 0)
      server.end(by: SIGTERM)

      // Into a folder of its own, with the keys that came along.
      try FileManager.default.createDirectory(
        at: house.folder.appending(path: "new"), withIntermediateDirectories: true)
      let restored = try await Self.restore(house, to: "new/house.sqlite")
      #expect(restored.stopped.contains("carrier") && restored.epochShift == 0)
      let again = try await house.amends("restore", "kept.amends", "--to", "new/house.sqlite")
      #expect(again.code == 77 && again.text.contains("never overwrites"), "\(again.text)")
      try await Self.goesOn(house, at: "new/house.sqlite", before: done.captures)
    }
  }

  @Test("What was changed in a backup is found, and nothing is restored")
  func damaged() async throws {
    try await ProcessTests.withHouse(database: "house.sqlite", cards: nil) { house in
      #expect(try await house.amends("migrate").code == 0)
      // Nobody has the file: the command copies it itself.
      #expect(try await house.amends("backup", "kept.amends").code == 0)
      let file = house.folder.appending(path: "kept.amends")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: file)
      let key = ["--journal-key", "amends-journal.key"]
      let restore = try await Program.run(["restore", "kept.amends", "--to", "other.sqlite"] + key, in: house.folder)
      #expect(restore.code == 1 && restore.text.contains("SHA-256"), "\(restore.text)")
      #expect(!FileManager.default.fileExists(atPath: house.folder.appending(path: "other.sqlite").path))
      let keyless = try await Program.run(
        ["restore", "kept.amends", "--to", "elsewhere.sqlite", "--journal-key", "none.key"], in: house.folder)
      #expect(keyless.code == 66 && keyless.text.contains("key is missing"), "\(keyless.text)")
    }
  }

  @Test(
    "On PostgreSQL a backup goes into another cluster, which has counted less far, and the journal goes on there",
    .enabled(if: Cluster.programs != nil && TestEngine.postgresAddress != nil))
  func postgres() async throws {
    try await Cluster.with("first", "other") { clusters, _ in
      try await clusters[0].create()
      try await clusters[1].create()
      // Far ahead of a new cluster.
      try await clusters[0].sql("CREATE PROCEDURE spend() LANGUAGE plpgsql AS $$ \(Self.manyTransactions) $$")
      try await clusters[0].sql("CALL spend()")
      try await clusters[0].sql("DROP PROCEDURE spend")
      try await between(clusters[0], clusters[1])
    }
  }

  private func between(_ first: Cluster, _ other: Cluster) async throws {
    let address = Cluster.address(first)
    try await ProcessTests.withHouse(database: address, cards: nil) { house in
      #expect(try await house.amends("migrate").code == 0)
      let server = try house.start("serve", "--port", "\(house.serverPort)")
      try await server.says("listens on")
      try await Self.load(house, people: 300)
      let backup = try await house.amends("backup", "kept.amends")
      #expect(backup.code == 0, "\(backup.text)")
      let done = try await ProcessTests.settled(house, 300)
      server.end(by: SIGTERM)

      let new = Cluster.address(other)
      let restored = try await Self.restore(house, to: new)
      #expect(restored.epochShift > 0, "the other cluster was not behind: the test proves nothing")
      try await Self.goesOn(house, at: new, before: done.captures)
      try await Self.copiedByHand(house, from: address, other)
    }
  }

  private static let manyTransactions = """
    BEGIN FOR i IN 1..2000 LOOP PERFORM txid_current(); COMMIT; END LOOP; END
    """

  // MARK: - steps

  private static func load(_ house: House, people: Int) async throws {
    try ProcessTests.writeFiles(house, carriers: people, cards: [])
    let plans = try await house.amends("import", "plans", "plans.csv")
    #expect(plans.code == 0, "\(plans.text)")
    let members = try await house.amends("import", "subscribers", "subscribers.csv")
    #expect(members.code == 0, "\(members.text)")
    // So that some are charged, some are under way and some are not sent when the backup is made.
    for _ in 0..<100 {
      if try await house.truth().captures > people / 10 { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("nobody was charged")
  }

  private static func checkFiles(_ house: House) throws {
    for name in ["kept.amends", "kept.amends.json", "kept.amends.keys.json"] {
      let path = house.folder.appending(path: name).path
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
      #expect(mode?.intValue == 0o600, "\(name) may be read by others")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: house.folder.path)
    #expect(!names.contains { $0.contains(".backup-") || $0.hasSuffix(".part") }, "something was left behind: \(names)")
  }

  private static func restore(_ house: House, to place: String) async throws -> Restored {
    let run = try await Program.run(["restore", "kept.amends", "--to", place, "--json"], in: house.folder)
    #expect(run.code == 0, "\(run.text)")
    let restored = try JSONDecoder().decode(Restored.self, from: Data(run.text.utf8))
    #expect(restored.problems.isEmpty)
    return restored
  }

  /// A server on the restored database charges nobody until somebody says so; then new members are charged, once each, and
  /// the journal holds from its first fact to its last.
  private static func goesOn(_ house: House, at place: String, before: Int) async throws {
    let options = ["--database", place, "--partners", "partners.json"]
    func amends(_ arguments: String...) async throws -> (code: Int32, text: String) {
      try await Program.run(arguments + options, in: house.folder, environment: ProcessTests.secrets)
    }
    // After a stop the flow begins at a hundredth of the partner's rate: one that takes more makes the test short.
    let partners = house.folder.appending(path: "partners.json")
    let faster = try String(contentsOf: partners, encoding: .utf8).replacing(
      "\"capabilities\": {", with: "\"capabilities\": {\"ratePerSecond\": 5000, ")
    try Data(faster.utf8).write(to: partners)
    let server = try Program(
      ["serve", "--port", "\(house.serverPort)"] + options, in: house.folder, environment: ProcessTests.secrets)
    try await server.says("listens on")
    let paid = Date(timeIntervalSinceNow: -60).formatted(.iso8601)
    let rows =
      "reference,name,zone,plan,currency,partner,token,paid_until\n"
      + (0..<20).map { "new\($0),New \($0),Europe/Berlin,monthly,EUR,carrier,+4917\(2_000_000 + $0),\(paid)" }
      .joined(separator: "\n")
    try Data(rows.utf8).write(to: house.folder.appending(path: "new.csv"))
    let members = try await amends("import", "subscribers", "new.csv")
    #expect(members.code == 0, "\(members.text)")
    try await Task.sleep(for: .seconds(3))
    #expect(try await house.truth().captures == before, "somebody was charged on a stopped lane")

    // The test's partner answers a repeat with its first result, so that what was sent after the backup does no harm here.
    // It behaves from now on: a breaker that opens would only make the test long.
    try await OperationProcessTests.turn(house, "{}")
    let resumed = try await amends("lane", "resume", "carrier", "--reason", "the partner's list was looked through")
    #expect(resumed.code == 0, "\(resumed.text)")
    for _ in 0..<240 {
      if try await house.truth().captures >= before + 20 { break }
      try await Task.sleep(for: .milliseconds(500))
    }
    #expect(try await house.truth().captures >= before + 20, "nothing was renewed after the restore\n\(server.text)")
    try await Task.sleep(for: .seconds(2))
    let journal = try await amends("journal", "verify", "--json")
    #expect(journal.code == 0 && journal.text.contains("\"problems\":[]"), "\(journal.text)")
    // New facts are sealed: a receipt of the newest would have to wait for ever otherwise.
    #expect(journal.text.contains(#/"unsealed":\d{1,2}[,}]/#), "\(journal.text)")
    server.end(by: SIGTERM)
  }

  /// Whoever restores with PostgreSQL's own tools is told so, and does not break the journal unseen.
  private static func copiedByHand(_ house: House, from address: String, _ other: Cluster) async throws {
    try await other.sql("CREATE DATABASE byhand", in: "postgres")
    let place = String(Cluster.address(other).dropLast("amends".count)) + "byhand"
    let programs = Cluster.programs ?? ""
    let dump = try await Program.run(
      ["--format=custom", "--no-owner", "--file=byhand.dump", address], of: "\(programs)/pg_dump", in: house.folder)
    #expect(dump.code == 0, "\(dump.text)")
    let load = try await Program.run(
      ["--no-owner", "--dbname=\(place)", "byhand.dump"], of: "\(programs)/pg_restore", in: house.folder)
    #expect(load.code == 0, "\(load.text)")
    let refused = try await Program.run(["lane", "list", "--database", place], in: house.folder)
    #expect(refused.code == 77 && refused.text.contains("restore --adopt"), "\(refused.text)")
    let adopted = try await Program.run(["restore", "--adopt", "--to", place], in: house.folder)
    #expect(adopted.code == 0 && adopted.text.contains("carrier"), "\(adopted.text)")
    #expect(try await Program.run(["journal", "verify", "--database", place], in: house.folder).code == 0)
  }
}
