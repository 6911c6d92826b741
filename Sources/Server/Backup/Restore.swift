import ArgumentParser
import Crypto
import Foundation
import Kernel
import Store

struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Bring a backup back into an empty place, and check it.",
    discussion: """
      The checksum and the journal are verified. Every partner is stopped: what was charged after the backup is not known here and
      would be charged again. docs/operations.md says how to find out, and `amends lane resume` lets a partner go on.

      With --adopt nothing is brought back: a database that other tools restored is taken over in the same way.
      """)

  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The backup, with its FILE.json beside it.") var file: String?
  @Option(help: "Where to: a SQLite file that is not there yet, or the postgres:// address of an empty database.")
  var to: String?
  @Flag(help: "Take over the database that --to names, which was restored by other means (pg_restore, pg_basebackup).")
  var adopt = false
  @Flag(help: "Print JSON.") var json = false

  struct Output: Codable {
    var facts: Int64
    var stopped: [String]
    var epochShift: Int64
    var problems: [String]
  }

  func validate() throws {
    guard to != nil else {
      throw ValidationError("Say where to, with --to: a restore never goes where the service is.")
    }
    guard adopt == (file == nil) else { throw ValidationError("Give a backup's file, or --adopt.") }
  }

  func run() async throws {
    try await reporting {
      // `database` says what this command works on: never what the environment says the service uses.
      var place = database
      place.database = to
      let manifest = try file.map { try BackupManifest.read(beside: $0) }
      if let file, let manifest {
        let engine: BackupManifest.Engine = place.isPostgres ? .postgres : .sqlite
        guard manifest.engine == engine else {
          throw Problem(.usage, "\(file) is a backup of \(manifest.engine.rawValue); --to names \(engine.rawValue).")
        }
        try checkSchema(manifest)
        try checkKeys(file, place)
        place.isPostgres ? try await load(file, manifest, place) : try copy(file, manifest, place)
        try bringKeys(file, place)
      }
      try await takeOver(place, manifest)
    }
  }

  private func checkSchema(_ manifest: BackupManifest) throws {
    let known = Set(Runtime.migrations.map(\.name))
    if let strange = manifest.schema.first(where: { !known.contains($0) }) {
      throw Problem(
        .unavailable,
        "The backup has the step \(strange), which this program does not know: use amends \(manifest.program).")
    }
  }

  // MARK: - keys

  private func keys(_ file: String) -> BackupKeys? {
    guard let bytes = try? Files.read(BackupKeys.path(beside: file), limit: 64 << 10) else { return nil }
    return try? JSONDecoder().decode(BackupKeys.self, from: Data(bytes))
  }

  /// Before anything is written: without the journal's key nothing could be verified.
  private func checkKeys(_ file: String, _ place: DatabaseOptions) throws {
    if FileManager.default.fileExists(atPath: place.keyFile) || keys(file)?.journal != nil { return }
    throw Problem(
      .file, "The journal's key is missing: put it at \(place.keyFile), or name its file with --journal-key.")
  }

  private func bringKeys(_ file: String, _ place: DatabaseOptions) throws {
    guard let keys = keys(file) else { return }
    for (text, path) in [(keys.journal, place.keyFile), (keys.access, place.accessKeyFile)] {
      guard let text, !FileManager.default.fileExists(atPath: path) else { continue }
      try Files.writePrivate(text, to: path)
    }
  }

  // MARK: - the data

  private func copy(_ file: String, _ manifest: BackupManifest, _ place: DatabaseOptions) throws {
    guard let path = place.path, path != ":memory:" else { throw Problem(.usage, "--to names no file.") }
    for other in [path, path + "-wal", path + "-shm", path + "-journal", path + ".lock"]
    where FileManager.default.fileExists(atPath: other) {
      throw Problem(
        .refused, "\(other) is there already. A restore never overwrites: take another place, or move it away.")
    }
    let line = ProgressLine()
    defer { line.end() }
    let new = try NewFile(path)
    try NewFile.read(file) {
      try new.write($0)
      line.show("Bytes copied", new.bytes, of: manifest.bytes)
    }
    guard try new.finish() == manifest.sha256 else {
      try? FileManager.default.removeItem(atPath: path)
      throw Problem(
        .no, "\(file) is not what its description says (SHA-256): it was changed or damaged. Nothing was restored.")
    }
  }

  private func load(_ file: String, _ manifest: BackupManifest, _ place: DatabaseOptions) async throws {
    guard try NewFile.sha256(file).hash == manifest.sha256 else {
      throw Problem(
        .no, "\(file) is not what its description says (SHA-256): it was changed or damaged. Nothing was restored.")
    }
    let store = try await Store.open(place.address, logger: place.logger)
    let tables: Int64
    do {
      tables = try await store.read { tx in
        try tx.integer(
          "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')") ?? 0
      }
      await store.close()
    } catch {
      await store.close()
      throw error
    }
    guard tables == 0 else {
      throw Problem(.refused, "The database is not empty. A restore never overwrites: make a new one with `createdb`.")
    }
    let tool = try PostgresTool("pg_restore", place.address)
    try await tool.run([
      "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-password",
      "--dbname=\(tool.address.database ?? "")", file,
    ]) { _ in }
  }

  // MARK: - afterwards

  private func takeOver(_ place: DatabaseOptions, _ manifest: BackupManifest?) async throws {
    var place = place
    // Partners have no say here: nothing is sent, and their secrets may be elsewhere.
    place.partners = ""
    guard FileManager.default.fileExists(atPath: place.keyFile) else {
      throw Problem(
        .file, "The journal's key is missing: put it at \(place.keyFile), or name its file with --journal-key.")
    }
    try await checkAlone(place)
    try await Runtime.use(try await Runtime.open(place, migrates: true, adopts: true)) { runtime in
      let taken = manifest.flatMap { Instant(iso8601: $0.taken) }
      let since = manifest.map { "the backup of \($0.taken)" } ?? "other means"
      let adopted = try await runtime.kernel.perform(
        AdoptRestored(taken: taken, reason: "restored from \(since): what was charged since then is not known here"),
        by: OperatorActs.actor, key: "restore/\(UUID().uuidString)")
      let line = ProgressLine()
      let report = try await runtime.engine.journal.verify { line.show("Facts read", $0, of: $1) }
      line.end()
      var problems = report.problems.map(\.description)
      if let checkpoint = manifest?.checkpoint, let sealed = manifest?.sealed {
        let kept = try await runtime.store.read { tx in
          try tx.row("SELECT checkpoint FROM journal_seal WHERE size = \(sealed)")?.text("checkpoint")
        }
        if kept != checkpoint { problems.append("The checkpoint that the backup was described with is not in it.") }
      }
      try tell(
        Output(
          facts: report.sealed + report.unsealed, stopped: adopted.stopped, epochShift: adopted.shift,
          problems: problems))
      if !problems.isEmpty { throw ExitCode(Problem.Code.no.rawValue) }
    }
  }

  /// Somebody who writes at this moment could have taken a smaller epoch than the one that is counted on from here.
  private func checkAlone(_ place: DatabaseOptions) async throws {
    guard place.isPostgres else { return }
    // A store of one connection, so that every other one is somebody else's.
    var limits = StoreLimits()
    limits.connections = 1
    let store = try await Store.open(place.address, limits: limits, logger: place.logger)
    let others: Int64
    do {
      others = try await store.read { tx in
        try tx.integer(
          """
          SELECT count(*) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'amends' AND pid <> pg_backend_pid()
          """) ?? 0
      }
      await store.close()
    } catch {
      await store.close()
      throw error
    }
    guard others == 0 else {
      throw Problem(.refused, "Other amends processes use this database: stop them first.")
    }
  }

  private func tell(_ output: Output) throws {
    if json { return try printJSON(output) }
    for problem in output.problems { print(problem) }
    print(
      "\(output.facts) facts: " + (output.problems.isEmpty ? "all as they were written." : "NOT as they were written."))
    if output.epochShift > 0 { print("The journal goes on from epoch \(output.epochShift) of the old cluster.") }
    print(
      output.stopped.isEmpty
        ? "No partner was going." : "Stopped until you resume them: \(output.stopped.joined(separator: ", ")).")
    print(
      "Find out what was charged since the backup before `amends lane resume` (docs/operations.md, After a restore).")
  }
}
