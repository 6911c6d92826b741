import Testing

@Suite("The shape of the sources")
struct ShapeTests {
  /// A file beyond this says in its first comment why.
  static let longFile = 400

  @Test("A file of more than 400 lines says at its top why it is one")
  func longFiles() {
    for file in SourceTree.sources + SourceTree.tests where file.lines.count > Self.longFile {
      let head = file.lines.first { !$0.isEmpty && !$0.hasPrefix("import ") } ?? ""
      #expect(
        head.hasPrefix("//"),
        "\(file.path):1: \(file.lines.count) lines, and no word why: divide it, or begin it with a comment that says why"
      )
    }
  }

  @Test("What is left to do stands in an issue, not in the sources")
  func leftovers() {
    // Put together, so that this file does not find itself.
    let words = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:"]
    for file in SourceTree.sources + SourceTree.tests {
      for word in words {
        for (number, _) in file.lines(with: word) {
          Issue.record("\(file.path):\(number): \(word): do it, or write an issue and take the word out")
        }
      }
    }
  }

  @Test("A comment hides no code: what is not used is not there")
  func noDeadCode() {
    let code = #/^\s*//\s*(let|var|func|guard|return|try|await|struct|import)\s+\S+.*[{(=]\s*\S*$/#
    for file in SourceTree.sources {
      for (number, line) in file.lines(with: "//") where line.contains(code) {
        Issue.record("\(file.path):\(number): code in a comment: take it out, the history keeps it")
      }
    }
  }
}
