/// How wide a text at 12 px may become. The server does not know the reader's font, so the widths are those of a wide one
/// (DejaVu Sans, advance widths in em, rounded up): labels that do not overlap here overlap nowhere.
enum TextWidth {
  static func of(_ text: String) -> Double {
    text.unicodeScalars.reduce(0) { $0 + em($1) } * 12
  }

  private static func em(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "'", ",", ".", ":", ";", "|", "!": 0.34
    case " ", "f", "r", "t", "I", "J", "(", ")", "-", "/", "\u{A0}": 0.42
    case "\u{202F}", "\u{2009}": 0.3
    case "m", "w", "%", "M", "W", "@": 1.0
    case "a"..."z", "0"..."9": 0.64
    case "A"..."Z": 0.78
    case "\u{1100}"...: 1.1
    default: 0.7
    }
  }
}
