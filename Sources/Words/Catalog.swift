/// Every message in one language.
///
/// Messages are found by their name (`msgctxt`). The English text beside it is what a translation was made from: one that
/// was made from another English text is stale. Tests hold that no language lacks a message and none is stale, so neither
/// is looked for here.
struct Catalog: Sendable {
  let language: Language
  private let forms: [String: [PluralForm: Pattern]]

  init(_ language: Language, _ files: [POFile]) {
    self.language = language
    let order = language.pluralForms
    forms = Dictionary(
      files.flatMap(\.entries).map { entry in
        // The template holds English itself, as what is to be translated.
        let texts = language == .english ? [entry.id] + (entry.plural.map { [$0] } ?? []) : entry.texts
        guard entry.plural != nil else { return (entry.name, [.other: Pattern(texts.first ?? entry.id)]) }
        return (entry.name, Dictionary(zip(order, texts.map(Pattern.init)), uniquingKeysWith: { first, _ in first }))
      }, uniquingKeysWith: { first, _ in first })
  }

  func pattern(_ message: Message) -> Pattern? { pattern(named: "\(message.id)", count: message.count) }

  func pattern(named name: String, count: Int?) -> Pattern? {
    guard let found = forms[name] else { return nil }
    let form = count.map(language.pluralForm(for:)) ?? .other
    return found[form] ?? found[.other]
  }

  var names: [String] { forms.keys.sorted() }
}

/// A message's text, cut at its places: `Hello {name}` is a text and a place.
struct Pattern: Sendable, Equatable {
  enum Part: Sendable, Equatable {
    case text(String)
    case place(String)
  }

  let parts: [Part]

  init(_ text: String) {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      parts.append(.place(String(rest[rest.index(after: open)..<close])))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
  }

  /// `nil` where there are places to fill.
  var plainText: String? {
    switch parts.count {
    case 0: ""
    case 1: if case .text(let text) = parts[0] { text } else { nil }
    default: nil
    }
  }

  var places: Set<String> {
    Set(
      parts.compactMap { part in
        if case .place(let name) = part { name } else { nil }
      })
  }
}
