import TestSupport

/// Makes bad input out of good input. Everything it does follows from its seed.
struct Mutator {
  private var random: Seeded
  /// What this input turned out to be, for whoever reads of a failure.
  var input: [UInt8] = []

  init(seed: UInt64) { random = Seeded(seed) }

  // MARK: - chances

  mutating func below(_ count: Int) -> Int { count <= 1 ? 0 : Int(random.next() % UInt64(count)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  // MARK: - any bytes

  /// Cuts, doubles, swaps, flips bits, and puts in words of the format, oddities and runs of one byte.
  mutating func bytes(_ seed: [UInt8], words: [String] = []) -> [UInt8] {
    var bytes = seed
    for _ in 0...below(4) { change(&bytes, words) }
    input = bytes
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ words: [String]) {
    let from = below(bytes.count + 1)
    let until = min(bytes.count, from + 1 + below(chance(50) ? 8 : 400))
    switch below(9) {
    case 0: bytes.removeSubrange(from..<until)
    case 1: bytes.insert(contentsOf: bytes[from..<until], at: until)
    case 2 where !bytes.isEmpty: flip(&bytes)
    case 3 where bytes.count > 1: bytes.swapAt(below(bytes.count), below(bytes.count))
    case 4: bytes = Array(bytes[..<from])
    case 5: bytes.insert(contentsOf: Array(word(words).utf8), at: from)
    case 6: bytes.replaceSubrange(from..<until, with: Array(word(words).utf8))
    case 7: bytes.insert(contentsOf: pick(Oddities.bytes), at: from)
    default: bytes.insert(contentsOf: [UInt8](repeating: pick(Oddities.fillers), count: below(3_000)), at: from)
    }
  }

  /// Turns one bit round, and says where.
  @discardableResult
  mutating func flip(_ bytes: inout [UInt8]) -> Int {
    let at = below(bytes.count)
    bytes[at] ^= UInt8(1 << below(8))
    return at
  }

  private mutating func word(_ words: [String]) -> String {
    chance(60) && !words.isEmpty ? pick(words) : chance(50) ? pick(Oddities.texts) : pick(Oddities.numbers)
  }

  // MARK: - JSON

  /// Mostly still JSON: values become others, of another type or out of all bounds, members go and come twice. One in
  /// four is changed byte by byte instead.
  mutating func json(_ seed: String, words: [String] = []) -> [UInt8] {
    if chance(25) { return bytes(Array(seed.utf8), words: words + ["{", "}", "[", "]", ",", ":", "null", "\""]) }
    var text = Array(seed.utf8)
    for _ in 0...below(3) {
      let values = JSONTokens.values(text)
      guard !values.isEmpty else { break }
      let range = pick(values)
      switch below(8) {
      case 0: text.replaceSubrange(range, with: Array(text[pick(values)]))
      case 1: text.replaceSubrange(range, with: Array(nested().utf8))
      default: text.replaceSubrange(range, with: Array(jsonValue(text[range].first, words).utf8))
      }
    }
    input = text
    return text
  }

  /// Usually of the type that stood there, so that the reader gets further than to the first mismatch.
  private mutating func jsonValue(_ first: UInt8?, _ words: [String]) -> String {
    let isText = chance(12) ? chance(50) : first == UInt8(ascii: "\"")
    if chance(6) { return pick(["null", "true", "{}", "[]", "\"\"", "-", "[null]"]) }
    guard isText else { return pick(Oddities.numbers) }
    if chance(50), !words.isEmpty { return "\"\(pick(words))\"" }
    return "\"\(pick(Oddities.jsonTexts))\""
  }

  private mutating func nested() -> String {
    let depth = pick([3, 200, 600, 20_000])
    let (open, close) = pick([("[", "]"), ("{\"a\":", "}")])
    let inner = open == "[" ? "" : "1"
    return String(repeating: open, count: depth) + inner + String(repeating: close, count: chance(80) ? depth : 0)
  }

  // MARK: - CSV

  /// Fields become others, lines go, come twice and change places; one in four is changed byte by byte instead.
  mutating func csv(_ seed: String, words: [String] = []) -> [UInt8] {
    if chance(25) { return bytes(Array(seed.utf8), words: words + [",", "\"", "\"\"", "\r\n", "\n", "\r"]) }
    var lines = seed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for _ in 0...below(3) {
      let at = below(lines.count)
      switch below(8) {
      case 0: lines.remove(at: at)
      case 1: lines.insert(lines[at], at: below(lines.count + 1))
      case 2: lines.swapAt(at, below(lines.count))
      default:
        var fields = lines[at].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        fields[below(fields.count)] = csvField(words)
        lines[at] = fields.joined(separator: ",")
      }
      if lines.isEmpty { lines = [""] }
    }
    input = Array(lines.joined(separator: chance(80) ? "\n" : "\r\n").utf8)
    if chance(5) { input.insert(contentsOf: pick(Oddities.bytes), at: below(input.count + 1)) }
    return input
  }

  private mutating func csvField(_ words: [String]) -> String {
    let text = word(words)
    return chance(15) ? "\"\(text)\"" : text
  }
}

/// What parsers stumble over.
enum Oddities {
  /// The limits of every width, more than that, and what is no number to some readers.
  static let numbers = [
    "0", "-0", "-1", "1", "00", "007", "+1", "1.0", "9.99", "999.0", "9.99e2", "1e2", "1E400", "-1e400", "1e-400",
    "0x10",
    "2147483648", "4294967296", "9007199254740993", "9223372036854", "9223372036854775", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
    "340282366920938463463374607431768211456", String(repeating: "9", count: 400), "999", "99900", "1000000000000001",
  ]

  /// Blanks, marks that turn the reading direction, marks that pile up, scalars outside the first plane, line ends of
  /// other systems, markup, formulas, SQL.
  static let texts = [
    "", " ", "\0", "a\0b", "\u{202E}abc\u{202C}", "\u{200B}", "\u{FEFF}",
    "e" + String(repeating: "\u{301}", count: 700),
    "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{10FFFF}", "\u{2028}", "\u{85}", "\r", "\r\n", "\n", "\u{1B}[2J",
    "<script>alert(1)</script>", "'; DROP TABLE fact; --", "=1+1", "%00", "%", "%s%n", "../../etc/passwd", "\u{130}",
    "Ⅷ", "٣", "null", "true", String(repeating: "a", count: 300), String(repeating: "ß", count: 9_000),
    "2026-02-30T25:61:61Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "999999999-01-01T00:00:00Z",
    "2026-03-14T08:00:00.999999999999999999999Z", "-2026-03-14", "20260314T080000Z",
  ]

  /// As they stand between quotes: also escapes that no text has, halves of surrogate pairs among them.
  static let jsonTexts =
    texts.filter { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" } } + [
      #"\u0000"#, #"a\u0000b"#, #"\ud800"#, #"\udc00\ud800"#, #"\ud83d\ude00"#, #"\ud83d"#, #"\u202e"#, #"\n\r\t"#,
      #"\x"#,
      #"\u12"#, #"\\"#, #"\/"#,
    ]

  /// No text in UTF-8: lone and missing continuations, overlong forms, surrogates, the byte order marks of others.
  static let bytes: [[UInt8]] = [
    [0], [0xFF], [0x80], [0xC0, 0x80], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    [0xF8, 0x88, 0x80, 0x80, 0x80],
    [0xEF, 0xBB, 0xBF], [0xFE, 0xFF], [0xFF, 0xFE], [0xE2, 0x28, 0xA1], [0x0D], [0x0D, 0x0A], [0x1A], [0x7F],
  ]

  static let fillers: [UInt8] = [0, 0x20, 0x22, 0x2C, 0x30, 0x39, 0x41, 0x5B, 0x7B, 0xFF, 0x0A, 0x25]
}

/// Where the values of a JSON text stand: numbers, texts (keys too) and words. Told by their looks alone, so that a
/// text that is no JSON any more can be changed further.
enum JSONTokens {
  static func values(_ text: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var at = 0
    while at < text.count {
      let start = at
      switch text[at] {
      case UInt8(ascii: "\""):
        at += 1
        while at < text.count, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at = min(at + 1, text.count)
        // Keys are rarely worth a change: a name that is not known is passed over.
        let isKey = at < text.count && text[at] == UInt8(ascii: ":")
        if !isKey || start.isMultiple(of: 7) { found.append(start..<at) }
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"):
        while at < text.count, !Set("{}[],: \n\"".utf8).contains(text[at]) { at += 1 }
        found.append(start..<at)
      default: at += 1
      }
    }
    return found
  }
}
