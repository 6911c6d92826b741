import Foundation
import Kernel
import Store

/// The words by which a person is found: as people type them, not as they are written. Case, accents, Arabic vowel signs,
/// full and half width do not count, katakana reads as hiragana. Scripts that put no spaces between words are found at any
/// character.
package enum SearchWords {
  /// Longer ones are cut: of a word, and of what is asked for.
  static let longest = 40
  /// Of one person. A name has a few; what comes from outside may have any number.
  static let most = 24

  /// What is kept for a person.
  package static func of(name: String, mail: String?) -> Set<String> {
    var words: [String] = []
    if let mail { words += mailWords(mail) }
    words += nameWords(name)
    return Set(words.filter { !$0.isEmpty }.prefix(most))
  }

  /// What somebody typed: each is the beginning of a word.
  package static func asked(_ text: String) -> [String] {
    var seen: Set<String> = []
    let words = text.split(whereSeparator: \.isWhitespace).prefix(8).flatMap { part in
      part.contains("@") ? [cut(folded(String(part)))] : pieces(folded(String(part))).map { cut($0.text) }
    }
    return words.filter { !$0.isEmpty && seen.insert($0).inserted }
  }

  /// The whole address, whose beginning is what people remember, and the words before the @.
  private static func mailWords(_ mail: String) -> [String] {
    let whole = folded(mail)
    let local = whole.split(separator: "@").first.map(String.init) ?? ""
    return [cut(whole)] + pieces(local).map { cut($0.text) }
  }

  private static func nameWords(_ name: String) -> [String] {
    var words: [String] = []
    var run = ""
    for piece in pieces(folded(name)) {
      if piece.hasNoSpaces {
        // 田中 太郎 is also written 田中太郎: neighbours are joined, and every ending of the whole is a word.
        run += piece.text
        continue
      }
      words += endings(run)
      run = ""
      words.append(cut(piece.text))
    }
    words += endings(run)
    // Müller signs as Mueller too.
    words += pieces(folded(spelledOut(name))).filter { !$0.hasNoSpaces }.map { cut($0.text) }
    return words
  }

  private static func spelledOut(_ name: String) -> String {
    let composed = name.precomposedStringWithCanonicalMapping
    guard composed.unicodeScalars.contains(where: { outSpelling[$0] != nil }) else { return "" }
    return composed.unicodeScalars.map { outSpelling[$0] ?? String($0) }.joined()
  }

  private static let outSpelling: [Unicode.Scalar: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue", "å": "aa", "Å": "aa", "ø": "oe", "Ø": "oe",
  ]

  private static func endings(_ run: String) -> [String] {
    let characters = Array(run.prefix(longest / 2))
    return characters.indices.map { String(characters[$0...]) }
  }

  private static func cut(_ word: String) -> String { String(word.unicodeScalars.prefix(longest)) }

  private struct Piece {
    var text: String
    var hasNoSpaces: Bool
  }

  /// Letters and digits that stand together; a change between a script with spaces and one without ends a piece.
  private static func pieces(_ folded: String) -> [Piece] {
    var found: [Piece] = []
    var isOpen = false
    for scalar in folded.unicodeScalars {
      // O'Brien is found as obrien.
      if apostrophes.contains(scalar) { continue }
      guard isWord(scalar) else {
        isOpen = false
        continue
      }
      let bare = hasNoSpaces(scalar)
      let continues = isOpen && found.last?.hasNoSpaces == bare
      if continues {
        found[found.count - 1].text.unicodeScalars.append(scalar)
      } else {
        found.append(Piece(text: String(scalar), hasNoSpaces: bare))
      }
      isOpen = true
    }
    return found
  }

  private static let apostrophes: Set<Unicode.Scalar> = ["'", "\u{2019}", "\u{02BC}", "`", "\u{00B4}"]

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) }
    switch scalar.properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
      .letterNumber, .nonspacingMark, .spacingMark:
      return true
    default: return false
    }
  }

  /// Kana, Han (with its extensions) and Hangul.
  private static func hasNoSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3005, 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF,
      0x2_0000...0x3_FFFF:
      true
    default: false
    }
  }

  /// - Returns: compatibility forms resolved (NFKD), accents and vowel signs taken out, in lower case, composed again (NFC).
  static func folded(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
    var scalars = String.UnicodeScalarView()
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars where !isLeftOut(scalar) {
      switch scalar.value {
      // Katakana, 0x60 above hiragana.
      case 0x30A1...0x30F6: if let kana = Unicode.Scalar(scalar.value - 0x60) { scalars.append(kana) }
      default:
        for lower in scalar.properties.lowercaseMapping.unicodeScalars where !isLeftOut(lower) {
          scalars.append(contentsOf: (alike[lower] ?? String(lower)).unicodeScalars)
        }
      }
    }
    return String(scalars).precomposedStringWithCanonicalMapping
  }

  /// Letters that Unicode does not take apart, as they are typed without them.
  private static let alike: [Unicode.Scalar: String] = [
    "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
    // Arabic: final forms that are written either way, and Persian letters for the same sounds.
    "\u{0629}": "\u{0647}", "\u{0649}": "\u{064A}", "\u{06CC}": "\u{064A}", "\u{06A9}": "\u{0643}",
    // Greek final sigma.
    "ς": "σ",
  ]

  /// Marks that may be missing: accents, Hebrew points, Arabic vowel signs and tatweel, and what nobody sees. The sound marks
  /// of kana and the vowels of Indian scripts stay: without them it is another word.
  private static func isLeftOut(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0300...0x036F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F, 0x0591...0x05BD, 0x05BF,
      0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7, 0x0610...0x061A, 0x0640, 0x064B...0x065F, 0x0670, 0x06D6...0x06DC,
      0x06DF...0x06E4, 0x06E7, 0x06E8, 0x06EA...0x06ED, 0x00AD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069,
      0xFEFF:
      true
    default: false
    }
  }
}

extension SearchWords {
  private static let columns: [Column] = [.blob("word"), .integer("customer")]

  static func save(_ found: [(customer: Int64, words: Set<String>)], in tx: Transaction) throws {
    // In the order of the key: neighbours are written together.
    let rows = found.flatMap { one in one.words.map { (Array($0.utf8), one.customer) } }
      .sorted { a, b in a.0 == b.0 ? a.1 < b.1 : a.0.lexicographicallyPrecedes(b.0) }
    try tx.insert(
      into: "customer_word", columns, rows: rows.map { [.blob($0.0), .integer($0.1)] }, onConflict: .ignore)
  }

  /// Every word that begins like this: from the first bound, below the second. No byte of UTF-8 is 0xFF.
  static func range(_ beginning: String) -> (from: [UInt8], below: [UInt8]) {
    let bytes = Array(beginning.utf8)
    return (bytes, bytes + [0xFF])
  }
}
