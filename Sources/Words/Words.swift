/// The words for one reader: messages, numbers, amounts and dates in their language and the way their region writes them.
public struct Words: Sendable {
  public let tag: LanguageTag
  public var language: Language { tag.language }
  let catalog: Catalog

  public init(_ tag: LanguageTag) {
    self.tag = tag
    catalog = Self.catalog(tag.language)
  }

  public init(_ language: Language) { self.init(LanguageTag(language)) }

  /// A message cut into what is ours and what came from outside, for whoever writes it down.
  public struct Piece: Sendable, Equatable {
    public var text: String
    public var isName: Bool
  }

  public func pieces(_ message: Message) -> [Piece] {
    guard let pattern = catalog.pattern(message) ?? Self.english.pattern(message) else {
      // No test lets a message get here; if one does, its name says which.
      return [Piece(text: "\(message.id)", isName: false)]
    }
    return pattern.parts.map { part in
      switch part {
      case .text(let text): return Piece(text: text, isName: false)
      case .place(let place):
        switch message.values[place] {
        case .words(let text): return Piece(text: text, isName: false)
        case .name(let text): return Piece(text: text, isName: true)
        case nil: return Piece(text: message.count.map { number($0) } ?? "", isName: false)
        }
      }
    }
  }

  /// A single value, beside a label of its own.
  public func text(_ value: Message.Value) -> String {
    switch value {
    case .words(let text): text
    case .name(let text): Isolation.isolated(text, in: language.direction)
    }
  }

  public func html(_ value: Message.Value, escape: (String) -> String) -> String {
    switch value {
    case .words(let text): escape(text)
    case .name(let text): "<bdi>\(escape(text))</bdi>"
    }
  }

  /// As plain text, each name between U+2068 and U+2069 where it might turn the text around it.
  public func text(_ message: Message) -> String {
    pieces(message).map { $0.isName ? Isolation.isolated($0.text, in: language.direction) : $0.text }.joined()
  }

  /// As HTML, each name in `<bdi>`.
  /// - Parameter escape: makes text safe to stand in HTML.
  public func html(_ message: Message, escape: (String) -> String) -> String {
    pieces(message).map { $0.isName ? "<bdi>\(escape($0.text))</bdi>" : escape($0.text) }.joined()
  }

  // Each is read once, when it is first wanted.
  static let english = read(.english)
  private static let german = read(.german)
  private static let arabic = read(.arabic)
  private static let japanese = read(.japanese)

  private static func read(_ language: Language) -> Catalog {
    Catalog(language, Domain.allCases.map { POFile($0.file(language)) })
  }

  static func catalog(_ language: Language) -> Catalog {
    switch language {
    case .english: english
    case .german: german
    case .arabic: arabic
    case .japanese: japanese
    }
  }
}
