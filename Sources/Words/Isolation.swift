/// Keeps a name from turning around the text beside it (Unicode TR 9): "ABC (1)" in Hebrew, or a dash after an English
/// name in an Arabic sentence, would otherwise stand on the wrong side.
public enum Isolation {
  private static let open: Unicode.Scalar = "\u{2068}"
  private static let close: Unicode.Scalar = "\u{2069}"

  /// The name, isolated where that could be of use, so that an English mail is not full of characters nobody sees. What
  /// begins or ends an embedding is taken out of it, for it would reach beyond its own end.
  static func isolated(_ name: String, in direction: Language.Direction) -> String {
    let safe = withoutControls(name)
    let needsNothing = direction == .ltr && !safe.unicodeScalars.contains(where: isRightToLeft)
    return needsNothing ? safe : "\(open)\(safe)\(close)"
  }

  /// Without U+202A–202E and U+2066–2069, which turn text around.
  public static func withoutControls(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.filter { !isControl($0) }))
  }

  /// The blocks of scripts that run from right to left, and the mark that does (Unicode 15, blocks of bidi classes R and AL).
  private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0590...0x08FF, 0x200F, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x1_0800...0x1_0FFF, 0x1_E800...0x1_EFFF: true
    default: false
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }
}
