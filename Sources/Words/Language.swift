/// A language that everything people read exists in. A new one is a case here and a file beside `Languages/words.pot`; the
/// tests then say which messages it lacks.
public enum Language: String, Sendable, CaseIterable, Codable {
  case english = "en"
  case german = "de"
  case arabic = "ar"
  case japanese = "ja"

  public enum Direction: String, Sendable { case ltr, rtl }

  /// BCP 47, for `lang` and `Content-Language`.
  public var tag: String { rawValue }

  /// For the attribute `dir`.
  public var direction: Direction { self == .arabic ? .rtl : .ltr }

  /// What its speakers call it, for choosing it: nobody looks for "Arabic" in Arabic.
  public var ownName: String {
    switch self {
    case .english: "English"
    case .german: "Deutsch"
    case .arabic: "العربية"
    case .japanese: "日本語"
    }
  }
}

/// The forms that a word takes beside a number, by their names in CLDR (Unicode TR 35, part 3, "Language Plural Rules").
public enum PluralForm: String, Sendable {
  case zero, one, two, few, many, other
}

extension Language {
  /// The forms this language has, in the order in which a PO file lists them.
  public var pluralForms: [PluralForm] {
    switch self {
    case .english, .german: [.one, .other]
    case .arabic: [.zero, .one, .two, .few, .many, .other]
    case .japanese: [.other]
    }
  }

  /// The form beside a whole number, by CLDR's rules for cardinals.
  public func pluralForm(for count: Int) -> PluralForm {
    let n = count.magnitude
    switch self {
    case .english, .german: return n == 1 ? .one : .other
    case .japanese: return .other
    case .arabic:
      switch (n, n % 100) {
      case (0, _): return .zero
      case (1, _): return .one
      case (2, _): return .two
      case (_, 3...10): return .few
      case (_, 11...99): return .many
      default: return .other
      }
    }
  }
}
