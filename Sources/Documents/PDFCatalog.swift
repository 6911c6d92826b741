/// Says in the file's catalog which language it is in, and that readers show its title instead of its file's name. Cairo 1.16
/// has no call for either.
///
/// Appended as an incremental update (ISO 32000-1, section 7.5.6): the catalog once more with two entries more, and a table
/// that says where. Nothing that Cairo wrote is touched.
enum PDFCatalog {
  static func adding(language: String, to file: [UInt8]) throws(DocumentProblem) -> [UInt8] {
    let isTag = language.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
    }
    // Latin-1, so that an index of the text is an index of the bytes.
    let text = String(String.UnicodeScalarView(file.suffix(4_096).map { Unicode.Scalar($0) }))
    guard isTag, let end = text.lastMatch(of: #/startxref\s+(\d+)\s+%%EOF\s*$/#), let table = Int(end.1),
      let trailer = text.lastMatch(of: #/trailer\s*<<(.*?)>>/#.dotMatchesNewlines()),
      let root = String(trailer.1).firstMatch(of: #/\/Root\s+(\d+)\s+0\s+R/#), let number = Int(root.1),
      let start = place(of: number, in: file), let catalog = dictionary(at: start, in: file)
    else { throw .unknownForm }
    var out = file
    if out.last != UInt8(ascii: "\n") { out.append(UInt8(ascii: "\n")) }
    let offset = String(out.count)
    out += Array("\(number) 0 obj\n<<".utf8) + catalog
    out += Array("   /Lang (\(language))\n   /ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n".utf8)
    let update = out.count
    let padded = String(repeating: "0", count: 10 - offset.count) + offset
    out += Array("xref\n\(number) 1\n\(padded) 00000 n \n".utf8)
    out += Array("trailer\n<<\(trailer.1)   /Prev \(table)\n>>\nstartxref\n\(update)\n%%EOF\n".utf8)
    return out
  }

  /// Where the object begins, its number included.
  private static func place(of object: Int, in file: [UInt8]) -> Int? {
    let head = Array("\n\(object) 0 obj".utf8)
    guard file.count > head.count else { return nil }
    for start in 0...(file.count - head.count) where file[start..<start + head.count].elementsEqual(head) {
      return start + head.count
    }
    return nil
  }

  /// What stands between the brackets.
  private static func dictionary(at start: Int, in file: [UInt8]) -> [UInt8]? {
    var depth = 0
    var first: Int?
    var index = start
    while index + 1 < file.count, index - start < 4_096 {
      switch (file[index], file[index + 1]) {
      case (0x3C, 0x3C):
        depth += 1
        index += 1
        if first == nil { first = index + 1 }
      case (0x3E, 0x3E):
        depth -= 1
        if depth == 0, let first { return Array(file[first..<index]) }
        index += 1
      default: break
      }
      index += 1
    }
    return nil
  }
}

extension String {
  fileprivate func lastMatch<Output>(of regex: some RegexComponent<Output>) -> Regex<Output>.Match? {
    matches(of: regex.regex).last
  }
}
