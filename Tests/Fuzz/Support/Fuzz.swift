import Foundation
import Testing

/// Runs a property over many inputs. Each has a seed of its own, so that one that fails is replayed alone:
/// `make fuzz AMENDS_FUZZ=1 AMENDS_FUZZ_SEED=17`.
enum Fuzz {
  /// Inputs of a whole share; properties take parts of it or more than one, by how much an input costs them.
  static let inputs = number("AMENDS_FUZZ").map { Int(clamping: $0) } ?? 300
  /// Minutes that a suite may take: for whoever asks for a hundred times as much, a hundred times as many.
  static var minutes: Int { max(30, inputs / 20) }
  /// Far more than any input takes, however busy the machine is.
  static let longest = Duration.seconds(20)
  /// After so many failures of one property the others would say the same.
  private static let failures = 3

  /// The same in every `make test`: what it finds must be somebody's change, not chance. `make fuzz` begins elsewhere
  /// each time.
  private static let firstSeed =
    number("AMENDS_FUZZ_SEED") ?? (number("AMENDS_FUZZ") == nil ? 1 << 20 : .random(in: 0...UInt64(UInt32.max)) << 20)

  private static func number(_ name: String) -> UInt64? {
    ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
  }

  /// What is not as it must be.
  struct Broken: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  static func require(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws {
    if !condition { throw Broken(otherwise()) }
  }

  /// - Parameter body: makes an input, holds the property against it, and throws what is wrong.
  static func each(
    _ name: String, share: Double = 1, file: String = #fileID, _ body: (inout Mutator) async throws -> Void
  ) async {
    let trace = Trace(name)
    var failed = 0
    for index in 0..<max(1, Int(Double(inputs) * share)) {
      let seed = firstSeed &+ UInt64(index)
      var mutator = Mutator(seed: seed)
      trace.begin(seed)
      let start = ContinuousClock.now
      var problem: String?
      do { try await body(&mutator) } catch { problem = "\(error)" }
      let took = ContinuousClock.now - start
      if problem == nil, took > longest { problem = "it took \(took)" }
      guard let problem else { continue }
      let suite = file.split(separator: "/").last?.split(separator: ".").first ?? ""
      Issue.record(
        """
        \(name): \(problem)
          replay: make fuzz AMENDS_FUZZ=1 AMENDS_FUZZ_SEED=\(seed) FILTER=\(suite)
          with what went before: make fuzz AMENDS_FUZZ=\(inputs) AMENDS_FUZZ_SEED=\(firstSeed) FILTER=\(suite)
          input: \(shown(mutator.input))
        """)
      failed += 1
      if failed == failures { break }
    }
    trace.end()
  }

  /// Printable and cut.
  static func shown(_ bytes: [UInt8], limit: Int = 600) -> String {
    let text = bytes.prefix(limit).map { byte -> String in
      switch byte {
      case 0x0A: "\\n"
      case 0x5C: "\\\\"
      case 0x20...0x7E: String(UnicodeScalar(byte))
      default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }.joined()
    return bytes.count > limit ? "\(text)… (\(bytes.count) bytes)" : text
  }

  /// A crash takes the message with it: the seed that is being tried stands in a file, which is there afterwards.
  private struct Trace {
    let name: String
    let path: String
    let descriptor: Int32

    init(_ name: String) {
      self.name = name
      let folder = ProcessInfo.processInfo.environment["AMENDS_FUZZ_TRACE"]
      path = (folder ?? NSTemporaryDirectory()) + "/amends-fuzz-\(getpid())-\(name.filter(\.isLetter)).seed"
      descriptor = folder == nil ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }

    func begin(_ seed: UInt64) {
      guard descriptor >= 0 else { return }
      // Always as long as the longest, so that nothing of the one before is left.
      let number = String(seed)
      let line =
        "was being tried: \(name), AMENDS_FUZZ_SEED=" + number + String(repeating: " ", count: 20 - number.count)
      _ = line.withCString { pwrite(descriptor, $0, strlen($0), 0) }
    }

    func end() {
      guard descriptor >= 0 else { return }
      close(descriptor)
      unlink(path)
    }
  }
}
