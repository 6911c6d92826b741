import Testing

@Suite("The shape of the sources")
struct ShapeTests {
  /// A file beyond this says in its first comment why.
  static let longFile = 400
  static let longLine = 120

  @Test("A file of more than 400 lines says at its top why it is one")
  func longFiles() {
    for file in SourceTree.sources + SourceTree.tests where file.lines.count > Self.longFile {
      let head = file.lines.first { !$0.isEmpty && !$0.hasPrefix("import ") } ?? ""
      #expect(
        head.hasPrefix("//"),
        "\(file.path):1: \(file.lines.count) lines, and no word why: divide it, or begin it with a comment that says why")
    }
  }

  @Test("What is left to do stands in an issue, not in the sources")
  func leftovers() {
    // Put together, so that this file does not find itself.
    let words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:"]
    for file in SourceTree.sources + SourceTree.tests {
      for (index, line) in file.lines.enumerated() {
        for word in words where line.contains(word) {
          Issue.record("\(file.path):\(index + 1): \(word): do it, or write an issue and take the word out")
        }
      }
    }
  }

  @Test("No line is longer than 120 characters")
  func longLines() {
    for file in SourceTree.sources {
      for (index, line) in file.lines.enumerated() where line.count > Self.longLine {
        // A long literal cannot be broken without changing it.
        guard !line.contains("\"") && !line.contains("/#") else { continue }
        Issue.record("\(file.path):\(index + 1): \(line.count) characters; break it at 120 (swift format does)")
      }
    }
  }

  @Test("A comment hides no code: what is not used is not there")
  func noDeadCode() {
    for file in SourceTree.sources {
      for (index, line) in file.lines.enumerated() {
        guard line.contains(#/^\s*//\s*(let|var|func|guard|return|try|await|struct|import)\s+\S+.*[{(=]\s*\S*$/#) else { continue }
        Issue.record("\(file.path):\(index + 1): code in a comment: take it out, the history keeps it")
      }
    }
  }
}
