import Foundation

struct TruthFileError: Error, Sendable, CustomStringConvertible {
  var description: String

  init(_ what: String, _ code: Int32) { description = "\(what): \(String(cString: strerror(code)))" }
  init(_ what: String, line: Int) { description = "line \(line) of the truth file: \(what)" }
}

enum TruthReader {
  /// A line is a few hundred bytes; more than this is not ours.
  private static let longestLine = 64 * 1024

  static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  /// Hands every whole line over, and returns how many bytes they take.
  static func read(_ descriptor: Int32, _ restore: (Fact) throws -> Void) throws -> Int {
    let decoder = JSONDecoder()
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    var rest: [UInt8] = []
    var (whole, line) = (0, 0)
    while true {
      let count = Foundation.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw TruthFileError("the truth file cannot be read", errno) }
      if count == 0 { return whole }
      rest += chunk[..<count]
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        line += 1
        do {
          try restore(decoder.decode(Fact.self, from: Data(rest[start..<end])))
        } catch let error as FactError {
          throw TruthFileError(error.description, line: line)
        } catch {
          throw TruthFileError("not a fact", line: line)
        }
        whole += end + 1 - start
        start = end + 1
      }
      rest.removeFirst(start)
      guard rest.count <= longestLine else { throw TruthFileError("too long", line: line + 1) }
    }
  }
}
