import Foundation
import TestSupport

/// `mail_server.py` as a process of its own. `AMENDS_TEST_PYTHON` names a Python that has aiosmtpd.
final class MailServerProcess {
  struct Taken: Decodable {
    var from: String
    var to: [String]
    var isTLS: Bool
    var isKnown: Bool
    var greeting: String
    var headers: [String: String]
    var toName: String
    var toAddress: String
    var fromName: String
    var structure: [String]
    var plain: String
    var html: String
    var defects: [String]
    var longest: Int
    var isASCII: Bool
  }

  struct DidNotStart: Error { var said: String }

  static let python = ProcessInfo.processInfo.environment["AMENDS_TEST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
  private static let program = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "mail_server.py")

  let port: Int
  private let process = Process()
  private let book = FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString).jsonl")

  init(_ options: [String] = []) throws {
    process.executableURL = URL(filePath: Self.python ?? "")
    process.arguments = [Self.program.path, book.path] + options
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.runAlone()
    var said = ""
    while !said.contains("\n"), let piece = try output.fileHandleForReading.read(upToCount: 1), !piece.isEmpty {
      said += String(decoding: piece, as: UTF8.self)
    }
    guard let port = Int(said.trimmingCharacters(in: .newlines)) else { throw DidNotStart(said: said) }
    self.port = port
  }

  deinit { stop() }

  func stop() {
    if process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    try? FileManager.default.removeItem(at: book)
  }

  func taken() throws -> [Taken] {
    guard let text = try? String(contentsOf: book, encoding: .utf8) else { return [] }
    return try text.split(separator: "\n").map { try JSONDecoder().decode(Taken.self, from: Data($0.utf8)) }
  }
}

/// A certificate authority for one test, and a server's certificate from it.
struct ThrowawayAuthority {
  let folder = FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString)")

  var authority: String { folder.appending(path: "ca.pem").path }
  var certificate: String { folder.appending(path: "server.pem").path }
  var key: String { folder.appending(path: "server.key").path }

  /// - Parameter names: `IP:127.0.0.1`, or somebody else's.
  init(names: String = "IP:127.0.0.1,DNS:localhost") throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let script = """
      set -e
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 2 \
        -subj /CN=amends-test-ca
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=mail.test
      printf 'subjectAltName=\(names)' > names
      openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
      """
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = folder
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.runAlone()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw MailServerProcess.DidNotStart(said: "openssl") }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  func options(_ kind: String) -> [String] { ["--tls", kind, "--cert", certificate, "--key", key] }
}
