import Foundation
import TestSupport

/// A program in Python that drives Debian's Chromium (Playwright): reads its job, answers with what it found.
struct BrowserScript {
  struct Failed: Error, CustomStringConvertible { let description: String }

  /// The Python that has Playwright; nil: the browser tests are left out. `make test` sets it.
  static var python: String? {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") else { return nil }
    return ProcessInfo.processInfo.environment["AMENDS_TEST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The name of a file beside this one.
  let name: String

  /// - Returns: what it printed. Whatever it writes to standard error goes where the tests' own goes.
  func run<Job: Encodable, Found: Decodable>(_ job: Job, in folder: URL, as type: Found.Type) async throws -> Found {
    let (input, output) = (folder.appending(path: "\(name).job"), folder.appending(path: "\(name).found"))
    try JSONEncoder().encode(job).write(to: input)
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: Self.python ?? "")
    // -B: no compiled copies beside the sources.
    process.arguments = ["-B", URL(filePath: #filePath).deletingLastPathComponent().appending(path: name).path]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.runAlone()
    for _ in 0..<6_000 where process.isRunning { try await Task.sleep(for: .milliseconds(100)) }
    guard !process.isRunning else {
      // Its Chromium ends with it: Playwright's pipe to it is closed.
      kill(process.processIdentifier, SIGKILL)
      throw Failed(description: "\(name) was still running after ten minutes")
    }
    guard process.terminationStatus == 0 else { throw Failed(description: "\(name) ended with an error; see above") }
    return try JSONDecoder().decode(Found.self, from: Data(contentsOf: output))
  }
}

/// What every script answers.
struct BrowserReport: Decodable {
  let problems: [String]
  var pages: [String]?
  var others: [String]?
}
