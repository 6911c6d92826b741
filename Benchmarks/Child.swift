import Foundation

/// A program beside this one, or this one once more. Its pipes are used by one task at a time.
final class Child: @unchecked Sendable {
  private let process = Process()
  private let output = Pipe()
  private let input = Pipe()
  private var rest = Data()

  /// - Parameter program: a name beside this program; `nil`: this program itself.
  init(_ program: String? = nil, _ arguments: [String], environment: [String: String] = [:]) throws {
    guard let own = Bundle.main.executableURL else { throw Failed("this program cannot find itself") }
    let file = program.map { own.deletingLastPathComponent().appending(path: $0) } ?? own
    guard FileManager.default.isExecutableFile(atPath: file.path) else {
      throw Failed("\(file.path) is not there; `make bench` builds it")
    }
    process.executableURL = file
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    process.standardInput = input
    try process.run()
  }

  deinit { kill() }

  func kill() {
    guard process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// The next line that it prints; `nil`: it has ended.
  func line() async -> String? {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [self] in continuation.resume(returning: nextLine()) }
    }
  }

  private func nextLine() -> String? {
    while true {
      if let end = rest.firstIndex(of: 10) {
        defer { rest = Data(rest[(end + 1)...]) }
        return String(decoding: rest[..<end], as: UTF8.self)
      }
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { return nil }
      rest += data
    }
  }

  func say(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data("\(text)\n".utf8)) }

  /// Waits for the end that it comes to by itself.
  func ended() async throws {
    while await line() != nil {}
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed("\(process.arguments?.first ?? "") ended with \(process.terminationStatus)")
    }
  }

  /// The port of `… listens on http://127.0.0.1:PORT/`.
  func port() async throws -> Int {
    while let line = await line() {
      if let port = line.firstMatch(of: #/127\.0\.0\.1:(\d+)\//#).flatMap({ Int($0.1) }) { return port }
    }
    throw Failed("\(process.arguments?.first ?? "") did not start")
  }

  /// Seconds of processor time so far (proc(5), stat, fields 14 and 15).
  var processorSeconds: Double {
    let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
    let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }
}

/// The most memory that this process ever held, in MB (proc(5), status, VmHWM).
func peakMegabytes() -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  return text.firstMatch(of: #/VmHWM:\s+(\d+) kB/#).flatMap { Int($0.1) }.map { $0 / 1_024 } ?? 0
}
