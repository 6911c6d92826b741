/// A translator's file in GNU gettext's format, as far as Amends uses it: `msgctxt`, `msgid`, `msgid_plural`, `msgstr`,
/// `msgstr[n]`, comments and flags. Read by hand, because the reader that is kept (libgettextpo) is under the GPL, which
/// would bind the program; tests hold it against `msgfmt --check` and against what Python's gettext makes of the same file.
struct POFile: Sendable {
  struct Entry: Sendable, Equatable {
    /// `msgctxt`: the message's name.
    var name = ""
    /// `msgid`: English.
    var id = ""
    var plural: String?
    /// `msgstr`, or `msgstr[0]` and so on.
    var texts: [String] = []
    var flags: Set<String> = []
  }

  /// The text of the entry without a name: `Plural-Forms: …` and the like.
  private(set) var header = ""
  private(set) var entries: [Entry] = []

  private enum Field { case name, id, plural, text }

  init(_ bytes: [UInt8]) {
    var entry = Entry()
    var field: Field?
    func finish() {
      guard field != nil else { return }
      if entry.id.isEmpty, entry.name.isEmpty {
        header = entry.texts.first ?? ""
      } else {
        entries.append(entry)
      }
      entry = Entry()
      field = nil
    }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
      let line = Substring(line)
      if line.hasPrefix("#") {
        if field == .text { finish() }
        if line.hasPrefix("#,") {
          entry.flags.formUnion(line.dropFirst(2).split(separator: ",").map { $0.filter { $0 != " " } })
        }
        continue
      }
      if line.hasPrefix("msgctxt ") || (line.hasPrefix("msgid ") && field != .name) { finish() }
      let content = Self.unquoted(line)
      switch line.prefix(while: { $0 != " " && $0 != "[" && $0 != "\"" }) {
      case "msgctxt": (field, entry.name) = (.name, content)
      case "msgid": (field, entry.id) = (.id, content)
      case "msgid_plural": (field, entry.plural) = (.plural, content)
      case "msgstr":
        field = .text
        entry.texts.append(content)
      // A text goes on in the next line's quotes.
      case "" where line.hasPrefix("\""):
        switch field {
        case .name: entry.name += content
        case .id: entry.id += content
        case .plural: entry.plural?.append(content)
        case .text: entry.texts[entry.texts.count - 1] += content
        case nil: break
        }
      default: break
      }
    }
    finish()
  }

  /// What stands between the first and the last quote, its escapes resolved.
  private static func unquoted(_ line: Substring) -> String {
    guard let open = line.firstIndex(of: "\""), let close = line.lastIndex(of: "\""), open < close else { return "" }
    var text = ""
    var isEscape = false
    for character in line[line.index(after: open)..<close] {
      if isEscape {
        text.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
        isEscape = false
      } else if character == "\\" {
        isEscape = true
      } else {
        text.append(character)
      }
    }
    return text
  }
}
