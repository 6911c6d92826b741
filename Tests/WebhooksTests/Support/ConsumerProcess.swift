import Foundation
import TestSupport

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// `webhook_consumer.py` as a process of its own. `AMENDS_TEST_PYTHON` names a Python that has standardwebhooks.
final class ConsumerProcess {
  struct Taken: Decodable, Equatable {
    var id: String
    /// By each secret that the consumer knows, in turn.
    var verified: [Bool]
    var mode: String
    var path: String
    var body: String
  }

  struct DidNotStart: Error { var said: String }

  static let python = ProcessInfo.processInfo.environment["AMENDS_TEST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
  private static let program = URL(filePath: #filePath).deletingLastPathComponent().appending(
    path: "webhook_consumer.py")

  let port: Int
  private let process = Process()
  private let book: URL
  private var settings: [String: Any] = ["mode": "ok"]

  /// - Parameter again: one that has ended: the same port and the same book.
  init(again: ConsumerProcess? = nil) throws {
    book = again?.book ?? FileManager.default.temporaryDirectory.appending(path: "amends-\(UUID().uuidString).jsonl")
    process.executableURL = URL(filePath: Self.python ?? "")
    process.arguments = [Self.program.path, book.path, String(again?.port ?? 0)]
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

  var url: String { "http://127.0.0.1:\(port)/hooks" }

  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func set(_ mode: String? = nil, now: Int64? = nil, secrets: [String]? = nil) async throws {
    if let mode { settings["mode"] = mode }
    if let now { settings["now"] = now }
    if let secrets { settings["secrets"] = secrets }
    guard let url = URL(string: "http://127.0.0.1:\(port)/_control") else { return }
    var request = URLRequest(url: url)
    request.httpMethod = "POST"
    request.httpBody = try JSONSerialization.data(withJSONObject: settings)
    _ = try await URLSession.shared.data(for: request)
  }

  func taken() throws -> [Taken] {
    guard let text = try? String(contentsOf: book, encoding: .utf8) else { return [] }
    return try text.split(separator: "\n").map { try JSONDecoder().decode(Taken.self, from: Data($0.utf8)) }
  }
}
