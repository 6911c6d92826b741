/// What may stand in one place of a JSON document. Written once: what comes in is held against it, and the OpenAPI document is
/// made of it.
package struct Schema: Sendable {
  indirect enum Kind: Sendable {
    case text(length: ClosedRange<Int>, pattern: Pattern, format: String?)
    case choice([String])
    case integer(ClosedRange<Int64>)
    case flag
    case list(Schema, count: ClosedRange<Int>)
    /// Members whose names are not ours: prices by currency.
    case map(names: Pattern, Schema, count: ClosedRange<Int>)
    case type(any APIType.Type)
    /// Whatever was recorded.
    case anything
  }

  let kind: Kind
  package private(set) var about: String
  private(set) var isOptional = false

  private init(_ kind: Kind, _ about: String) {
    self.kind = kind
    self.about = about
  }

  /// It may be left out. It is never `null`.
  package var optional: Schema {
    var copy = self
    copy.isOptional = true
    return copy
  }

  // MARK: - What there is

  /// - Parameter length: in Unicode code points, as JSON Schema counts.
  package static func text(
    _ about: String, _ length: ClosedRange<Int> = 0...500, _ pattern: Pattern = .line, format: String? = nil
  ) -> Schema { Schema(.text(length: length, pattern: pattern, format: format), about) }

  package static func choice(_ about: String, _ words: [String]) -> Schema { Schema(.choice(words), about) }

  package static func choice<Word: RawRepresentable & CaseIterable>(
    _ about: String, _ type: Word.Type
  ) -> Schema where Word.RawValue == String { Schema(.choice(type.allCases.map(\.rawValue)), about) }

  package static func integer(_ about: String, _ range: ClosedRange<Int64>) -> Schema { Schema(.integer(range), about) }
  package static func flag(_ about: String) -> Schema { Schema(.flag, about) }
  package static func id(_ about: String) -> Schema { .text(about, 1...18, .id) }
  package static func code(_ about: String, _ length: ClosedRange<Int> = 1...100) -> Schema {
    .text(about, length, .code)
  }
  /// Why somebody did something: it stands in the journal.
  package static func reason(_ about: String = "Why. It stands in the journal, for ever.") -> Schema {
    .text(about, 3...500, .words)
  }
  /// Goes with a property of type `APITime`.
  package static func time(_ about: String) -> Schema { .text(about, 20...40, APITime.pattern, format: "date-time") }
  package static func one(_ type: any APIType.Type, _ about: String = "") -> Schema { Schema(.type(type), about) }
  package static func list(_ item: Schema, _ about: String, _ count: ClosedRange<Int> = 0...1_000) -> Schema {
    Schema(.list(item, count: count), about)
  }
  package static func map(
    names: Pattern, _ value: Schema, _ about: String, _ count: ClosedRange<Int> = 0...1_000
  ) -> Schema { Schema(.map(names: names, value, count: count), about) }
  /// Goes with a property of type `JSON`.
  package static func anything(_ about: String) -> Schema { Schema(.anything, about) }
}

/// A type of this API: what its JSON holds stands in `fields`, name by name as its properties are called.
///
/// A test makes examples of `fields`, and holds them against the type: names, kinds, and what may be left out.
package protocol APIType: Codable, Sendable {
  /// How the document calls it.
  static var schemaName: String { get }
  static var about: String { get }
  static var fields: KeyValuePairs<String, Schema> { get }
  /// Where it is found, below `/api/v1/`; said of what was just made.
  var location: String? { get }
}

extension APIType {
  package static var schemaName: String { String(describing: Self.self).replacing("JSON", with: "") }
  package var location: String? { nil }

  static var schema: Schema { .one(Self.self, about) }
}
