import Foundation

/// The program's own sources, as text.
struct SourceTree {
  struct File {
    /// From the repository's root: `Sources/Kernel/World.swift`.
    var path: String
    var lines: [String]

    /// The folder below Sources: the target.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// The lines that have `word` outside of a comment, numbered from 1.
    func code(with word: String) -> [(number: Int, text: String)] {
      lines(with: word).compactMap { number, line in
        let text = SourceTree.withoutComment(line)
        return text.contains(word) ? (number, text) : nil
      }
    }

    /// The lines that have `word` anywhere.
    func lines(with word: String) -> [(number: Int, text: String)] {
      let bytes = Array(word.utf8)
      return lines.enumerated().compactMap { SourceTree.has(bytes, $1) ? ($0 + 1, $1) : nil }
    }
  }

  /// Byte by byte: in a debug build a search among characters takes a minute for all sources.
  private static func has(_ word: [UInt8], _ line: String) -> Bool {
    var line = line
    return line.withUTF8 { bytes in
      guard bytes.count >= word.count else { return false }
      var start = 0
      while start <= bytes.count - word.count {
        if bytes[start] == word[0] {
          var length = 1
          while length < word.count, bytes[start + length] == word[length] { length += 1 }
          if length == word.count { return true }
        }
        start += 1
      }
      return false
    }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let sources: [File] = files(below: "Sources")
  static let tests: [File] = files(below: "Tests")

  private static func files(below folder: String) -> [File] {
    // Links are resolved by hand: a folder of sources may be one.
    let base = root.appending(path: folder)
    let keys: [URLResourceKey] = [.isDirectoryKey]
    func list(_ url: URL, _ path: String) -> [File] {
      let entries =
        (try? FileManager.default.contentsOfDirectory(
          at: url.resolvingSymlinksInPath(), includingPropertiesForKeys: keys)) ?? []
      return entries.sorted { $0.lastPathComponent < $1.lastPathComponent }.flatMap { entry -> [File] in
        let name = "\(path)/\(entry.lastPathComponent)"
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: entry.path, isDirectory: &isFolder) else { return [] }
        if isFolder.boolValue { return list(entry, name) }
        guard name.hasSuffix(".swift"), let text = try? String(contentsOf: entry, encoding: .utf8) else { return [] }
        return [File(path: name, lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))]
      }
    }
    return list(base, folder)
  }

  /// Cuts a line at `//`, unless that stands in a string.
  static func withoutComment(_ line: String) -> String {
    var isInString = false
    var previous: Character = " "
    for (index, character) in zip(line.indices, line) {
      if character == "\"", previous != "\\" { isInString.toggle() }
      if character == "/", previous == "/", !isInString { return String(line[..<line.index(before: index)]) }
      previous = character
    }
    return line
  }

  /// The module that a line imports.
  static func module(importedBy line: String) -> String? {
    let pattern =
      #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|var|let)\s+)?(\w+)/#
    return line.firstMatch(of: pattern).map { String($0.1) }
  }
}
