/// One thing that is said to a reader, before it is put into words: which message, and what stands in its places.
///
/// Made by the static members in `Messages/` alone, so that a wrong name or a forgotten value does not compile.
public struct Message: Sendable, Equatable {
  /// What stands in a place of a message.
  public enum Value: Sendable, Equatable {
    /// In the reader's own language: an amount, a date, another message.
    case words(String)
    /// From outside, in any script: a person's name, a plan's. Kept from turning the text around it: between U+2068 and
    /// U+2069 in plain text, in `<bdi>` in HTML (Unicode TR 9, section 2.7).
    case name(String)
  }

  let id: StaticString
  let values: [String: Value]
  /// Which plural form is taken; stands in the place `{count}`.
  let count: Int?

  init(_ id: StaticString, _ values: [String: Value] = [:], count: Int? = nil) {
    self.id = id
    self.values = values
    self.count = count
  }

  public static func == (a: Message, b: Message) -> Bool {
    "\(a.id)" == "\(b.id)" && a.values == b.values && a.count == b.count
  }
}
