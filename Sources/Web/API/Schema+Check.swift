/// What is wrong with one place of a document.
package struct SchemaFault: Sendable, Equatable, Codable {
  /// A JSON pointer (RFC 6901) into the body: `/price/amount`; or the name of a parameter.
  package let at: String
  package let detail: String

  /// - Parameter at: as it came; it is shown in one line, and not longer than helps.
  init(at: String, detail: String) {
    let shown = at.unicodeScalars.prefix(Self.placeLimit).map { $0.value < 0x20 || $0.value == 0x7F ? "\u{FFFD}" : $0 }
    self.at = String(String.UnicodeScalarView(shown))
    self.detail = detail
  }

  static let placeLimit = 500
}

extension Schema {
  /// More than this of one document help nobody.
  static let faults = 20

  /// - Parameter strict: also where a type of ours is answered, a member that is not declared is wrong.
  package func faults(in value: JSON, at place: String = "") -> [SchemaFault] {
    var found: [SchemaFault] = []
    check(value, place, &found)
    return found
  }

  private func check(_ value: JSON, _ place: String, _ found: inout [SchemaFault]) {
    guard found.count < Self.faults else { return }
    func wrong(_ detail: String) { found.append(SchemaFault(at: place, detail: detail)) }
    switch (kind, value) {
    case (.text(let length, let pattern, _), .text(let text)):
      if !length.contains(text.unicodeScalars.count) {
        wrong("It has \(text.unicodeScalars.count) characters; \(Self.words(length)) are allowed.")
      } else if !pattern.fits(text) {
        wrong("It does not have the form \(pattern.anchored).")
      }
    case (.choice(let words), .text(let text)):
      if !words.contains(text) { wrong("It is none of \(words.joined(separator: ", ")).") }
    case (.integer(let range), .integer(let number)):
      if !range.contains(number) { wrong("It is not from \(range.lowerBound) to \(range.upperBound).") }
    case (.flag, .flag), (.anything, _): break
    case (.list(let item, let count), .list(let items)):
      if !count.contains(items.count) { wrong("It has \(items.count) items; \(Self.words(count)) are allowed.") }
      for (index, value) in items.enumerated() { item.check(value, "\(place)/\(index)", &found) }
    case (.map(let names, let item, let count), .object(let members)):
      if !count.contains(members.count) { wrong("It has \(members.count) members; \(Self.words(count)) are allowed.") }
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        let at = "\(place)/\(Self.pointer(name))"
        if names.fits(name) {
          item.check(value, at, &found)
        } else {
          found.append(SchemaFault(at: at, detail: "Its name does not have the form \(names.anchored)."))
        }
      }
    case (.type(let type), .object(let members)): Self.check(members, against: type, place, &found)
    default: wrong("It is not \(words).")
    }
  }

  private static func check(
    _ members: [String: JSON], against type: any APIType.Type, _ place: String, _ found: inout [SchemaFault]
  ) {
    let fields = type.fields
    for (name, schema) in fields {
      if let value = members[name] {
        schema.check(value, "\(place)/\(pointer(name))", &found)
      } else if !schema.isOptional {
        found.append(SchemaFault(at: "\(place)/\(pointer(name))", detail: "It is missing."))
      }
    }
    for name in members.keys.sorted() where !fields.contains(where: { $0.key == name }) {
      guard found.count < faults else { return }
      found.append(SchemaFault(at: "\(place)/\(pointer(String(name.prefix(100))))", detail: "It is not known here."))
    }
  }

  private static func pointer(_ name: String) -> String { name.replacing("~", with: "~0").replacing("/", with: "~1") }

  private static func words(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound) to \(range.upperBound)" }

  private var words: String {
    switch kind {
    case .text, .choice: "a text"
    case .integer: "a whole number"
    case .flag: "true or false"
    case .list: "a list"
    case .map, .type: "an object"
    case .anything: "JSON"
    }
  }
}
