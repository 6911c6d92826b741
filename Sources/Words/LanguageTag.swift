/// The language of one reader: `de-AT` is German with Austria's way of writing amounts and dates.
///
/// Only a language that is here and a region: what else a BCP 47 tag may hold (scripts, other calendars and digits) comes
/// from outside and is left out.
public struct LanguageTag: Sendable, Hashable, Codable, CustomStringConvertible {
  public let language: Language
  /// ISO 3166, two letters; or three digits of UN M.49.
  public let region: String?

  public init(_ language: Language, region: String? = nil) {
    self.language = language
    self.region = region
  }

  /// `nil` for a language that is not here, and for what is no tag.
  public init?(_ text: String) {
    guard text.utf8.count <= 64 else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard let first = parts.first, let language = Language(rawValue: first.lowercased()) else { return nil }
    guard parts.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(Self.isLetterOrDigit) }) else {
      return nil
    }
    // A single letter begins an extension; what follows it is no region.
    let plain = parts.dropFirst().prefix { $0.utf8.count > 1 }
    let region = plain.first { part in
      let isDigits = part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      return part.utf8.count == 2 && !isDigits || part.utf8.count == 3 && isDigits
    }
    self.init(language, region: region.map { $0.uppercased() })
  }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    self = LanguageTag(text) ?? LanguageTag(.english)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  public var description: String { region.map { "\(language.tag)-\($0)" } ?? language.tag }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}

extension LanguageTag {
  /// The reader's language: what they chose themselves, else the best that their browser asks for, else English.
  /// - Parameter accept: the header `Accept-Language` (RFC 9110, section 12.5.4). What cannot be read in it is passed over.
  public static func chosen(explicit: String?, accept: String?) -> LanguageTag {
    if let explicit, let tag = LanguageTag(explicit) { return tag }
    return accept.flatMap(best(in:)) ?? LanguageTag(.english)
  }

  /// More ranges than this no browser sends.
  private static let ranges = 32

  private static func best(in header: String) -> LanguageTag? {
    guard header.utf8.count <= 1_024 else { return nil }
    var wanted: [(tag: LanguageTag, quality: Int)] = []
    var refused: Set<Language> = []
    var any = 0
    for range in header.split(separator: ",").prefix(ranges) {
      let parts = range.split(separator: ";").map { $0.trimmingSpaces }
      guard let name = parts.first, let quality = quality(parts.dropFirst()) else { continue }
      if name == "*" { any = max(any, quality) }
      guard let tag = LanguageTag(name) else { continue }
      if quality > 0 {
        wanted.append((tag, quality))
      } else if tag.region == nil {
        refused.insert(tag.language)
      }
    }
    // `max` gives the first of those with the same weight.
    if let best = wanted.filter({ !refused.contains($0.tag.language) }).max(by: { $0.quality < $1.quality }),
      best.quality >= any
    {
      return best.tag
    }
    guard any > 0 else { return nil }
    return Language.allCases.first { !refused.contains($0) }.map { LanguageTag($0) }
  }

  /// In thousandths. `nil` for what is no weight (RFC 9110, section 12.4.2).
  private static func quality(_ parameters: ArraySlice<String>) -> Int? {
    guard let text = parameters.first(where: { $0.hasPrefix("q=") || $0.hasPrefix("Q=") })?.dropFirst(2) else {
      return 1_000
    }
    guard text.utf8.count <= 5, let value = Double(text), (0...1).contains(value) else { return nil }
    return Int((value * 1_000).rounded())
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    var text = self
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
