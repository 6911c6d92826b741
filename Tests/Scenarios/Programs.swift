import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport

/// The real program, started as its users start it.
final class Program {
  struct Failed: Error { let text: String }

  private let process = Process()
  private let output: URL

  /// Beside the test bundle stands the program that was built with it.
  static var executable: URL {
    let bundle = CommandLine.arguments.first.map { URL(filePath: $0).deletingLastPathComponent() }
    return (bundle ?? Bundle.main.bundleURL).appending(path: "amends")
  }

  /// - Parameter other: another program than ours, by its path.
  /// - Parameter wrapper: a command that runs the program in its own place, such as `setpriv …`: the process stays the same.
  init(
    _ arguments: [String], of other: String? = nil, through wrapper: [String] = [], in folder: URL,
    environment: [String: String] = [:]
  ) throws {
    output = folder.appending(path: "out-\(UUID().uuidString).txt")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let program = other.map { URL(filePath: $0) } ?? Self.executable
    process.executableURL = wrapper.isEmpty ? program : URL(filePath: "/usr/bin/env")
    process.arguments = wrapper.isEmpty ? arguments : wrapper + [program.path] + arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    try process.runAlone()
  }

  deinit { kill() }

  var identifier: Int32 { process.processIdentifier }
  var isRunning: Bool { process.isRunning }
  var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

  /// kill -9: nothing is finished, nothing is tidied up.
  func kill() {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilGone()
  }

  /// Asks it to end, and waits for that.
  func end(by signal: Int32) {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, signal)
    process.waitUntilGone()
  }

  func freeze() { Glibc.kill(process.processIdentifier, SIGSTOP) }
  func thaw() { Glibc.kill(process.processIdentifier, SIGCONT) }

  /// Waits until the output holds `word`.
  func says(_ word: String) async throws {
    for _ in 0..<300 {
      if text.contains(word) { return }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw Failed(text: text)
  }

  /// The port in `http://127.0.0.1:PORT/`.
  func port() async throws -> Int {
    try await says("listens on")
    guard let port = text.firstMatch(of: #/127\.0\.0\.1:(\d+)\//#).flatMap({ Int($0.1) }) else {
      throw Failed(text: text)
    }
    return port
  }

  /// Runs a command to its end.
  /// - Parameter seconds: how long it may take.
  static func run(
    _ arguments: [String], of other: String? = nil, through wrapper: [String] = [], in folder: URL,
    environment: [String: String] = [:], seconds: Int = 60
  ) async throws -> (code: Int32, text: String) {
    let program = try Program(arguments, of: other, through: wrapper, in: folder, environment: environment)
    for _ in 0..<seconds * 10 where program.process.isRunning { try await Task.sleep(for: .milliseconds(100)) }
    guard !program.process.isRunning else { throw Failed(text: "still running: \(program.text)") }
    return (program.process.terminationStatus, program.text)
  }
}

enum Web {
  static func json(_ address: String) async throws -> [String: Any] {
    let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: address), timeout: .seconds(60))
    let body = Data((try await response.body.collect(upTo: 1 << 20)).readableBytesView)
    return (try JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:]
  }

  static func send(
    _ method: String, _ address: String, headers: [String: String] = [:], body: [UInt8]
  ) async throws -> (status: UInt, text: String) {
    var request = HTTPClientRequest(url: address)
    request.method = .RAW(value: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    return (response.status.code, String(buffer: try await response.body.collect(upTo: 1 << 20)))
  }

  /// A port that is free now, below those the kernel gives out by itself (32768 and up), so that it stays free while a
  /// server is stopped and started again.
  static func freePort() -> Int {
    var ports = Array(20_000..<32_000)
    ports.shuffle()
    return ports.first { port in
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      let address = sockaddr_in.loopback(port)
      return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
    } ?? 0
  }
}
