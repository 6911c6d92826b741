import Crypto
import Foundation
import Kernel
import Store

/// What a backup is and how it is known again: stands beside it, in `FILE.json`.
struct BackupManifest: Codable, Sendable, Equatable {
  enum Engine: String, Codable, Sendable { case sqlite, postgres }

  /// Of this description; a program refuses a larger one than it knows.
  var format = 1
  var program: String
  var engine: Engine
  /// When it was begun. What happened afterwards is not in it.
  var taken: String
  /// The steps of the schema.
  var schema: [String]
  /// How many facts were sealed, and the signed checkpoint over them; nil: none yet.
  var sealed: Int64
  var checkpoint: String?
  /// The public key of the journal (base64).
  var journalKey: String?
  var bytes: Int64
  var sha256: String

  static func path(beside file: String) -> String { file + ".json" }

  static func read(beside file: String) throws -> BackupManifest {
    let path = path(beside: file)
    let bytes = try Files.read(path, limit: 1 << 20)
    guard let manifest = try? JSONDecoder().decode(BackupManifest.self, from: Data(bytes)) else {
      throw Problem(.file, "\(path) does not describe a backup.")
    }
    guard manifest.format == 1 else { throw Problem(.file, "\(path) was written by a newer amends: use that one.") }
    return manifest
  }

  func write(beside file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try Files.writePrivate(
      String(decoding: try encoder.encode(self), as: UTF8.self) + "\n", to: Self.path(beside: file))
  }
}

/// What a database says about itself, for the manifest.
struct BackupContents: Sendable {
  var schema: [String]
  var sealed: Int64
  var checkpoint: String?

  static func read(_ store: Store) async throws -> BackupContents {
    try await store.read { tx in
      let seal = try tx.row("SELECT size, checkpoint FROM journal_seal ORDER BY size DESC LIMIT 1")
      return BackupContents(
        schema: try tx.rows("SELECT name FROM migration ORDER BY name LIMIT 10000").map { try $0.text("name") },
        sealed: try seal?.integer("size") ?? 0, checkpoint: try seal?.text("checkpoint"))
    }
  }
}

/// The two secret keys, beside a backup that was asked to have them: `FILE.keys.json`.
struct BackupKeys: Codable, Sendable {
  var journal: String?
  var access: String?

  static func path(beside file: String) -> String { file + ".keys.json" }
}

/// A file that is written piece by piece and only gets its name when it is whole.
final class NewFile {
  let path: String
  private let handle: FileHandle
  private var hash = SHA256()
  private(set) var bytes: Int64 = 0
  private var isDone = false

  /// - Throws: `Problem` where something stands there already: a backup is never overwritten.
  init(_ path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Problem(.file, "\(path) is there already; take another name.")
    }
    guard FileManager.default.createFile(atPath: path + ".part", contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: path + ".part")
    else { throw Problem(.file, "\(path) cannot be written.") }
    self.path = path
    self.handle = handle
  }

  deinit { if !isDone { try? FileManager.default.removeItem(atPath: path + ".part") } }

  func write(_ data: some DataProtocol) throws {
    let data = Data(data)
    do { try handle.write(contentsOf: data) } catch {
      throw Problem(.file, "\(path) cannot be written: is the disk full?")
    }
    hash.update(data: data)
    bytes += Int64(data.count)
  }

  /// - Returns: its SHA-256, in hexadecimal.
  func finish() throws -> String {
    try handle.synchronize()
    try handle.close()
    guard rename(path + ".part", path) == 0 else { throw Problem(.file, "\(path) cannot be written.") }
    isDone = true
    return hash.finalize().map { String($0, radix: 16).leftPadded }.joined()
  }

  /// Reads a file as it stands there, 1 MiB at a time.
  static func read(_ path: String, _ each: (Data) throws -> Void) throws {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw Problem(.file, "\(path) cannot be read.") }
    defer { try? handle.close() }
    while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty { try each(data) }
  }

  static func sha256(_ path: String) throws -> (hash: String, bytes: Int64) {
    var hash = SHA256()
    var bytes: Int64 = 0
    try read(path) {
      hash.update(data: $0)
      bytes += Int64($0.count)
    }
    return (hash.finalize().map { String($0, radix: 16).leftPadded }.joined(), bytes)
  }
}

extension String {
  fileprivate var leftPadded: String { count == 1 ? "0" + self : self }
}
