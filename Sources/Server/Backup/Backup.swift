import ArgumentParser
import Crypto
import Foundation
import Kernel
import Store

struct Backup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the database into a file, while everything goes on.",
    discussion: """
      On SQLite the server that has the file makes the copy; on PostgreSQL pg_dump does. Beside FILE stands FILE.json: what it is,
      its checksum, and the journal's signed checkpoint. The keys are not in it unless --with-keys is given: whoever has both
      can write another history. `amends restore` reads it back.
      """)

  @OptionGroup var database: DatabaseOptions
  @Argument(help: "The new file.") var file: String
  @Flag(help: "Put both keys into FILE.keys.json as well: guard that file like a password.") var withKeys = false
  @Flag(help: "Print the description as JSON.") var json = false

  func run() async throws {
    try await reporting {
      let new = try NewFile(file)
      for path in [BackupManifest.path(beside: file)] + (withKeys ? [BackupKeys.path(beside: file)] : [])
      where FileManager.default.fileExists(atPath: path) {
        throw Problem(.file, "\(path) is there already; take another name.")
      }
      // Before anything is read: what happens from here on may be missing.
      let taken = World.real.now()
      let contents = database.isPostgres ? try await dump(into: new) : try await copy(into: new)
      let sha = try new.finish()
      let key = try? JournalKey.load(database.keyFile, makes: false)
      let manifest = BackupManifest(
        program: Amends.version, engine: database.isPostgres ? .postgres : .sqlite, taken: taken.iso8601,
        schema: contents.schema, sealed: contents.sealed, checkpoint: contents.checkpoint,
        journalKey: key?.publicKey.rawRepresentation.base64EncodedString(), bytes: new.bytes, sha256: sha)
      if withKeys { try writeKeys() }
      // Last: a backup without its description is none.
      try manifest.write(beside: file)
      if json { return try printJSON(manifest) }
      print("\(file): \(manifest.bytes) bytes, \(manifest.sealed) sealed facts, as of \(manifest.taken).")
      if !withKeys { print("The keys are not in it: \(database.keyFile), \(database.accessKeyFile).") }
    }
  }

  private func writeKeys() throws {
    let keys = BackupKeys(
      journal: try? String(contentsOfFile: database.keyFile, encoding: .utf8),
      access: try? String(contentsOfFile: database.accessKeyFile, encoding: .utf8))
    let text = String(decoding: try JSONEncoder().encode(keys), as: UTF8.self)
    try Files.writePrivate(text + "\n", to: BackupKeys.path(beside: file))
  }

  // MARK: - SQLite

  private func copy(into new: NewFile) async throws -> BackupContents {
    guard let path = database.path, FileManager.default.fileExists(atPath: path) else {
      throw Problem(.unavailable, "There is no database at \(database.address).")
    }
    let line = ProgressLine()
    defer { line.end() }
    do {
      let store = try await Store.open(path, logger: database.logger)
      do {
        let copy = try await BackupJob(store: store, path: path).copy { line.show("Pages copied", $0, of: $1) }
        defer { copy.remove() }
        try NewFile.read(copy.path) { try new.write($0) }
        await store.close()
      } catch {
        await store.close()
        throw error
      }
    } catch StoreError.inUse(let why) {
      guard let door = try? ControlDoor.read(beside: path) else { throw StoreError.inUse(why) }
      try await door.backup(into: new) { line.show("Pages copied", $0, of: $1) }
    }
    let copy = try await Store.openToRead(new.path + ".part", logger: database.logger)
    do {
      let contents = try await BackupContents.read(copy)
      await copy.close()
      return contents
    } catch {
      await copy.close()
      throw error
    }
  }

  // MARK: - PostgreSQL

  /// What is sealed is looked up before: a dump made later has all of it.
  private func dump(into new: NewFile) async throws -> BackupContents {
    let store = try await Store.open(database.address, logger: database.logger)
    let contents: BackupContents
    do {
      try await store.check(Runtime.migrations)
      contents = try await BackupContents.read(store)
      await store.close()
    } catch {
      await store.close()
      throw error
    }
    let line = ProgressLine()
    defer { line.end() }
    // One snapshot for all tables; compressed; no names of users, which another cluster does not have.
    try await PostgresTool("pg_dump", database.address).run(
      ["--format=custom", "--no-owner", "--no-privileges", "--no-password"]
    ) { data in
      try new.write(data)
      line.show("Bytes written", new.bytes, of: nil)
    }
    return contents
  }
}

/// One of the programs that come with PostgreSQL.
struct PostgresTool {
  let name: String
  let address: PostgresAddress

  init(_ name: String, _ address: String) throws {
    self.name = name
    self.address = try PostgresAddress(address)
  }

  /// - Parameter each: gets what it prints, piece by piece.
  func run(_ arguments: [String], _ each: (Data) throws -> Void) async throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(address.environment) { $1 }
    let output = Pipe()
    let trouble = FileManager.default.temporaryDirectory.appending(path: "amends-\(name)-\(UUID().uuidString).txt")
    _ = FileManager.default.createFile(atPath: trouble.path, contents: nil, attributes: [.posixPermissions: 0o600])
    defer { try? FileManager.default.removeItem(at: trouble) }
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: trouble.path)
    try process.run()
    do {
      while let data = try output.fileHandleForReading.read(upToCount: 1 << 18), !data.isEmpty { try each(data) }
    } catch {
      process.terminate()
      process.waitUntilExit()
      throw error
    }
    process.waitUntilExit()
    if process.terminationStatus == 127 {
      throw Problem(.unavailable, "There is no \(name) here: install PostgreSQL's client programs (postgresql-client).")
    }
    guard process.terminationStatus == 0 else {
      let text = (try? String(contentsOf: trouble, encoding: .utf8)) ?? ""
      let why = text.split(separator: "\n").first.map(String.init) ?? "exit code \(process.terminationStatus)"
      throw Problem(.unavailable, "\(name) did not do it: \(why)")
    }
  }
}
