/// Writes SVG text. The only maker of markup that templates do not escape: every text and attribute passes `HTMLText` here.
struct SVG {
  private(set) var markup = ""

  /// The picture as one graphic with a name and a description for those who do not see it.
  /// - Parameter id: unique on the page.
  init(id: String, title: String, description: String, width: Double, height: Double) {
    let box = "0 0 \(Self.number(width)) \(Self.number(height))"
    open(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("role", "img"), ("viewBox", box), ("width", Self.number(width)),
        ("height", Self.number(height)), ("aria-labelledby", "\(id)-title \(id)-desc"),
      ])
    leaf("title", [("id", "\(id)-title")], text: title)
    leaf("desc", [("id", "\(id)-desc")], text: description)
  }

  mutating func open(_ name: StaticString, _ attributes: [(StaticString, String)] = []) {
    markup += "<\(name)"
    for (key, value) in attributes { markup += " \(key)=\"\(HTMLText.escape(value))\"" }
    markup += ">"
  }

  mutating func close(_ name: StaticString) { markup += "</\(name)>" }

  mutating func leaf(_ name: StaticString, _ attributes: [(StaticString, String)], text: String = "") {
    open(name, attributes)
    markup += HTMLText.escape(text)
    close(name)
  }

  mutating func rect(_ box: Box, _ styling: (StaticString, String)...) {
    leaf(
      "rect",
      [
        ("x", Self.number(box.x)), ("y", Self.number(box.y)), ("width", Self.number(box.width)),
        ("height", Self.number(box.height)),
      ] + styling)
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    leaf(
      "line",
      [
        ("x1", Self.number(x1)), ("y1", Self.number(y1)), ("x2", Self.number(x2)), ("y2", Self.number(y2)),
        ("class", style),
      ])
  }

  mutating func text(_ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, _ style: String) {
    leaf(
      "text",
      [
        ("x", Self.number(x)), ("y", Self.number(y)), ("text-anchor", anchor.rawValue), ("font-size", "12"),
        ("class", style),
      ], text: text)
  }

  /// Diagonal stripes for what is not known: told apart from every plain colour without seeing colour.
  mutating func hatch(id: String) {
    open(
      "pattern",
      [
        ("id", id), ("width", "6"), ("height", "6"), ("patternUnits", "userSpaceOnUse"),
        ("patternTransform", "rotate(45)"),
      ])
    rect(Box(x: 0, y: 0, width: 6, height: 6), ("class", "fill unknown"))
    rect(Box(x: 0, y: 0, width: 2, height: 6), ("class", "stripe"))
    close("pattern")
  }

  /// How a shape of `tone` is painted.
  static func paint(_ tone: Tone, hatch: String) -> (StaticString, String) {
    tone == .unknown ? ("fill", "url(#\(hatch))") : ("class", "fill \(tone.rawValue)")
  }

  func finished() -> String { markup + "</svg>" }

  /// At most two decimals, no exponent: the same picture is the same bytes on every machine.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let hundredths = Int((value * 100).rounded())
    let whole = String(abs(hundredths) / 100)
    let rest = abs(hundredths) % 100
    let fraction = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
    return (hundredths < 0 ? "-" : "") + whole + fraction
  }
}

enum Anchor: String { case start, middle, end }

/// A rectangle in the units of the picture's `viewBox`, which are CSS pixels at full size.
package struct Box: Sendable, Equatable {
  package var x: Double
  package var y: Double
  package var width: Double
  package var height: Double

  package var right: Double { x + width }
  package var bottom: Double { y + height }

  package func overlaps(_ other: Box) -> Bool {
    x < other.right && other.x < right && y < other.bottom && other.y < bottom
  }
}
