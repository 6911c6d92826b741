import Foundation
import TestSupport
import Testing

/// What a process shows at `/metrics`, read by the parser of Prometheus' own Python client.
struct Figures {
  struct Sample {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  let text: String
  let types: [String: String]
  let helps: [String: String]
  let samples: [Sample]

  static let python = ProcessInfo.processInfo.environment["AMENDS_TEST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }

  /// Where the program says that its figures are.
  static func address(of program: Program) async throws -> String {
    try await program.says("Figures are on")
    let found = program.text.firstMatch(of: #/Figures are on (http:\S+)\/metrics/#)
    return String(try #require(found).1)
  }

  static func read(_ base: String) async throws -> Figures {
    let answer = try await Web.send("GET", "\(base)/metrics", body: [])
    #expect(answer.status == 200)
    return try parse(answer.text)
  }

  static func parse(_ text: String) throws -> Figures {
    let process = Process()
    process.executableURL = URL(filePath: python ?? "")
    process.arguments = [URL(filePath: #filePath).deletingLastPathComponent().appending(path: "read_figures.py").path]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.runAlone()
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let json = try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
    else { throw Program.Failed(text: "the parser refused:\n\(text)") }
    var samples: [Sample] = []
    for family in json.values {
      for entry in family["samples"] as? [[Any]] ?? [] {
        samples.append(
          Sample(
            name: entry[0] as? String ?? "", labels: entry[1] as? [String: String] ?? [:],
            value: (entry[2] as? NSNumber)?.doubleValue ?? .nan))
      }
    }
    return Figures(
      text: text, types: json.compactMapValues { $0["type"] as? String },
      helps: json.compactMapValues { $0["help"] as? String }, samples: samples)
  }

  /// The sum of what carries these labels; nil: nothing does.
  func sum(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    let found = samples.filter { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }
    return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
  }
}
